import { bucketOf, causeKey } from "./metrics.ts";
import type { Cause } from "./metrics.ts";
import { isSettled } from "./state.ts";
import type { ExecutionState, Transition } from "./state.ts";

/** What a transition adds to the counters of its workflow. Children and tests are counted apart. */
export function countsOf(
  { next, counts, cause }: Pick<Transition, "next" | "counts" | "cause">,
): { what: string; add: number }[] {
  if (counts.length === 0) return [];
  const apart = next.parent ? "child_" : next.test ? "test_" : null;
  if (apart !== null) return counts.map((what) => ({ what: `${apart}${what}`, add: 1 }));
  return counts.flatMap((what) => {
    if (what !== "completed" && what !== "failed") return [{ what, add: 1 }];
    const ended = [{ what: `${what}.${bucketOf(lasted(next))}`, add: 1 }, { what: "ms", add: lasted(next) }];
    if (what === "failed") return [...ended, { what: `by.${causeKey(cause ?? wholeOf(next))}`, add: 1 }];
    return next.failedAt === undefined || next.endedAt === null
      ? ended
      : [...ended, { what: `mended.${bucketOf(next.endedAt - next.failedAt)}`, add: 1 }];
  }).filter(({ add }) => add > 0);
}

/** From start to end, waits included; a clock that was set back makes nothing negative. */
function lasted({ startedAt, endedAt }: ExecutionState): number {
  return startedAt === null || endedAt === null ? 0 : Math.max(0, Math.round(endedAt - startedAt));
}

/** No step of it is the cause: its time-out. */
function wholeOf({ reason }: ExecutionState): Cause {
  return { nodeType: null, code: reason?.code ?? "failed", status: null, host: null };
}

/** What it is worth in the count of those that are active now: itself, and beside it whether it only waits. */
export function activeOf(state: ExecutionState | null): { active: number; waiting: number } {
  if (!state || isSettled(state) || state.parent || state.test) return { active: 0, waiting: 0 };
  return { active: 1, waiting: state.status === "waiting" ? 1 : 0 };
}
