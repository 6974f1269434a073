import { isActive } from "../core/schedule_state.ts";
import { fireAt } from "../core/schedule.ts";
import { keys } from "../store/keys.ts";
import type { ScheduleRecord } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";

/** Schedules are few, and their next times change seldom: many who ask within this time are told the same. */
const KEPT_MS = 5_000;
const MOST = 1_000;

/** When each workflow's next schedule fires; epoch ms. */
export class NextRuns {
  readonly #deps: { store: Store; now(): number };
  #known: Promise<ReadonlyMap<string, number>> | null = null;
  #readAt = -Infinity;

  constructor(deps: { store: Store; now(): number }) {
    this.#deps = deps;
  }

  byWorkflow(): Promise<ReadonlyMap<string, number>> {
    const now = this.#deps.now();
    if (this.#known === null || Math.abs(now - this.#readAt) >= KEPT_MS) {
      this.#readAt = now;
      this.#known = this.#read();
      // What could not be read is not kept.
      this.#known.catch(() => this.#known = null);
    }
    return this.#known;
  }

  async #read(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const selector = { prefix: keys.schedule("").slice(0, 1) };
    for await (
      const { value } of this.#deps.store.list<ScheduleRecord>({ selector, limit: MOST, broken: "pass" })
    ) {
      if (!isActive(value) || value.nextAt === null) continue;
      const at = fireAt(value.id, value, value.nextAt);
      found.set(value.workflowId, Math.min(at, found.get(value.workflowId) ?? Infinity));
    }
    return found;
  }
}
