import type { ExecutionState, Transition } from "../core/state.ts";
import { isInQueue } from "../core/limit.ts";
import { standsStill } from "../core/migrate.ts";
import { isSettled, mustRenew } from "../core/state.ts";
import { wantsOf } from "../core/suspect.ts";
import { BrokenRow } from "../store/broken.ts";
import { stage } from "../store/staged.ts";
import type { Loaded } from "../store/executions.ts";
import type { Key } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { Hands } from "./hands.ts";
import { Held } from "./held.ts";
import type { DueEntry } from "./held.ts";
import type { Peers } from "./peers.ts";
import { SILENCE } from "./hearing.ts";
import type { OwnEnv } from "./deciding.ts";
import type { Services } from "./services.ts";
import { Versions } from "./versions.ts";
import { bodiesRead } from "./view.ts";
import { spawnChildren } from "./children.ts";
import type { ParentFacts } from "./children.ts";
import { Recent } from "./recent.ts";
import { firstWrite, refuseOverload } from "./acceptance.ts";
import type { Acceptance, First } from "./acceptance.ts";
import { markCancelling } from "./mark.ts";
import { dropEntries, mailEntries } from "./entries.ts";
import { Slots } from "./slots.ts";
import { Room } from "./room.ts";
import { BROKEN_REST_MS, Takeover } from "./takeover.ts";
import { Turns } from "./turns.ts";

export interface WorkerOptions {
  store: Store;
  clock: Clock;
  services: Services;
  peers: Peers;
  owner: string;
  newId(): string;
  /** Does this process look after it, as long as all live? */
  isMine(id: string): boolean;
  /** Steps under way at once. */
  concurrency: number;
  retentionMs: number;
  /** Called after each commit of an execution, in order. */
  onTransition(executionId: string, transition: Transition): void;
}

const RENEW_EVERY_MS = 5_000;

