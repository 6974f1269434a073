import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import { leadName } from "../../routes/pages/components/lead_name.tsx";
import { StatusChip } from "../../routes/pages/components/status_chip.tsx";
import { elapsed, summaryText } from "../../routes/pages/components/step_words.ts";
import type { Clock } from "../../routes/pages/components/step_words.ts";
import { Time } from "../../routes/pages/components/time.tsx";
import { durationWords } from "../../routes/pages/components/time_words.ts";

interface ExecutionTableProps {
  items: readonly ExecutionSummary[];
  clock: Clock;
}

/** The rows. Columns keep their width, so that a repainted status moves nothing. j and k walk, Enter opens. */
export function ExecutionTable({ items, clock }: ExecutionTableProps): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  useWalking(body);
  return (
    <table class="table table-fixed" aria-label="Executions">
      <thead>
        <tr>
          <th scope="col" class="w-[22%]">Workflow</th>
          <th scope="col" class="w-[16%]">Lead</th>
          <th scope="col">Status</th>
          <th scope="col" class="w-24">Created</th>
          <th scope="col" class="w-24">Took</th>
        </tr>
      </thead>
      <tbody ref={body}>{items.map((item) => <Row key={item.id} item={item} clock={clock} />)}</tbody>
    </table>
  );
}

function Row({ item, clock }: { item: ExecutionSummary; clock: Clock }): JSX.Element {
  const ms = elapsed(item, clock.now);
  const href = `/executions/${encodeURIComponent(item.id)}`;
  return (
    <tr data-execution={item.id} class="cursor-pointer" onClick={(event) => openRow(event, href)}>
      <td>
        <a class="link break-words" href={href}>{item.workflowName}</a>
        <span class="ml-1.5 text-sm text-soft">{`v${item.version}`}</span>
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
      <td data-minor="">
        <Time at={item.createdAt} now={clock.now} />
      </td>
      <td data-minor="" class="text-soft">{ms === null ? "" : durationWords(ms)}</td>
    </tr>
  );
}

/** A click anywhere on the row opens it, unless it is meant for a link or selects text. */
function openRow(event: MouseEvent, href: string): void {
  if (event.target instanceof Element && event.target.closest("a, button")) return;
  if (getSelection()?.toString()) return;
  if (event.ctrlKey || event.metaKey) open(href, "_blank", "noopener");
  else location.assign(href);
}

/** j and k move the focus along the rows' links; Enter is the link's own. */
function useWalking(body: { current: HTMLElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.key !== "j" && event.key !== "k") || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")) return;
      const links = [...body.current?.querySelectorAll<HTMLElement>("tr > td:first-child > a") ?? []];
      const here = links.findIndex((link) => link.closest("tr")?.contains(document.activeElement));
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
