import { giveTurns, graceMs, recordId } from "../core/rate.ts";
import type { Pace, TurnAsk, TurnGiven } from "../core/rate.ts";
import { loadExecutions } from "../store/executions.ts";
import { dropPlan, ratesOf, readRates, writeRates } from "../store/rates.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { DueEntry, Held } from "./held.ts";
import { SHARED } from "./pacing.ts";

/** What it asks of the worker. */
export interface TurnsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly stopping: boolean;
  /** Steps that could start here now. */
  readonly room: { readonly free: number };
  newId(): string;
  hold(executionId: string): Held;
}

export interface Asked extends TurnAsk {
  executionId: string;
  /** When it asked first. */
  since: number;
}

interface Pending {
  ask: Asked;
  tries: number;
  resolve(given: TurnGiven): void;
  reject(error: unknown): void;
}

/** Records of one commit: each is checked, and an atomic of some databases takes ten checks. */
const MOST_RECORDS = 8;
/** Each loss means that another process won. */
const MOST_TRIES = 100;
const PER_PAGE = 100;
const MOST_LATE_MS = 30_000;

/**
 * Gives turns: whoever asks while a commit is under way shares the next one, so five hundred that ask at once are a few
 * commits and no conflict. What was given is in the database before it is told; lost with a process, it is only unused.
 */
export class Turns {
  readonly #options: TurnsOptions;
  #pending: Pending[] = [];
  #giving = false;
  /** How long after it is counted an attempt begins, as commits went lately: those of a far database take their time. */
  #lateMs = 0;
  readonly #due = new Map<string, DueEntry[]>();
  readonly #planning = new Map<string, Promise<void>>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Resolves with what each is given, in order; a step under no rate starts. */
  ask(asks: readonly Asked[]): Promise<TurnGiven[]> {
    const given = asks.map((ask) =>
      ask.paces.length === 0
        ? Promise.resolve<TurnGiven>("start")
        : new Promise<TurnGiven>((resolve, reject) => this.#pending.push({ ask, tries: 0, resolve, reject }))
    );
    void this.#give();
    return Promise.all(given);
  }

  async #give(): Promise<void> {
    if (this.#giving) return;
    this.#giving = true;
    while (this.#pending.length > 0) {
      // Those who ask in the same moment are told apart by who came first. And whoever has just been given room takes it
      // before others are given it.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const taken = this.#take();
      try {
        const given = await this.#commit(taken);
        this.#again(taken.filter((_, i) => !given || given[i] === "late"));
        for (const [i, { resolve }] of taken.entries()) {
          const each = given?.[i];
          if (each && each !== "late") resolve(each);
        }
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    this.#giving = false;
  }

  /** First come first: the longest waiting, with those whose records fit the same commit. */
  #take(): Pending[] {
    this.#pending.sort((a, b) =>
      a.ask.since - b.ask.since || (a.ask.executionId < b.ask.executionId ? -1 : 1)
    );
    const records = new Set<string>();
    const taken: Pending[] = [];
    const left: Pending[] = [];
    for (const pending of this.#pending) {
      const added = pending.ask.paces.map(recordId).filter((id) => !records.has(id));
      if (taken.length > 0 && records.size + added.length > MOST_RECORDS) left.push(pending);
      else {
        for (const id of added) records.add(id);
        taken.push(pending);
      }
    }
    this.#pending = left;
    return taken;
  }

  /** Null: another process was first. "late": counted, though too long ago by now; it asks again. */
  async #commit(taken: readonly Pending[]): Promise<(TurnGiven | "late")[] | null> {
    const { store, clock, room, newId } = this.#options;
    const paces = new Map<string, Pace>();
    for (const { ask } of taken) for (const pace of ask.paces) paces.set(recordId(pace), pace);
    const all = [...paces.values()];
    const read = await readRates(store, all);
    const before = new Map(read.states);
    const [now, lateMs] = [clock.now(), this.#lateMs];
    const given = giveTurns(read.states, taken.map(({ ask }) => ask), { now, room: room.free, lateMs });
    const changed = all.filter((pace) => read.states.get(recordId(pace)) !== before.get(recordId(pace)));
    if (changed.length === 0) return given;
    if (!await writeRates(store, changed, read, newId())) return null;
    // As long as this commit took, the one that starts the step may take.
    const late = 2 * (clock.now() - now);
    this.#lateMs = Math.min(MOST_LATE_MS, Math.max(late, Math.floor(lateMs * 0.9)));
    const inTime = late <= lateMs || all.every((pace) => late <= graceMs(pace));
    return inTime ? given : given.map((each) => each === "start" ? "late" : each);
  }

  #again(taken: readonly Pending[]): void {
    for (const pending of taken) {
      if (++pending.tries < MOST_TRIES) this.#pending.push(pending);
      else pending.reject(new Error("Cannot give a turn: others are always first"));
    }
  }

  /** A `limit` due entry: after `publish` other rates may count, for those who wait as well. */
  async published(id: string): Promise<void> {
    if (id.endsWith(".publish")) await this.#planAnew(id.slice(0, id.indexOf(".")));
  }

  /** A `rate` due entry: somebody has left the line of a workflow (the id's first part), so others may come earlier. */
  due(id: string, entry: DueEntry): Promise<void> {
    const workflowId = id.slice(0, id.indexOf("."));
    const entries = this.#due.get(workflowId) ?? [];
    this.#due.set(workflowId, entries);
    entries.push(entry);
    const planning = this.#planning.get(workflowId) ?? this.#plan(workflowId, entries).finally(() => {
      this.#planning.delete(workflowId);
      this.#due.delete(workflowId);
    });
    this.#planning.set(workflowId, planning);
    return planning;
  }

  async #plan(workflowId: string, waiting: DueEntry[]): Promise<void> {
    // Those that fall due in the same moment are answered by one look.
    await new Promise((resolve) => setTimeout(resolve, 0));
    while (waiting.length > 0 && !this.#options.stopping) {
      const entries = waiting.splice(0);
      await this.#planAnew(workflowId);
      await Promise.all(
        entries.map(({ key, versionstamp }) =>
          this.#options.store.commit({ name: "rate", checks: [{ key, versionstamp }], deletes: [key] })
        ),
      );
    }
  }

  /** All that wait for a turn in this workflow ask for another, in the order in which they asked first. */
  async #planAnew(workflowId: string): Promise<void> {
    const { store } = this.#options;
    let any = false;
    for (const scope of [workflowId, SHARED]) {
      for await (const record of ratesOf(store, scope)) {
        any = true;
        // Other workflows wait in the shared ones, too: what they were told stands, the count sees to it.
        if (record.value.tail > this.#options.clock.now()) {
          await dropPlan(store, record.key, this.#options.newId());
        }
      }
    }
    if (!any) return;
    const ids = (await store.keys({ selector: { prefix: ["live", workflowId] } })).map((key) =>
      String(key[2])
    );
    for (let i = 0; i < ids.length && !this.#options.stopping; i += PER_PAGE) {
      await this.#askAnew(ids.slice(i, i + PER_PAGE));
    }
  }

  async #askAnew(ids: readonly string[]): Promise<void> {
    const loaded = await loadExecutions(this.#options.store, ids);
    const waiting = loaded.flatMap((each) => {
      const steps = [...each?.state.steps.values() ?? []].filter((step) => step.waitingFor?.kind === "rate");
      return each && steps.length > 0 ? [each.state.id] : [];
    });
    await Promise.all(waiting.map(async (id) => {
      const held = this.#options.hold(id);
      held.offer({ kind: "turns" });
      await held.idle();
    }));
  }
}
