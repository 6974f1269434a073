import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import { leadName } from "../../routes/pages/components/lead_name.tsx";
import { StatusChip } from "../../routes/pages/components/status_chip.tsx";
import { elapsed, summaryText } from "../../routes/pages/components/step_words.ts";
import type { Clock } from "../../routes/pages/components/step_words.ts";
import { Time } from "../../routes/pages/components/time.tsx";
import { durationWords } from "../../routes/pages/components/time_words.ts";
import type { Selection } from "./use_selection.ts";

interface ExecutionTableProps {
  items: readonly ExecutionSummary[];
  clock: Clock;
  /** Null: this person can do nothing to several at once. */
  selection: Selection | null;
}

/** The rows. Columns keep their width, so that a repainted status moves nothing. j and k walk, x selects, Enter opens. */
export function ExecutionTable({ items, clock, selection }: ExecutionTableProps): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  useWalking(body);
  return (
    <table class="table table-fixed" aria-label="Executions">
      <thead>
        <tr>
          {selection
            ? (
              <th scope="col" class="w-10">
                <Pick
                  label="Select all shown"
                  on={items.every(({ id }) => selection.has(id))}
                  onPick={() => selection.toggleAll()}
                />
              </th>
            )
            : null}
          <th scope="col" class="w-[22%]">Workflow</th>
          <th scope="col" class="w-[16%]">Lead</th>
          <th scope="col">Status</th>
          <th scope="col" class="w-26">Created</th>
          <th scope="col" class="w-26 max-xl:hidden">Took</th>
        </tr>
      </thead>
      <tbody ref={body}>
        {items.map((item) => <Row key={item.id} item={item} clock={clock} selection={selection} />)}
      </tbody>
    </table>
  );
}

/** A checkbox whose place is large enough for a thumb. */
function Pick(props: { label: string; on: boolean; onPick(shift: boolean): void }): JSX.Element {
  return (
    <label class="pick">
      <input
        type="checkbox"
        aria-label={props.label}
        checked={props.on}
        onClick={(event) => props.onPick(event.shiftKey)}
      />
    </label>
  );
}

interface RowProps extends Omit<ExecutionTableProps, "items"> {
  item: ExecutionSummary;
}

function Row({ item, clock, selection }: RowProps): JSX.Element {
  const ms = elapsed(item, clock.now);
  const href = `/executions/${encodeURIComponent(item.id)}`;
  return (
    <tr
      data-execution={item.id}
      data-selected={selection?.has(item.id) ? "" : undefined}
      class="cursor-pointer"
      onClick={(event) => openRow(event, href)}
    >
      {selection
        ? (
          <td data-pick="">
            <Pick
              label={`Select ${item.workflowName}, ${item.lead ? leadName(item.lead) : "no lead"}`}
              on={selection.has(item.id)}
              onPick={(shift) => selection.toggle(item.id, shift)}
            />
          </td>
        )
        : null}
      <td>
        <div class="max-h-[3lh] overflow-hidden" title={item.workflowName}>
          <span class="float-right ml-1.5 text-sm text-soft">{`v${item.version}`}</span>
          <a class="link break-words" href={href}>{item.workflowName}</a>
        </div>
      </td>
      <td class="break-words">
        {item.lead
          ? (
            <a
              class="hover:text-accent"
              href={`/leads/${encodeURIComponent(item.lead.id)}`}
              title={item.lead.email}
            >
              {leadName(item.lead)}
            </a>
          )
          : <span class="text-soft">No lead</span>}
      </td>
      <td>
        <StatusChip status={item.status} text={summaryText(item, clock)} />
      </td>
      <td data-minor="" class="whitespace-nowrap">
        <Time at={item.createdAt} now={clock.now} />
      </td>
      <td data-minor="" class="whitespace-nowrap text-soft max-xl:hidden">
        {ms === null ? "" : durationWords(ms)}
      </td>
    </tr>
  );
}

/** Where letters are text. */
const TYPING = "input:not([type=checkbox]), select, textarea, dialog";

/** A click anywhere on the row opens it, unless it is meant for a link or selects text. */
function openRow(event: MouseEvent, href: string): void {
  if (event.target instanceof Element && event.target.closest("a, button, label")) return;
  if (getSelection()?.toString()) return;
  if (event.ctrlKey || event.metaKey) open(href, "_blank", "noopener");
  else location.assign(href);
}

/** j and k move the focus along the rows' links, x selects the row; Enter is the link's own. */
function useWalking(body: { current: HTMLElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!["j", "k", "x", "X"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest(TYPING)) return;
      const links = [...body.current?.querySelectorAll<HTMLElement>("td a.link") ?? []];
      const here = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
      if (event.key === "x" || event.key === "X") {
        const box = links[here]?.closest("tr")?.querySelector("input");
        box?.dispatchEvent(new MouseEvent("click", { bubbles: true, shiftKey: event.shiftKey }));
        return;
      }
      const next = links[event.key === "j" ? here + 1 : Math.max(0, here - 1)];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
