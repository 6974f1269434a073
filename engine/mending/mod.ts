import type { Mending } from "../contract.ts";
import type { DueEntry } from "../worker/held.ts";
import { cancelBulk, countBulk, listBulk, readBulk, startBulk } from "./bulk.ts";
import { toBulkJob } from "./bulk_record.ts";
import { runBulk } from "./bulk_run.ts";
import type { MendingDeps } from "./deps.ts";
import { startMigration } from "./migrate.ts";
import { planOf, replayExecution } from "./replay.ts";
import { readRunning } from "./running.ts";

/** Mending with what the loop asks of it. */
export interface MendingSubject extends Mending {
  /** A second's work of a bulk action is due. */
  run(id: string, entry: DueEntry): Promise<void>;
}

/** Replays and bulk actions over executions as they are stored (contract: `Mending`). */
export function createMending(deps: MendingDeps): MendingSubject {
  const { store } = deps;
  return {
    replay: (id, input, options, actor) => replayExecution(deps, id, input, options, actor),
    planReplay: (id, input) => planOf(deps, id, input),
    count: (input) => countBulk(deps, input),
    startBulk: (input, options, actor) => startBulk(deps, input, options, actor),
    bulkJobs: (paging) => listBulk(store, paging),
    bulkJob: async (id) => toBulkJob((await readBulk(store, id)).value),
    cancelBulk: (id) => cancelBulk(deps, id),
    running: (workflowId, options) => readRunning(deps, workflowId, options),
    startMigration: (workflowId, input, options, actor) =>
      startMigration(deps, workflowId, input, options, actor),
    run: (id, entry) => runBulk(deps, id, entry),
  };
}
