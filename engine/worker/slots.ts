import { placeAt } from "../core/limit.ts";
import type { ExecutionState, Place } from "../core/state.ts";
import type { Limits } from "../schemas/workflow.ts";
import type { Key } from "../store/keys.ts";
import { freeSlots, queueOf } from "../store/places.ts";
import type { Store } from "../store/store.ts";
import type { DueEntry, Held } from "./held.ts";
import type { Services } from "./services.ts";

/** What it asks of the worker. */
export interface SlotsOptions {
  readonly store: Store;
  readonly services: Pick<Services, "limits">;
  readonly stopping: boolean;
  hold(executionId: string): Held;
}

/** Free slots as this process last saw them. Nothing rests on it: taking one is checked in the commit. */
interface Seen {
  most: number;
  free: number[];
  /** A limit that was lowered is exceeded: what is freed now is not free. */
  exceeded: boolean;
  at: number;
}

/** Finding none free is believed for so long: another process may have seen what was freed. */
const BELIEVED_MS = 1_000;
/** So many are let in at once. */
const PER_ROUND = 100;
/** A conflict is tried again; who cannot be moved then does not stop those behind. */
const MOST_TRIES = 3;
/** An atomic of some databases takes ten checks. */
const PER_COMMIT = 8;

/** Gives new executions their place, and lets those in the queue enter, in order. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #seen = new Map<string, Promise<Seen>>();
  /** Taken by a commit that is under way. */
  readonly #reserved = new Set<string>();
  readonly #due = new Map<string, DueEntry[]>();
  readonly #looking = new Map<string, Promise<void>>();

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  /** Where an execution that is accepted now stands; null: the workflow has no limit. Tell `placed` what became of it. */
  async place(workflowId: string, limits: Limits | undefined, now: number): Promise<Place | null> {
    const most = limits?.maxConcurrent;
    if (most === undefined) return null;
    const waits = limits?.countWaiting !== false;
    // Nobody overtakes those who wait.
    const [first] = await queueOf(this.#options.store, workflowId, 1);
    return placeAt(first ? null : await this.#take(workflowId, most, now), waits, now);
  }

  async #take(workflowId: string, most: number, now: number): Promise<number | null> {
    const known = await this.#seen.get(workflowId);
    const old = known?.most !== most || known.free.length === 0 && now - known.at >= BELIEVED_MS;
    // Whoever looked while this one waited has looked for both.
    if (old && await this.#seen.get(workflowId) === known) {
      this.#seen.set(workflowId, this.#look(workflowId, most, now));
    }
    const seen = await this.#seen.get(workflowId);
    const slot = seen?.most === most ? seen.free.pop() ?? null : null;
    if (slot !== null) this.#reserved.add(`${workflowId}.${slot}`);
    return slot;
  }

  async #look(workflowId: string, most: number, at: number): Promise<Seen> {
    const { free, exceeded } = await freeSlots(this.#options.store, workflowId, most);
    // The lowest last: it is taken first.
    const unreserved = free.filter((slot) => !this.#reserved.has(`${workflowId}.${slot}`)).reverse();
    return { most, free: unreserved, exceeded, at };
  }

  /** `next`: as it was accepted; null: its commit was refused, and what was seen of the slots is out of date. */
  placed(workflowId: string, place: Place | null, next: ExecutionState | null): void {
    if (place === null || place.slot === null) return;
    this.#reserved.delete(`${workflowId}.${place.slot}`);
    if (next === null) this.#seen.delete(workflowId);
    else if (next.limit?.slot !== place.slot) this.#free(workflowId, place.slot);
  }

  #free(workflowId: string, slot: number): void {
    this.#seen.get(workflowId)?.then(({ most, free, exceeded }) => {
      if (exceeded) this.#seen.delete(workflowId);
      else if (slot < most && !free.includes(slot)) free.push(slot);
    });
  }

  /** Called for a `limit` due entry: all that have fallen due for one workflow are answered by one look at its queue. */
  due(id: string, entry: DueEntry): Promise<void> {
    const workflowId = id.slice(0, id.indexOf("."));
    const entries = this.#due.get(workflowId) ?? [];
    this.#due.set(workflowId, entries);
    entries.push(entry);
    const looking = this.#looking.get(workflowId) ??
      this.#rounds(workflowId, entries).finally(() => {
        this.#looking.delete(workflowId);
        this.#due.delete(workflowId);
      });
    this.#looking.set(workflowId, looking);
    return looking;
  }

  async #rounds(workflowId: string, waiting: DueEntry[]): Promise<void> {
    while (waiting.length > 0 && !this.#options.stopping) {
      const entries = waiting.splice(0);
      // Written before this look, so it sees what they are about; one that is written again meanwhile stays.
      if (await this.#letIn(workflowId, entries)) await this.#drop(entries);
    }
  }

  /** Lets in whom there is room for; false: somebody could not be moved, and must be looked at again. */
  async #letIn(workflowId: string, entries: readonly DueEntry[]): Promise<boolean> {
    const { store, services } = this.#options;
    const [first] = await queueOf(store, workflowId, 1);
    if (!first) {
      for (const { key } of entries) this.#free(workflowId, Number(String(key[5]).split(".")[1]));
      return true;
    }
    // What is live now: another limit counts for those who wait, too.
    const most = (await services.limits(workflowId))?.maxConcurrent ?? null;
    const tries = new Map<string, number>();
    for (;;) {
      const free = most === null ? null : (await freeSlots(store, workflowId, most)).free;
      const room = Math.min(PER_ROUND, free?.length ?? PER_ROUND);
      const queue = room === 0 ? [] : (await queueOf(store, workflowId, room + tries.size))
        .filter((key) => (tries.get(String(key[3])) ?? 0) < MOST_TRIES).slice(0, room);
      if (queue.length === 0) {
        this.#seen.delete(workflowId);
        return [...tries.values()].every((count) => count < MOST_TRIES);
      }
      await Promise.all(queue.map((key, i) => this.#enter(String(key[3]), free ? free[i]! : null)));
      const still = await store.getMany(queue);
      queue.forEach((key, i) => {
        const id = String(key[3]);
        if (still[i]) tries.set(id, (tries.get(id) ?? 0) + 1);
        else tries.delete(id);
      });
    }
  }

  async #enter(executionId: string, slot: number | null): Promise<void> {
    const held = this.#options.hold(executionId);
    held.offer({ kind: "enter", slot });
    await held.idle();
  }

  async #drop(entries: readonly DueEntry[]): Promise<void> {
    for (let i = 0; i < entries.length; i += PER_COMMIT) {
      const some = entries.slice(i, i + PER_COMMIT);
      const { ok } = await this.#options.store.commit(dropped(some));
      // One of them was written anew: the others go one by one.
      if (!ok) await Promise.all(some.map((entry) => this.#options.store.commit(dropped([entry]))));
    }
  }
}

function dropped(entries: readonly DueEntry[]): Parameters<Store["commit"]>[0] {
  return {
    name: "limit",
    checks: entries.map(({ key, versionstamp }) => ({ key, versionstamp })),
    deletes: entries.map(({ key }): Key => key),
  };
}
