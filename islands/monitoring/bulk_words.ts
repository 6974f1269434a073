/** What a bulk action does and how far it is, in words: pure. */
import { causeInWords, readCause } from "../../engine/core/cause.ts";
import type { ExecutionFilter, ListedStatus } from "../../engine/schemas/execution.ts";
import type { BulkAction, BulkJob, FilterAction } from "../../engine/schemas/mending.ts";
import { durationWords } from "../../routes/pages/components/time_words.ts";
import { isSettled } from "../shared/live_reducer.ts";

export const ACTION_WORDS: { readonly [A in BulkAction]: { act: string; acted: string; icon: string } } = {
  retry: { act: "Retry", acted: "retried", icon: "rotate" },
  replay: { act: "Replay", acted: "replayed", icon: "play" },
  cancel: { act: "Cancel", acted: "cancelled", icon: "stop" },
  migrate: { act: "Move", acted: "moved", icon: "chevron-right" },
  restart: { act: "Restart", acted: "restarted", icon: "rotate" },
};

/** Actions that can reach anything of what the filter finds. */
export function actionsFor(status: ListedStatus | undefined): FilterAction[] {
  if (status === undefined) return ["retry", "replay", "cancel"];
  if (status === "active") return ["cancel"];
  if (status === "failed") return ["retry", "replay"];
  return isSettled(status) ? ["replay"] : ["cancel"];
}

interface Chosen {
  action: FilterAction;
  count: number;
  filter: ExecutionFilter;
  /** Of the workflow that is filtered by. */
  workflow: string | null;
}

/** "Retry 37 failed executions of Cold Outreach". */
export function chosenWords({ action, count, filter, workflow }: Chosen): string {
  const status = filter.status ??
    (action === "retry" ? "failed" : action === "cancel" ? "unsettled" : "settled");
  const executions = count === 1 ? "execution" : "executions";
  const cause = filter.cause === undefined ? null : readCause(filter.cause);
  return `${ACTION_WORDS[action].act} ${numberWords(count)} ${status} ${executions}${
    workflow ? ` of ${workflow}` : ""
  }${cause ? `: ${causeInWords(cause)}` : ""}`;
}

/** "10 a second, about 4 s". */
export function paceWords(count: number, perSecond: number): string {
  return `${perSecond} a second, about ${durationWords(Math.ceil(count / perSecond) * 1_000)}`;
}

/** "12 of 37 retried, 2 skipped, 1 failed". */
export function progressWords({ action, count, done, skipped, failed }: BulkJob): string {
  return [
    `${numberWords(done)} of ${numberWords(count)} ${ACTION_WORDS[action].acted}`,
    skipped > 0 ? `${numberWords(skipped)} skipped` : "",
    failed > 0 ? `${numberWords(failed)} failed` : "",
  ].filter(Boolean).join(", ");
}

export function numberWords(count: number): string {
  return new Intl.NumberFormat("en").format(count);
}
