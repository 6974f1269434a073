/** A draft's world on virtual time: one server, one tab's storage, a connection that comes and goes. */
// A draft loads it when it first merges: read from the disk, that would take longer than virtual time waits.
import "../../../islands/editor/document/merge.ts";
import type { Workflow } from "../../../engine/schemas/workflow.ts";
import type { DraftWorld } from "../../../islands/editor/draft_world.ts";
import type { Answer } from "../../../islands/shared/api.ts";

interface Timer {
  at: number;
  call(): void;
}

export class VirtualWorld implements DraftWorld {
  stored: Workflow;
  connected = true;
  /** So many next saves arrive without their answer. */
  loseAnswers = 0;
  /** Why the server takes nothing. */
  refuse: string | null = null;
  /** What arrived. */
  saves: { revision: number }[] = [];
  /** When it was tried, arrived or not. */
  tries: number[] = [];
  #now = 1_000_000;
  #timers = new Set<Timer>();
  #kept = new Map<string, string>();
  #gate: Promise<void> = Promise.resolve();

  constructor(stored: Workflow) {
    this.stored = stored;
  }

  async save(change: object, revision: number): Promise<Answer<Workflow>> {
    this.tries.push(this.#now);
    if (!this.connected) return problem(0, "No connection");
    if (this.refuse !== null) return problem(422, this.refuse);
    if (revision !== this.stored.revision) return problem(412, "Somebody saved");
    this.saves.push({ revision });
    await this.#gate;
    // As it comes back from a server.
    this.stored = JSON.parse(JSON.stringify({ ...this.stored, ...change, revision: revision + 1 }));
    if (this.loseAnswers-- > 0) return problem(0, "No connection");
    return { ok: true, data: this.stored };
  }

  async read(): Promise<Answer<Workflow>> {
    await Promise.resolve();
    return this.connected ? { ok: true, data: this.stored } : problem(0, "No connection");
  }

  now(): number {
    return this.#now;
  }

  later(call: () => void, ms: number): () => void {
    const timer = { at: this.#now + ms, call };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  keep(name: string, text: string | null): void {
    if (text === null) this.#kept.delete(name);
    else this.#kept.set(name, text);
  }

  kept(name: string): string | null {
    return this.#kept.get(name) ?? null;
  }

  /** Another tab on the same server and clock. */
  window(): DraftWorld {
    const kept = new Map<string, string>();
    return {
      save: (change, revision) => this.save(change, revision),
      read: () => this.read(),
      now: () => this.now(),
      later: (call, ms) => this.later(call, ms),
      keep: (name, text) => void (text === null ? kept.delete(name) : kept.set(name, text)),
      kept: (name) => kept.get(name) ?? null,
    };
  }

  /** Saves from now on are answered when this is resolved. */
  hold(): PromiseWithResolvers<void> {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate.promise;
    return gate;
  }

  /** The page is left: its timers are gone, and what it waited for. */
  forgetTimers(): void {
    this.#timers.clear();
    this.#gate = Promise.resolve();
  }

  /** Lets so many ms go by; every timer in order, with what follows from it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await this.settled();
      const [next] = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.call();
    }
    this.#now = until;
  }

  /** Until everything that waits for an answer has it: a task of the event loop comes after all of them. */
  async settled(): Promise<void> {
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function problem(status: number, detail: string): Answer<Workflow> {
  return { ok: false, problem: { type: "/problems/test", title: "Not saved", status, detail } };
}
