import type { JSX } from "preact";
import type { SourceState } from "../shared/use_event_source.ts";

/** Does what is shown go on by itself? */
export function LiveMark({ state }: { state: SourceState }): JSX.Element {
  return (
    <span
      class="flex items-center gap-1.5 text-sm text-soft"
      data-status={state === "open" ? "running" : "pending"}
    >
      <span class="size-2 rounded-full bg-status-line" aria-hidden="true" />
      {state === "open" ? "Live" : state === "connecting" ? "Connecting" : "Not live"}
    </span>
  );
}
