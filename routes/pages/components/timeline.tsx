import type { JSX } from "preact";
import { Icon } from "./icon.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";
import { clockTime, dayOf, momentWords } from "./step_words.ts";
import type { Clock } from "./step_words.ts";
import { durationWords, exactTime } from "./time_words.ts";
import type { TimelineRow } from "./timeline_rows.ts";

export interface TimelineProps {
  rows: readonly TimelineRow[];
  clock: Clock;
  selected: string | null;
  hrefOf(nodeId: string): string;
  onSelect?(nodeId: string): void;
}

/** What happened, oldest first: the accessible form of the graph. Lines of steps lead to the step. */
export function Timeline(props: TimelineProps): JSX.Element {
  let day = "";
  return (
    <ol class="grid gap-px">
      {props.rows.flatMap((row, index) => {
        const today = dayOf(row.at, props.clock);
        const turns = today !== day &&
          (index > 0 || today !== dayOf(new Date(props.clock.now).toISOString(), props.clock));
        day = today;
        const line = <TimelineLine key={row.id} row={row} {...props} />;
        return turns
          ? [<li key={`${row.id} day`} class="pt-2 pb-1 text-xs font-medium text-soft">{today}</li>, line]
          : [line];
      })}
    </ol>
  );
}

function TimelineLine(props: TimelineProps & { row: TimelineRow }): JSX.Element {
  const { row, selected } = props;
  const { nodeId } = row;
  const content = <LineContent row={row} clock={props.clock} />;
  const shape = "grid grid-cols-[auto_auto_minmax(0,1fr)_auto] gap-x-2.5 rounded-control px-2 py-1.5";
  return (
    <li data-event={row.id}>
      {nodeId === null ? <div class={shape}>{content}</div> : (
        <a
          href={props.hrefOf(nodeId)}
          class={`${shape} hover:bg-sunken ${
            selected === nodeId ? "bg-accent-soft hover:bg-accent-soft" : ""
          }`}
          aria-current={selected === nodeId ? "true" : undefined}
          onClick={(event) => {
            if (!props.onSelect || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            props.onSelect(nodeId);
          }}
        >
          {content}
        </a>
      )}
    </li>
  );
}

function wordsOf(row: TimelineRow, clock: Clock): string {
  // Told from the line's own moment: what is past does not count down.
  const until = row.until === null
    ? ""
    : `until ${momentWords(row.until, { ...clock, now: Date.parse(row.at) })}`;
  return [row.text, until].filter(Boolean).join(", ");
}

function LineContent({ row, clock }: { row: TimelineRow; clock: Clock }): JSX.Element {
  const zone = clock.zone ?? "UTC";
  const look = row.status === null ? null : STATUS_LOOK[row.status];
  // The word of the status is spoken, unless the line says it anyway.
  const spoken = look && !row.text.toLowerCase().startsWith(look.word.toLowerCase()) ? look.word : "";
  return (
    <>
      <time class="text-soft" dateTime={row.at} title={exactTime(row.at, zone)}>
        {clockTime(row.at, zone)}
      </time>
      <span class="grid h-5 place-items-center text-status" data-status={row.status ?? "pending"}>
        <Icon name={look?.icon ?? "zap"} size={14} />
      </span>
      <span class="min-w-0 break-words">
        {spoken ? <span class="sr-only">{`${spoken}: `}</span> : null}
        {row.name === null ? null : <span class="mr-1.5 font-medium">{row.name}</span>}
        <span class={row.name === null ? "font-medium" : "text-soft"}>{wordsOf(row, clock)}</span>
        {row.why === null ? null : <span class="block text-soft">{`why: ${row.why}`}</span>}
      </span>
      <span class="tabular-nums text-soft">{row.ms === null || row.ms < 1 ? "" : durationWords(row.ms)}</span>
    </>
  );
}
