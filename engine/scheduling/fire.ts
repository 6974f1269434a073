import { isSettled } from "../core/state.ts";
import { isActive, takeUp } from "../core/schedule_state.ts";
import type { Pending } from "../core/schedule_state.ts";
import { EngineError } from "../errors.ts";
import { keys } from "../store/keys.ts";
import type { HeadRecord } from "../store/records.ts";
import { lineOf, scheduleWrite } from "../store/schedules.ts";
import type { FireRecord, OccurrenceRecord, ScheduleRecord } from "../store/schedules.ts";
import type { Entry, Store } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";
import { backfillOne } from "./backfill.ts";
import type { SchedulingDeps } from "./deps.ts";
import { forgetSchedule } from "./forget.ts";
import { comesBack, failureOf, startFire } from "./start.ts";

/** What waits for a former run is looked at again so often; in this process its end is heard at once. */
const LOOK_MS = 15_000;
/** Occurrences that wait for a former run; those beyond are skipped. */
const MOST_QUEUED = 50;
/** Steps of one look; the due entry brings the rest. */
const STEPS_A_LOOK = 100;
/** What fails for no reason that we know is tried again so often, so that it does not die of it, nor live on it. */
const MOST_TRIES = 5;

/** A schedule in mid-look: what is stored, and what has been decided over it. */
export interface Look {
  entry: Entry<ScheduleRecord>;
  record: ScheduleRecord;
  lines: FireRecord[];
  now: number;
  /** A run has ended: what waits for that need not wait for its time. */
  again: boolean;
}

/** Fires what has fallen due. One fires an occurrence, of however many processes look. */
export class Firer {
  readonly #deps: SchedulingDeps;
  /** Schedules with something that waits for a former run. */
  readonly #waiting = new Set<string>();
  /** Looks under way: two at once in one process would only be in each other's way. */
  readonly #looks = new Map<string, Promise<void>>();
  /** Unexplained failures by schedule and occurrence. */
  readonly #tries = new Map<string, number>();

  constructor(deps: SchedulingDeps) {
    this.#deps = deps;
  }

  /** Answers a due entry; an entry that the record does not know goes. */
  readonly due = async (id: string, entry: DueEntry): Promise<void> => {
    const { store, worker } = this.#deps;
    const found = await store.get<ScheduleRecord>(keys.schedule(id));
    if (!found || found.value.dueAt !== entry.key[3]) {
      const checks = [{ key: entry.key, versionstamp: entry.versionstamp }];
      // Whoever moved the record meanwhile has moved the entry too.
      const still = { key: keys.schedule(id), versionstamp: found?.versionstamp ?? null };
      await store.commit({ name: "schedule", checks: [...checks, still], deletes: [entry.key] });
    } else if (found.value.goneAt !== undefined) await forgetSchedule(store, found, worker.clock.now());
    else await this.advance(id);
  };

