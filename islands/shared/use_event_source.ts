import { useEffect, useRef, useState } from "preact/hooks";
import { LiveSource } from "./event_source.ts";
import type { SourceState } from "./event_source.ts";
import type { ServerEvent } from "./sse_parser.ts";

export type { ServerEvent, SourceState };

/** A page that nobody has looked at for so long lets go of its connection, and continues when seen again. */
const HIDDEN_MS = 5 * 60_000;

export interface UseEventSource {
  /** In order, each once; those of one repaint together. */
  onEvents(events: ServerEvent[]): void;
  /** Follow from here (exclusive); null: as the route does without `Last-Event-ID`. */
  lastEventId: string | null;
  /** The connection stands (again). */
  onOpen?(): void;
  /** Change it to begin anew from `lastEventId`, as after an ended execution was retried. */
  generation?: number;
}

/**
 * Follows a stream of server-sent events: survives reconnects by `Last-Event-ID`, without loss or repeat.
 * Without a url there is nothing to follow: `ended`.
 */
export function useEventSource(url: string | null, options: UseEventSource): SourceState {
  const [state, setState] = useState<SourceState>(url === null ? "ended" : "connecting");
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (url === null) return setState("ended");
    const source = new LiveSource({
      url,
      lastEventId: latest.current.lastEventId,
      onEvents: (events) => latest.current.onEvents(events),
      onState: setState,
      onOpen: () => latest.current.onOpen?.(),
    });
    setState("connecting");
    source.connect();
    const release = whileSeen(source);
    return () => {
      release();
      source.close();
    };
  }, [url, options.generation ?? 0]);
  return state;
}

/** Pauses the source while the page is hidden for long, and wakes it when page or network are back. */
function whileSeen(source: LiveSource): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onVisibility = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") timer = setTimeout(() => source.pause(), HIDDEN_MS);
    else source.connect();
  };
  const onOnline = (): void => source.connect();
  const onLeave = (): void => source.pause();
  document.addEventListener("visibilitychange", onVisibility);
  addEventListener("online", onOnline);
  addEventListener("pagehide", onLeave);
  addEventListener("pageshow", onOnline);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisibility);
    removeEventListener("online", onOnline);
    removeEventListener("pagehide", onLeave);
    removeEventListener("pageshow", onOnline);
  };
}