/** Holds executions, runs their steps, and keeps within its slots. */
export class Worker implements Hands {
  readonly store: Store;
  readonly clock: Clock;
  readonly services: Services;
  readonly versions: Versions;
  readonly owner: string;
  readonly newId: () => string;
  readonly slots: Slots;
  readonly turns: Turns;
  readonly bodiesRead = bodiesRead;
  readonly #options: WorkerOptions;
  readonly #held = new Map<string, Held>();
  readonly #recent = new Recent();
  readonly room: Room;
  readonly takeover: Takeover;
  #stopping = false;
  #cancelRenewal: (() => void) | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
    this.store = options.store;
    this.clock = options.clock;
    this.services = options.services;
    this.owner = options.owner;
    this.newId = options.newId;
    this.versions = new Versions(options.services.loadVersion, options.services.nodeType);
    this.slots = new Slots(this);
    this.turns = new Turns(this);
    this.takeover = new Takeover(options.clock, options.peers);
    const { concurrency: slots, isMine } = options;
    this.room = new Room({
      slots,
      isMine: (id) => this.#held.has(id) || isMine(id),
      wake: (id) => this.hold(id).offer({ kind: "wake" }),
      isQuiet: (but) => [...this.#held.values()].every((held) => held.id === but || !held.storesRunning),
    });
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  holds(id: string): boolean {
    return this.#held.has(id);
  }

  /** One commit: the execution exists, its pure nodes are computed, and its first steps run here if there is room. */
  async accept(
    acceptance: Acceptance,
  ): Promise<{ ok: true; transition: Transition } | { ok: false; stale: Key[] }> {
    refuseOverload({ stopping: this.#stopping, inHand: this.#held.size + this.room.waiting });
    const { version, id, limits } = acceptance;
    const place = await this.slots.place(version.workflowId, limits, this.clock.now());
    const now = this.clock.now();
    const heard = version.listens && acceptance.leadId
      ? await this.services.signals(acceptance.leadId)
      : SILENCE;
    const first = firstWrite(acceptance, {
      ...{ place, heard, now, env: this.env(now, id) },
      // Not the execution's id: two processes that deliver one signal derive the same.
      commitId: this.newId(),
      messageWrite: this.services.messageWrite,
    });
    const { transition, write } = first;
    const result = await this.room.taken(transition, async () => {
      const staged = await stage(this.store, id, first.before, { now, newId: this.newId });
      write.checks!.push(...staged.checks);
      write.deletes!.push(...staged.deletes);
      return await this.store.commit(write);
    }).catch((error) => {
      this.slots.placed(version.workflowId, place, null);
      throw error;
    });
    this.slots.placed(version.workflowId, place, result.ok ? transition.next : null);
    if (!result.ok) return result;
    this.#takeOn(acceptance, first, result.versionstamp);
    return { ok: true, transition };
  }

  /** It is stored: its first steps begin here, or it is kept at hand for whoever asks next. */
  #takeOn({ id, version, lead }: Acceptance, first: First, versionstamp: string): void {
    const { transition, spilled, bodies } = first;
    const loaded: Loaded = { state: transition.next, versionstamp: "", spilled };
    // Only now: one that was accepted before, under a derived id, may be in hand.
    const held = transition.started.length > 0 ? new Held(id, this, { loaded, version, lead }) : null;
    if (held) this.#held.set(id, held);
    const stored: Loaded = { ...loaded, versionstamp };
    this.#options.onTransition(id, transition);
    if (held) {
      held.adopt(stored, bodies.values);
      held.start(transition);
    } else if (!isSettled(transition.next)) {
      this.#recent.keep(id, stored);
      this.nothingToDo(id, transition.next);
    }
  }

  spawn(parent: Omit<ParentFacts, "live">, children: Pick<Transition, "spawn" | "resume">): Promise<boolean> {
    return spawnChildren(this, parent, children);
  }

  /** The execution in this process's hands, taken up if need be. */
  hold(id: string): Held {
    let held = this.#held.get(id);
    if (!held) {
      held = new Held(id, this, null);
      this.#held.set(id, held);
    }
    return held;
  }

  markCancelling(id: string, who: { by: string; reason: string }): Promise<void> {
    return markCancelling(this, id, who);
  }

  /** A due entry names this execution; `orphaned`: its holder is dead, what made it rest or wait here is past. */
  due(kind: "mail" | "execution", id: string, entry: DueEntry, orphaned = false): void {
    if (this.#stopping) return;
    if (!this.#held.has(id) && !orphaned) {
      if (this.takeover.isResting(id)) return;
      if (kind === "execution" && this.room.isWaiting(id)) return;
    }
    this.hold(id).due(kind, entry);
  }

  start(): void {
    const renew = (): void => {
      const now = this.clock.now();
      for (const held of this.#held.values()) {
        if (held.lease?.owner === this.owner && mustRenew(held.lease, now)) {
          held.offer({ kind: "wake" });
        }
      }
      this.#cancelRenewal = this.clock.after(RENEW_EVERY_MS, renew);
    };
    this.#cancelRenewal = this.clock.after(RENEW_EVERY_MS, renew);
  }

  /** Takes nothing new; steps have `graceMs` to end, then they are given back. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.room.close();
    this.#cancelRenewal?.();
    const until = this.clock.monotonic() + graceMs;
    while (this.#underWay() > 0 && this.clock.monotonic() < until) {
      await new Promise((done) => setTimeout(done, 20));
    }
    for (const held of this.#held.values()) if (held.runningSteps > 0) held.interrupt();
    await Promise.all([...this.#held.values()].map((held) => held.idle()));
  }

  #underWay(): number {
    let steps = 0;
    for (const held of this.#held.values()) steps += held.runningSteps;
    return steps;
  }

  // What executions in hand ask of it.

  env(now: number, id: string): OwnEnv {
    return {
      ...this.room.offered(id),
      now,
      random: this.clock.random,
      owner: this.owner,
      retentionMs: this.#options.retentionMs,
      outside: (node) => this.services.leaves(node),
    };
  }

  recent(id: string): Loaded | null {
    return this.#recent.get(id);
  }

  forgetRecent(id: string): void {
    this.#recent.delete(id);
  }

  /** Heads that will be wanted soon. */
  prefetched(loaded: Loaded): void {
    this.#recent.keep(loaded.state.id, loaded);
  }

  isKnown(id: string): boolean {
    return this.#held.has(id) || this.#recent.has(id);
  }

  async mayTakeOver(id: string, owner: string, versionstamp: string): Promise<boolean> {
    return owner === this.owner || await this.takeover.isFree(id, owner, versionstamp);
  }

  mailEntries(id: string): Promise<DueEntry[]> {
    return mailEntries(this.store, id, this.clock.now());
  }

  dropEntries(id: string, entries: readonly DueEntry[]): Promise<void> {
    return dropEntries(this.store, id, entries);
  }

  committed(held: Held, transition: Transition): void {
    this.takeover.forget(held.id);
    this.#options.onTransition(held.id, transition);
    this.nothingToDo(held.id, transition.next);
  }

  nothingToDo(id: string, state: ExecutionState): void {
    // Those in the queue of a limit are called.
    const wants = isSettled(state) || isInQueue(state) || standsStill(state) ? null : wantsOf(state);
    const { lease } = state;
    const isOurs = lease === null ? this.#options.isMine(id) : lease.owner === this.owner;
    this.room.decided(id, isOurs ? wants : null);
    if (wants && !isOurs) this.takeover.rest(id, 1_000);
  }

  letGo(held: Held, loaded: Loaded | null): void {
    this.room.letGo(held.id);
    if (this.#held.get(held.id) !== held) return;
    this.#held.delete(held.id);
    if (loaded && !isSettled(loaded.state)) this.#recent.keep(held.id, loaded);
    else this.#recent.delete(held.id);
  }

  failed(held: Held, error: unknown): void {
    this.#recent.delete(held.id);
    // It was told when it was found.
    if (error instanceof BrokenRow) return this.takeover.rest(held.id, BROKEN_REST_MS);
    this.takeover.rest(held.id, 5_000);
    this.services.log("error", "execution_stuck", {
      executionId: held.id,
      error: error instanceof Error ? error.stack ?? error.message : String(error),
    });
  }
}
