import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Table } from "../../routes/pages/components/table.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { SecretForm, type SecretLine } from "./SecretForm.tsx";

/** The team's secrets and those of the environment: names and hosts are seen, values only ever go in. */
export function Secrets({ items }: { items: SecretLine[] }): JSX.Element {
  const [rows, setRows] = useState(items);
  const [editing, setEditing] = useState<SecretLine | "new" | null>(null);
  const [removing, setRemoving] = useState<SecretLine | null>(null);

  function saved(line: SecretLine): void {
    setRows((all) =>
      [...all.filter(({ name }) => name !== line.name), line].sort((a, b) => a.name.localeCompare(b.name))
    );
    setEditing(null);
  }
  function removed(name: string): void {
    setRows((all) => all.filter((row) => row.name !== name));
    setRemoving(null);
    // One of the environment may have stood behind it.
    void callApi<{ items: SecretLine[] }>("GET", "/api/secrets").then((answer) => {
      if (answer.ok) setRows(answer.data.items);
    });
  }
  return (
    <div class="grid gap-4">
      <div class="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <p class="max-w-2xl min-w-0 flex-1 basis-64 text-soft">
          Kept encrypted and sent only to the hosts named here. Steps refer to them by name. What is from the
          environment stands in until one of its name is stored.
        </p>
        <button type="button" class="button" data-kind="primary" onClick={() => setEditing("new")}>
          <Icon name="plus" /> Add secret
        </button>
      </div>
      {rows.length
        ? (
          <Table label="Secrets" heads={["Name", "Sent only to", "Updated", ""]}>
            {rows.map((row) => (
              <SecretRow
                key={row.name}
                row={row}
                onReplace={() => setEditing(row)}
                onRemove={() => setRemoving(row)}
              />
            ))}
          </Table>
        )
        : (
          <Empty icon="key">
            No secret yet: keys and passwords that workflows use are kept here, encrypted.
          </Empty>
        )}
      <Dialog
        open={editing !== null}
        title={titleOf(editing)}
        onClose={() => setEditing(null)}
      >
        <SecretForm {...(editing && editing !== "new" ? { secret: editing } : {})} onSaved={saved} />
      </Dialog>
      <Dialog
        open={removing !== null}
        title={`Delete ${removing?.name ?? ""}?`}
        onClose={() => setRemoving(null)}
      >
        {removing
          ? (
            <RemoveSecret
              name={removing.name}
              onRemoved={() => {
                removed(removing.name);
              }}
            />
          )
          : null}
      </Dialog>
    </div>
  );
}

function titleOf(editing: SecretLine | "new" | null): string {
  if (editing === null || editing === "new") return "Add a secret";
  return editing.from === "team" ? `Replace ${editing.name}` : `Store ${editing.name}`;
}

function SecretRow(props: { row: SecretLine; onReplace: () => void; onRemove: () => void }): JSX.Element {
  const { row, onReplace, onRemove } = props;
  const stored = row.from === "team";
  return (
    <tr>
      <td>
        <code class="mono break-all">{row.name}</code>
        {stored && row.variable
          ? (
            <p class="text-soft text-sm">
              wins over <code class="mono break-all">{row.variable}</code>
            </p>
          )
          : null}
      </td>
      <td data-label="Sent only to" class="text-soft">
        {row.hosts.length ? row.hosts.join(", ") : "nowhere; checks webhooks"}
      </td>
      <td data-label="Updated" class="text-soft">
        {row.updatedAt === null
          ? (
            <>
              from the environment: <code class="mono break-all">{row.variable}</code>
            </>
          )
          : <Time at={row.updatedAt} />}
      </td>
      <td class="sm:w-0">
        <div class="flex gap-2">
          <button
            type="button"
            class="button"
            onClick={onReplace}
            aria-label={`${stored ? "Replace" : "Store"} ${row.name}`}
          >
            {stored ? "Replace" : "Store one instead"}
          </button>
          {stored
            ? (
              <button
                type="button"
                class="icon-button"
                onClick={onRemove}
                aria-label={`Delete ${row.name}`}
              >
                <Icon name="trash" />
              </button>
            )
            : null}
        </div>
      </td>
    </tr>
  );
}

function RemoveSecret({ name, onRemoved }: { name: string; onRemoved: () => void }): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  async function remove(): Promise<void> {
    const answer = await callApi("DELETE", `/api/secrets/${encodeURIComponent(name)}`);
    if (answer.ok) onRemoved();
    else setProblem(answer.problem);
  }
  return (
    <div class="grid gap-4">
      <p>
        Steps that use it will fail until a secret with this name is there again. The value cannot be brought
        back.
      </p>
      {problem ? <ErrorCard problem={problem} /> : null}
      <button type="button" class="button justify-self-start" data-kind="danger" onClick={remove}>
        <Icon name="trash" /> Delete
      </button>
    </div>
  );
}
