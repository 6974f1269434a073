import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { callApi } from "../shared/api.ts";
import { liveList, reduceList, showGathered, takeFirstPage } from "../shared/list_reducer.ts";
import type { LiveList } from "../shared/list_reducer.ts";
import { isReset, readEvent, readPace } from "../shared/live_events.ts";
import { later } from "../shared/later.tsx";
import { isSettled } from "../shared/live_reducer.ts";
import { useClock } from "../shared/use_clock.ts";
import { useEventSource } from "../shared/use_event_source.ts";
import type { ServerEvent, SourceState } from "../shared/use_event_source.ts";
import { ConnectionBar } from "./ConnectionBar.tsx";
import { ExecutionTable } from "./ExecutionTable.tsx";
import { LiveMark } from "./LiveMark.tsx";
import { useSelection } from "./use_selection.ts";

export interface ExecutionListProps {
  items: ExecutionSummary[];
  /** The filters as the API takes them, without cursor: what new rows are asked for with. */
  query: string;
  /** Do the filters leave something out? */
  filtered: boolean;
  /** The first page: new executions gather here. Older pages only repaint. */
  newest: boolean;
  /** When the server drew it, epoch ms. */
  now: number;
  /** May this person act on several at once? */
  bulk: boolean;
}

const SelectionBar = later(async () => (await import("./SelectionBar.tsx")).SelectionBar);

/** New rows are asked for at most this often, however many executions start; with many viewers less often. */
const READ_EVERY_MS = 1_000;

/** Executions, newest first, live: rows repaint in place, new ones gather behind a button. */
export function ExecutionList(props: ExecutionListProps): JSX.Element {
  const { list, source, take } = useLiveList(props);
  const clock = useClock(props.now, list.items.some((row) => !isSettled(row.status)));
  const selection = useSelection(list.items.map(({ id }) => id));
  const selected = list.items.filter(({ id }) => selection.has(id));
  const used = useRef(false);
  used.current ||= selected.length > 0;
  return (
    <>
      <div class="mb-2 flex min-h-9 items-center gap-3">
        <LiveMark state={source} />
        <span role="status" class="ml-auto">
          {list.gathered.length > 0
            ? (
              <button type="button" class="button" data-kind="primary" onClick={take}>
                {`${list.gathered.length} new`}
              </button>
            )
            : null}
        </span>
      </div>
      {list.items.length === 0
        ? <NoExecutions filtered={props.filtered} />
        : <ExecutionTable items={list.items} clock={clock} selection={props.bulk ? selection : null} />}
      <ConnectionBar state={source} />
      {used.current ? <SelectionBar selected={selected} onClear={selection.clear} /> : null}
    </>
  );
}

function NoExecutions({ filtered }: { filtered: boolean }): JSX.Element {
  return filtered
    ? (
      <Empty icon="search" action={<a class="button" href="/executions">Show all executions</a>}>
        No execution matches these filters.
      </Empty>
    )
    : (
      <Empty icon="play" action={<a class="button" data-kind="primary" href="/workflow">Go to workflows</a>}>
        Nothing has run yet: publish a workflow, then run it or call its webhook.
      </Empty>
    );
}

/** The first page of executions as it goes on; `take` shows those that came since. */
export function useLiveList(
  props: Pick<ExecutionListProps, "items" | "query" | "newest">,
): { list: LiveList; source: SourceState; take: () => void } {
  const [list, setList] = useState(() => liveList(props.items));
  const held = useRef(list);
  const put = (next: LiveList): void => {
    held.current = next;
    setList(next);
  };
  const reader = useRef<{ timer: ReturnType<typeof setTimeout> | null; last: number; every: number }>({
    timer: null,
    last: 0,
    every: READ_EVERY_MS,
  });
  const readSoon = (): void => {
    const own = reader.current;
    if (own.timer !== null) return;
    own.timer = setTimeout(async () => {
      const before = held.current;
      const answer = await callApi<Page<ExecutionSummary>>(
        "GET",
        `/api/monitoring/executions?${props.query}`,
      );
      own.last = Date.now();
      own.timer = null;
      if (!answer.ok) return;
      const next = takeFirstPage(held.current, before, answer.data.items);
      // On an empty page nothing lies under the pointer that could move.
      if (next.items.length === 0) put(showGathered(next));
      else put(props.newest ? next : { ...next, gathered: [] });
    }, Math.max(0, own.last + own.every - Date.now(), spread(own.every)));
  };
  const source = useEventSource("/api/monitoring/stream?busy=skip", {
    lastEventId: null,
    // The stream begins now: what happened since the page was drawn is read once.
    onOpen: readSoon,
    onEvents: (received) => {
      const next = received.reduce(applyEvent, held.current);
      if (next !== held.current) put(next);
      reader.current.every = received.reduce((every, one) => readPace(one) ?? every, reader.current.every);
      if ((next.stale && props.newest) || received.some(isReset)) readSoon();
    },
  });
  return { list, source, take: () => put(showGathered(held.current)) };
}

/** With many viewers not all read in the same moment. */
function spread(every: number): number {
  return every > READ_EVERY_MS ? Math.random() * every : 0;
}

function applyEvent(list: LiveList, received: ServerEvent): LiveList {
  const read = readEvent(received);
  return read ? reduceList(list, read.event) : list;
}
