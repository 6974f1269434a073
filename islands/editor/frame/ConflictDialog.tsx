import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { JsonTree } from "../../../routes/pages/components/json_tree.tsx";
import { Dialog } from "../../shared/Dialog.tsx";
import { type Conflict, resolve } from "../document/merge.ts";
import type { Draft } from "../draft.ts";
import type { SaveState } from "../draft_world.ts";
import { useEditor } from "../editor_context.ts";

type Conflicting = SaveState & { kind: "conflict" };

/** Two people changed the same: shows both, and goes on with what is chosen. Nothing is overwritten unseen. */
export function ConflictDialog({ state }: { state: Conflicting }): JSX.Element {
  const { draft } = useEditor();
  // Put off by Escape, it comes again when it is asked for, not with every key.
  const [later, setLater] = useState<number | null>(null);
  return (
    <Dialog
      open={later !== state.asked}
      title="Somebody else changed the same"
      onClose={() => setLater(state.asked)}
    >
      <Choices draft={draft} state={state} />
    </Dialog>
  );
}

function Choices({ draft, state }: { draft: Draft; state: Conflicting }): JSX.Element {
  const { conflicts, merged } = state;
  const [theirs, setTheirs] = useState<ReadonlySet<number>>(new Set());
  const take = (): void => {
    let document = merged;
    conflicts.forEach((conflict, index) => {
      document = resolve(document, conflict, theirs.has(index) ? "theirs" : "mine");
    });
    void draft.settle(document);
  };
  return (
    <div class="grid gap-4">
      <p>
        It was saved in another window while you worked here. Everything else is merged already; choose for
        {" "}
        {conflicts.length === 1 ? "this" : `these ${conflicts.length}`}:
      </p>
      {conflicts.map((conflict, index) => (
        <Pair
          key={`${conflict.kind} ${conflict.id} ${conflict.field ?? ""}`}
          conflict={conflict}
          theirs={theirs.has(index)}
          onChoose={(takeTheirs) => {
            const next = new Set(theirs);
            if (takeTheirs) next.add(index);
            else next.delete(index);
            setTheirs(next);
          }}
        />
      ))}
      <div class="flex flex-wrap justify-end gap-2">
        <button type="button" class="button" onClick={() => setTheirs(new Set(conflicts.keys()))}>
          All of theirs
        </button>
        <button type="button" class="button" onClick={() => setTheirs(new Set())}>All of mine</button>
        <button type="button" class="button" data-kind="primary" onClick={take}>Go on with this</button>
      </div>
    </div>
  );
}

function Pair(
  { conflict, theirs, onChoose }: { conflict: Conflict; theirs: boolean; onChoose(theirs: boolean): void },
): JSX.Element {
  const name = `conflict-${conflict.kind}-${conflict.id}-${conflict.field ?? ""}`;
  return (
    <fieldset class="conflict">
      <legend>
        {conflict.label}
        {conflict.field ? <span class="text-soft">· {conflict.field}</span> : null}
      </legend>
      {([false, true] as const).map((side) => (
        <label key={String(side)} class="conflict-side" data-chosen={theirs === side ? "" : undefined}>
          <span class="flex items-center gap-2">
            <input
              type="radio"
              name={name}
              checked={theirs === side}
              onInput={() =>
                onChoose(side)}
            />
            {side ? "Theirs" : "Mine"}
          </span>
          <Value value={side ? conflict.theirs : conflict.mine} />
        </label>
      ))}
    </fieldset>
  );
}

function Value({ value }: { value: unknown }): JSX.Element {
  if (value === undefined || value === null) return <em class="text-soft">deleted</em>;
  if (typeof value === "object") return <JsonTree value={JSON.parse(JSON.stringify(value))} open={2} />;
  return <span class="whitespace-pre-wrap break-words">{String(value)}</span>;
}