  /** An execution of this schedule has ended: what waits for it may begin. */
  ended(id: string): void {
    if (!this.#waiting.has(id)) return;
    this.advance(id, true).catch((error) =>
      this.#deps.log("error", "schedule_failed", { scheduleId: id, error: String(error) })
    );
  }

  /** Takes up what has come and begins what may, one look at a time; `again`: a wait need not be over. */
  async advance(id: string, again = false): Promise<void> {
    const former = this.#looks.get(id) ?? Promise.resolve();
    const look = former.catch(() => {}).then(() => this.#look(id, again));
    this.#looks.set(id, look);
    try {
      await look;
    } finally {
      if (this.#looks.get(id) === look) this.#looks.delete(id);
    }
  }

  async #look(id: string, again: boolean): Promise<void> {
    const { store, worker } = this.#deps;
    for (let i = 0; i < STEPS_A_LOOK && !worker.stopping; i++) {
      const entry = await store.get<ScheduleRecord>(keys.schedule(id));
      if (!entry || entry.value.goneAt !== undefined) return;
      const now = worker.clock.now();
      const { dueAt } = entry.value;
      if (i === 0 && !again && (dueAt === null || dueAt > now)) return;
      const { state, lost, more } = takeUp(entry.value, now);
      const lines = lost.map((each) => lineOf(each, worker.newId(), now));
      const look = { entry, record: state, lines, now, again: again && i === 0 };
      if (!await this.#step(look, more) && !more) return;
    }
  }

  /** One commit further. False: there is nothing more to do now. */
  async #step(look: Look, more: boolean): Promise<boolean> {
    const { record, lines } = look;
    if (more) return await this.#commit(look, record), true;
    const { config } = record.definition;
    const busy = record.pending.length > 0 || typeof record.backfill?.lookAt === "number"
      ? await stillRunning(this.#deps.store, record)
      : record.running;
    const seen = { ...look, record: { ...record, running: busy } };
    const room = config.overlap === "allow" || busy.length < (config.maxConcurrent ?? 1);
    const next = isActive(record) ? record.pending.find(({ why }) => room || why === "due") : undefined;
    if (next) {
      this.#waiting.delete(record.id);
      return await this.#pending(seen, next, { room, busy });
    }
    const { backfill } = record;
    if (typeof backfill?.lookAt === "number" && (look.again || backfill.lookAt <= look.now) && record.live) {
      if (!room) this.#waiting.add(record.id);
      return await backfillOne(this.#deps, seen, room);
    }
    const waits = record.pending.length > 0;
    if (waits) this.#waiting.add(record.id);
    else if (typeof backfill?.lookAt !== "number") this.#waiting.delete(record.id);
    const moved = lines.length > 0 || record !== look.entry.value || waits ||
      record.dueAt !== null && record.dueAt <= look.now;
    if (moved) {
      await this.#commit(look, { ...seen.record, lookAt: waits ? look.now + LOOK_MS : null });
    }
    return false;
  }

  /** An occurrence whose time has come: begins, or says why not. */
  async #pending(
    look: Look,
    item: Pending,
    { room, busy }: { room: boolean; busy: readonly string[] },
  ): Promise<boolean> {
    const { record } = look;
    const { overlap, maxConcurrent = 1 } = record.definition.config;
    const without = { ...record, pending: record.pending.filter((each) => each !== item), lookAt: null };
    if (!room && overlap === "skip") {
      return await this.#told(look, without, item, "skipped", stillRuns(busy, "skipped"));
    }
    if (!room && overlap === "queue") {
      const queued = record.pending.filter(({ why }) => why === "queued").length;
      if (queued >= MOST_QUEUED) {
        const text = `Skipped — ${MOST_QUEUED} wait for the former run already`;
        return await this.#told(look, without, item, "skipped", { code: "queue_full", text });
      }
      const pending = record.pending.map((each) =>
        each === item ? { ...each, why: "queued" as const } : each
      );
      await this.#commit(look, { ...record, pending, lookAt: look.now + LOOK_MS });
      return true;
    }
    if (await this.#deps.store.get<OccurrenceRecord>(keys.occurrence(record.id, item.at))) {
      // It has run: before a clock went back, or as a back-fill.
      await this.#commit(look, without);
      return true;
    }
    const left = room ? busy : await this.#cancel(busy, busy.length - maxConcurrent + 1);
    return await this.#fire(look, { ...without, running: [...left] }, item);
  }

  async #fire(look: Look, next: ScheduleRecord, item: Pending): Promise<boolean> {
    const tried = `${next.id} ${item.at}`;
    try {
      const outcome = item.why === "made_up" ? "made_up" : "fired";
      await startFire(this.#deps, look.entry, { at: item.at, outcome, next, lines: look.lines });
      this.#tries.delete(tried);
      return true;
    } catch (error) {
      const tries = (this.#tries.get(tried) ?? 0) + 1;
      // A full process is no fault of the schedule: the fire waits, however long.
      if (comesBack(error) && (tries < MOST_TRIES || error instanceof EngineError)) {
        this.#tries.set(tried, tries);
        throw error;
      }
      this.#tries.delete(tried);
      const reason = failureOf(error);
      this.#deps.log("error", "schedule_failed", { scheduleId: next.id, at: item.at, error: reason.text });
      return await this.#told(look, next, item, "failed", reason);
    }
  }

  /** Cancels the oldest; who is left. What is being cancelled does not count any more. */
  async #cancel(busy: readonly string[], count: number): Promise<readonly string[]> {
    const reason = "The schedule fires again, and cancels what it started before";
    for (const executionId of busy.slice(0, count)) {
      await this.#deps.executions.cancel(executionId, { reason }, { userId: "system", name: "LeadFlow" })
        .catch((error) => {
          if (comesBack(error)) throw error;
          // It has settled or was forgotten meanwhile.
        });
    }
    return busy.slice(count);
  }

  async #told(
    look: Look,
    next: ScheduleRecord,
    { at }: Pending,
    outcome: "skipped" | "failed",
    reason: NonNullable<FireRecord["reason"]>,
  ): Promise<boolean> {
    const { now } = look;
    const line: FireRecord = {
      v: 1,
      id: this.#deps.worker.newId(),
      at,
      count: 1,
      outcome,
      reason,
      decidedAt: now,
    };
    await this.#commit({ ...look, lines: [...look.lines, line] }, next);
    return true;
  }

  /** A stale check means that somebody else was first: whoever goes on reads again. */
  async #commit({ entry, lines, now }: Look, next: ScheduleRecord): Promise<void> {
    await this.#deps.store.commit({ name: "schedule", ...scheduleWrite(entry, next, { now, lines }) });
  }
}

/** Those of its executions that have not settled. */
export async function stillRunning(store: Store, { running }: ScheduleRecord): Promise<string[]> {
  const heads = await store.getMany<HeadRecord>(running.map(keys.execution), { broken: "pass" });
  return running.filter((_, i) => heads[i] && !isSettled(heads[i].value));
}

function stillRuns(busy: readonly string[], outcome: string): NonNullable<FireRecord["reason"]> {
  const text = `${outcome[0]!.toUpperCase()}${outcome.slice(1)} — the former run had not ended`;
  return { code: "overlap", text, data: { executionIds: busy.slice(0, 10) } };
}
