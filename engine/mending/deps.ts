import type { Executions } from "../contract.ts";
import type { LeadSubject } from "../leads/mod.ts";
import type { Store } from "../store/store.ts";
import type { Worker } from "../worker/worker.ts";

/** What mending is built from. */
export interface MendingDeps {
  store: Store;
  worker: Worker;
  leads: Pick<LeadSubject, "load">;
  executions: Pick<Executions, "cancel" | "retry">;
  /** How long the record of an ended bulk action is kept. */
  retentionMs: number;
}

export const MAX_TRIES = 10;
