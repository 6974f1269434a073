import { useEffect, useRef, useState } from "preact/hooks";
import type { Execution } from "../../engine/schemas/execution.ts";
import { callApi } from "../shared/api.ts";
import { readEvent } from "../shared/live_events.ts";
import type { LiveEvent } from "../shared/live_events.ts";
import { eventData, isSettled, mergeFetched, reduceExecution } from "../shared/live_reducer.ts";
import { useEventSource } from "../shared/use_event_source.ts";
import type { ServerEvent, SourceState } from "../shared/use_event_source.ts";

/** Bodies of steps are asked for this long after the last change, in one go. */
const QUIET_MS = 300;
/** A place in a queue is asked for again so often. */
const QUEUE_MS = 5_000;
/** While changes keep coming, at most this often. */
const PATIENCE_MS = 1_500;

export interface LiveExecution {
  execution: Execution;
  events: LiveEvent[];
  source: SourceState;
  /** Reads everything again and follows anew, as after a retry. */
  restart(): Promise<void>;
}

interface Picture {
  execution: Execution;
  events: LiveEvent[];
}

/** One execution as it goes on: repainted from its stream; inputs and outputs are fetched when steps settle. */
export function useExecution(first: Picture): LiveExecution {
  const [picture, setPicture] = useState(first);
  const [generation, setGeneration] = useState(0);
  const [follow, setFollow] = useState(!isSettled(first.execution.status));
  const { id } = first.execution;
  const path = `/api/monitoring/executions/${encodeURIComponent(id)}`;

  const read = async (): Promise<Execution | null> => {
    const answer = await callApi<Execution>("GET", path);
    if (!answer.ok) return null;
    setPicture((now) => ({ ...now, execution: mergeFetched(now.execution, answer.data) }));
    return answer.data;
  };
  const readSoon = useDebounced(read);
  const inQueue = picture.execution.reason?.code === "limit";
  useEffect(() => {
    // Those before it leave the queue without an event of its own.
    const timer = inQueue ? setInterval(readSoon, QUEUE_MS) : undefined;
    return () => clearInterval(timer);
  }, [inQueue]);
  const source = useEventSource(follow ? `${path}/stream` : null, {
    // From the timeline's end, not from `seq`: a reading may be ahead of the lines that the page shows.
    lastEventId: picture.events.at(-1)?.id ?? null,
    generation,
    onEvents: (received) => {
      const events = received.flatMap(eventOf);
      // Another graph and other steps: the page is drawn anew.
      if (events.some(isMove)) return location.reload();
      setPicture((now) => takeEvents(now, events));
      if (events.some(bringsBodies)) readSoon();
    },
  });
  const restart = async (): Promise<void> => {
    await read();
    setFollow(true);
    setGeneration((before) => before + 1);
  };
  return { ...picture, source, restart };
}

function eventOf(received: ServerEvent): LiveEvent[] {
  const event = readEvent(received);
  return event ? [event] : [];
}

/** A person moved it to another version. */
function isMove({ event }: LiveEvent): boolean {
  const reason = event.taskId === null ? eventData(event)?.reason : undefined;
  return typeof reason === "object" && reason !== null && "code" in reason && reason.code === "migrated";
}

/** After these the API knows more than the event says: input, output, warnings, what is waited for. */
function bringsBodies({ event }: LiveEvent): boolean {
  const data = eventData(event);
  return event.taskId === null
    ? isSettledType(event.type)
    : data?.step !== undefined && data.step !== "skipped" && data.step !== "queued";
}

function isSettledType(type: string): boolean {
  return type === "completed" || type === "failed" || type === "cancelled";
}

/** The picture after the events; those it already holds change nothing. */
export function takeEvents(picture: Picture, events: readonly LiveEvent[]): Picture {
  const last = Number(picture.events.at(-1)?.id ?? 0);
  const fresh = events.filter(({ id }) => Number(id) > last);
  return {
    execution: events.reduce((execution, { event }) => reduceExecution(execution, event), picture.execution),
    events: fresh.length === 0 ? picture.events : [...picture.events, ...fresh],
  };
}

interface Waiting {
  timer: ReturnType<typeof setTimeout> | null;
  since: number;
  busy: boolean;
  again: boolean;
}

/** Calls after quiet, or when patience is over; never two at once. */
function useDebounced(call: () => Promise<unknown>): () => void {
  const latest = useRef(call);
  latest.current = call;
  const state = useRef<Waiting>({ timer: null, since: 0, busy: false, again: false });
  useEffect(() => () => {
    if (state.current.timer !== null) clearTimeout(state.current.timer);
  }, []);
  const request = (): void => {
    const own = state.current;
    if (own.busy) {
      own.again = true;
      return;
    }
    const now = Date.now();
    if (own.timer === null) own.since = now;
    if (own.timer !== null) clearTimeout(own.timer);
    own.timer = setTimeout(async () => {
      own.timer = null;
      own.busy = true;
      await latest.current();
      own.busy = false;
      if (own.again) {
        own.again = false;
        request();
      }
    }, Math.max(0, Math.min(QUIET_MS, own.since + PATIENCE_MS - now)));
  };
  return request;
}
