import type { ExecutionState, Transition } from "../core/state.ts";
import { isSettled } from "../core/state.ts";
import { durationMs } from "../schemas/duration.ts";
import type { House } from "../engine.ts";
import type { Reason } from "../schemas/execution.ts";
import type { SimulateInput } from "../schemas/simulation.ts";
import { SHARDS } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { VirtualClock } from "./clock.ts";
import type { Recorder } from "./recorder.ts";

/** Where a dry run ends, whatever the workflow says. */
export interface Limits {
  steps: number;
  virtualMs: number;
  realMs: number;
}

export const LIMITS: Limits = { steps: 2_000, virtualMs: 730 * 86_400_000, realMs: 5_000 };

const MARK_AFTER_MS = 60_000;
const HOUSEKEEPING = new Set<unknown>(["forget", "feed", "alert"]);
const OVER = new Set<unknown>(["completed", "failed", "skipped", "cancelled"]);
/** Looks at the index before a step that takes real time is waited for. */
const SPIN = 50;

/** Something that the world does at its time (epoch ms). */
interface Happening {
  at: number;
  /** What is said when the run is over before it. */
  missed: string;
  happen(): Promise<void>;
}

export interface Journey {
  house: House;
  clock: VirtualClock;
  recorder: Recorder;
  input: SimulateInput;
  executionId: string;
  leadId: string | null;
  limits: Limits;
}

/** What the engine said while it was driven: states as they were last committed. */
export class Progress {
  readonly states = new Map<string, ExecutionState>();
  /** Steps that have settled, in every execution. */
  steps = 0;
  /** Node and execution that are run to. */
  until: { nodeId: string; executionId: string } | null = null;
  /** It has settled. */
  arrived = false;

  readonly note = (executionId: string, transition: Transition): void => {
    this.states.set(executionId, transition.next);
    for (const event of transition.events) {
      if (OVER.has(event.step)) {
        this.steps++;
        if (event.node === this.until?.nodeId && executionId === this.until?.executionId) this.arrived = true;
      }
    }
  };

  get isActing(): boolean {
    return [...this.states.values()].some(({ statuses }) => statuses.includes("running"));
  }
}

/** What the dry run assumed by itself: the outcome it took, by node. */
export interface Driven {
  /** Null: it has settled. */
  stopped: { as: "waiting" | "stopped"; reason: Reason } | null;
  assumed: Map<string, string>;
  notes: string[];
}

/**
 * Moves the clock from due time to due time until the execution settles, or nothing more comes by itself. The due index
 * says what is next, as it does for the loop; the engine does everything else.
 */
export class Driver {
  readonly #journey: Journey;
  readonly #progress: Progress;
  readonly #until: number;
  readonly #start: number;
  readonly #happenings: Happening[];
  readonly #assumed = new Map<string, string>();
  readonly #notes: string[] = [];
  #answers = 0;

  constructor(journey: Journey, progress: Progress) {
    const { clock, limits, input, house, leadId } = journey;
    this.#journey = journey;
    this.#progress = progress;
    this.#until = performance.now() + limits.realMs;
    this.#start = clock.now();
    this.#happenings = leadId === null ? [] : input.signals.map(({ after, type, data }) => ({
      at: this.#start + durationMs(after),
      missed: `It was over before the signal "${type}" came`,
      happen: async () =>
        void await house.engine.leads.signal(leadId, { type, ...data === undefined ? {} : { data } }),
    }));
  }

  async run(): Promise<Driven> {
    const { clock, limits, executionId } = this.#journey;
    for (;;) {
      const next = await this.#calm();
      if (isSettled(this.#progress.states.get(executionId)!)) return this.#driven(null);
      if (this.#progress.arrived) {
        return this.#driven({ as: "stopped", reason: ranTo(this.#journey.input.until) });
      }
      const limit = this.#limit();
      if (limit) return this.#driven({ as: "stopped", reason: limit });
      this.#expectMarks();
      if (await this.#answer()) continue;
      const at = Math.min(next, clock.next(), ...this.#happenings.map((each) => each.at));
      if (at === Infinity) return this.#driven({ as: "waiting", reason: NOTHING_COMES });
      if (at - this.#start > limits.virtualMs) {
        return this.#driven({ as: "stopped", reason: timeLimit(limits) });
      }
      clock.moveTo(at);
      await this.#happen();
    }
  }

  #driven(stopped: Driven["stopped"]): Driven {
    const notes = [...this.#notes, ...this.#happenings.map(({ missed }) => missed)];
    return { stopped, assumed: this.#assumed, notes };
  }

  /** Until nothing is due and nothing acts; the time of the next due entry. */
  async #calm(): Promise<number> {
    const { house, clock } = this.#journey;
    for (let looks = 0;; looks++) {
      const next = await nextDue(house.store);
      if (this.#limit()) return Infinity;
      if (next !== null && next > clock.now() && !this.#progress.isActing) return next;
      if (next !== null && next <= clock.now()) await house.loop.look();
      await new Promise((resolve) => setTimeout(resolve, looks > SPIN ? 5 : 0));
    }
  }

  #limit(): Reason | null {
    const { limits } = this.#journey;
    if (this.#progress.steps >= limits.steps) {
      const text = `Stopped after ${limits.steps} steps: a dry run ends there`;
      return { code: "step_limit", text };
    }
    if (performance.now() <= this.#until) return null;
    return { code: "real_time_limit", text: `Stopped: a dry run takes at most ${limits.realMs / 1_000} s` };
  }

  /** Mails sent since the last look are opened or clicked a minute later, where that was asked for. */
  #expectMarks(): void {
    const { recorder, input, house } = this.#journey;
    for (const { nodeId, messageId, at, link } of recorder.sent.splice(0)) {
      const { messages } = house.engine;
      if (input.clicked.includes(nodeId) && link === null) {
        this.#notes.push(`The mail of "${nodeId}" has no link, so nobody clicked in it`);
      } else if (input.clicked.includes(nodeId) && link !== null) {
        const token = house.links.sign({ kind: "click", messageId, url: link });
        const happen = async (): Promise<void> => void await messages.clicked(token);
        this.#happenings.push({ at: at + MARK_AFTER_MS, missed: missedMark(nodeId, "clicked"), happen });
      } else if (input.opened.includes(nodeId)) {
        const token = house.links.sign({ kind: "open", messageId });
        const happen = async (): Promise<void> => void await messages.opened(token);
        this.#happenings.push({ at: at + MARK_AFTER_MS, missed: missedMark(nodeId, "opened"), happen });
      }
    }
  }

  async #happen(): Promise<void> {
    const now = this.#journey.clock.now();
    const due = this.#happenings.filter((each) => each.at <= now);
    for (const each of due) this.#happenings.splice(this.#happenings.indexOf(each), 1);
    for (const each of due) await each.happen();
  }

  /** Answers one thing that waits for a person, as asked or by its first outcome; false: nothing is to be answered. */
  async #answer(): Promise<boolean> {
    const { house, input } = this.#journey;
    const { items } = await house.engine.inbox.list({ limit: 200 });
    for (const { id, kind, nodeId, outcomes, approval } of items) {
      const given = Object.hasOwn(input.answers, nodeId) ? input.answers[nodeId] : undefined;
      const outcome = given === undefined ? outcomes[0]?.id : given;
      if (kind === "failed" || !outcome || !outcomes.some((each) => each.id === outcome)) continue;
      const who = `dry-run-${++this.#answers}`;
      const email = approval?.approvers.find((address) => !approval.votes.some(({ by }) => by === address));
      await house.engine.inbox.complete(id, { outcome }, {
        userId: who,
        name: "Dry run",
        ...(email === undefined ? {} : { email }),
      });
      if (given === undefined && !this.#assumed.has(nodeId)) {
        this.#assumed.set(nodeId, outcome);
        this.#notes.push(`No answer was given for "${nodeId}": it took the first outcome, "${outcome}"`);
      }
      return true;
    }
    return false;
  }
}

function missedMark(nodeId: string, what: string): string {
  return `It was over before the mail of "${nodeId}" was ${what}, a minute after sending`;
}

const NOTHING_COMES: Reason = {
  code: "nothing_comes",
  text: "Waiting — nothing more comes by itself: it needs a signal or an answer",
};

function ranTo(nodeId = ""): Reason {
  return { code: "until_reached", text: `Ran to "${nodeId}"`, data: { nodeId } };
}

function timeLimit({ virtualMs }: Limits): Reason {
  const text = `Stopped: what comes next is more than ${virtualMs / 86_400_000} days after the start`;
  return { code: "time_limit", text };
}

/**
 * The earliest reason to act; housekeeping is none. As of one moment: what moves from one shard to another while shard
 * after shard is read, as the answer of a child to its parent does, would be seen in neither. Null: something moved.
 */
function nextDue(store: Store): Promise<number | null> {
  return store.inOneMoment(async () => {
    const firsts: Promise<number>[] = [];
    for (let shard = 0; shard < SHARDS; shard++) {
      for (const lane of [0, 1]) firsts.push(firstOf(store, ["due", shard, lane]));
    }
    return Math.min(...await Promise.all(firsts));
  });
}

async function firstOf(store: Store, prefix: Deno.KvKey): Promise<number> {
  for await (const { key } of store.kv.list({ prefix }, { batchSize: 10 })) {
    if (!HOUSEKEEPING.has(key[4])) return Number(key[3]);
  }
  return Infinity;
}
