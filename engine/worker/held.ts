import type { Command } from "../core/machine.ts";
import { isSettled } from "../core/state.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import { runsBeside } from "../core/suspect.ts";
import { StepError } from "../errors.ts";
import type { Json } from "../schemas/json.ts";
import type { Bodies } from "../store/bodies.ts";
import { loadExecutions, transitionWrite } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import type { Key } from "../store/keys.ts";
import { MOST_MAIL_DUE, nameOf, outlastsConflict, portionOf, sameHolding } from "./round.ts";
import { decideInHand, turnsFor } from "./in_turn.ts";
import { familySets, readerOf, tellsFamily } from "./children.ts";
import { recordLate } from "./late.ts";
import { isReopened, takeMail, type Taken } from "./mail.ts";
import { type Facts, runEffect, unbegun } from "./run_step.ts";
import { SecondTry } from "./second_try.ts";
import { clockChecks } from "./hearing.ts";
import type { LeadFacts } from "./services.ts";
import type { CompiledVersion } from "./versions.ts";
import type { Hands } from "./hands.ts";
import { Surroundings } from "./surroundings.ts";

/** A due entry as it was listed; its versionstamp tells whether it was written anew since. */
export interface DueEntry {
  key: Key;
  versionstamp: string;
}

/**
 * One execution in this process's hands: the only place that moves it. Commands queue up; each round decides once over
 * all of them and commits once, so an execution has at most one transition in flight.
 */
export class Held {
  readonly id: string;
  readonly #hands: Hands;
  #loaded: Loaded | null;
  #version: CompiledVersion | null = null;
  readonly #around: Surroundings;
  readonly #secondTry = new SecondTry();
  #commands: Command[] = [];
  #mailDue: DueEntry[] = [];
  readonly #running = new Map<string, AbortController>();
  #pumping: Promise<void> | null = null;
  /** As it was last written here. */
  #own: ExecutionState | null = null;
  /** Its due entry was seen while a decision was under way, which may have been made too early for it. */
  #lookAgain = false;

  constructor(
    id: string,
    hands: Hands,
    known: { loaded: Loaded; version: CompiledVersion; lead: LeadFacts | null } | null,
  ) {
    this.id = id;
    this.#hands = hands;
    this.#loaded = known?.loaded ?? null;
    this.#version = known?.version ?? null;
    this.#around = new Surroundings(known?.lead ?? null);
  }

  get runningSteps(): number {
    return this.#running.size;
  }

  /** A death of this process now would be charged to it. */
  get storesRunning(): boolean {
    return this.lease?.owner === this.#hands.owner;
  }

  get lease(): ExecutionState["lease"] {
    return this.#loaded?.state.lease ?? null;
  }

  offer(...commands: Command[]): void {
    this.#commands.push(...commands);
    this.#pump();
  }

  /** A due entry says that there is mail, or that time has come. */
  due(kind: "mail" | "execution", entry: DueEntry): void {
    if (kind === "mail") this.#mailDue.push(entry);
    else if (this.#pumping) {
      this.#lookAgain = true;
      return;
    }
    this.offer({ kind: "wake" });
  }

  /** Resolves when nothing is being decided. */
  async idle(): Promise<void> {
    while (this.#pumping) await this.#pumping;
  }

  /** Starts what a committed transition says is running. */
  start(transition: Transition): void {
    for (const nodeId of transition.started) this.#run(nodeId);
  }

  adopt(loaded: Loaded, bodies: ReadonlyMap<string, Json>): void {
    this.#loaded = loaded;
    this.#own = loaded.state;
    this.#around.keep(bodies);
  }

  /** Running steps are given back: their worker stops. */
  interrupt(): void {
    const nodeIds = [...this.#running.keys()];
    this.offer({ kind: "interrupted", nodeIds });
    this.#abort();
  }

  #abort(): void {
    for (const controller of this.#running.values()) controller.abort();
  }

  #pump(): void {
    this.#pumping ??= this.#rounds().catch(async (error) => {
      // What was asked for is asked for again by what is stored; at once, it would fail at once.
      if (!await this.#secondTry.after(error, this, this.#hands)) [this.#commands, this.#mailDue] = [[], []];
    }).finally(() => {
      this.#pumping = null;
      if (this.#lookAgain && this.#isDue()) this.#commands.push({ kind: "wake" });
      this.#lookAgain = false;
      if (this.#commands.length > 0) this.#pump();
      else if (this.#running.size === 0) this.#hands.letGo(this, this.#loaded);
    });
  }

  /** Is it still due, for something else than room? */
  #isDue(): boolean {
    const state = this.#loaded?.state;
    return state?.due?.kind === "execution" && state.due.at <= this.#hands.clock.now() &&
      !state.statuses.includes("queued");
  }

  async #rounds(): Promise<void> {
    while (this.#commands.length > 0) {
      const [known, rescued] = [this.#commands.length, this.#loaded ? [] : await this.#load()];
      if (!rescued) return await this.#giveUp(known);
      const commands = [...rescued, ...this.#commands.splice(0, portionOf(this.#commands))];
      this.#secondTry.take(commands);
      const mailDue = this.#mailDue.splice(0, MOST_MAIL_DUE);
      const mail = await takeMail(this.#hands, this.#loaded!.state, mailDue);
      commands.push(...mail.commands);
      // What came in time is not lost to the time-out.
      commands.sort((a, b) => Number(a.kind === "wake") - Number(b.kind === "wake"));
      await this.#around.refresh(this.#hands, this.#loaded!.state, this.#version!, commands);
      const committed = await this.#commit(commands, mail.applied, mail.checks);
      if (committed) {
        this.#mailDue.unshift(...mail.kept);
        if (this.#mailDue.length > 0) this.#commands.push({ kind: "wake" });
        continue;
      }
      this.#commands.unshift(...commands.filter(outlastsConflict));
      if (mailDue.length > 0) this.#mailDue = [...await this.#hands.mailEntries(this.id), ...this.#mailDue];
      if (!await this.#reload()) return;
    }
  }

  /** Not ours: what was to be decided is not, but acts outside are kept; what came while it was read is asked anew. */
  async #giveUp(known = Infinity): Promise<void> {
    const dropped = this.#commands.splice(0, known);
    if (this.#own) await recordLate(this.#hands, this.#own, dropped);
  }

  /** Null: there is nothing to do here (gone, or in another living worker's hands). */
  async #load(): Promise<Command[] | null> {
    const [store, commands, mail] = [this.#hands.store, this.#commands, this.#mailDue];
    const loaded = this.#hands.recent(this.id) ?? (await loadExecutions(store, [this.id]))[0] ?? null;
    if (!loaded || isSettled(loaded.state) && !await isReopened(store, loaded.state, commands, mail)) {
      await this.#hands.dropEntries(this.id, this.#mailDue.splice(0));
      return null;
    }
    const { lease } = loaded.state;
    if (lease && !await this.#hands.mayTakeOver(this.id, lease.owner, loaded.versionstamp)) return null;
    this.#version = await this.#hands.versions.get(loaded.state.workflowId, loaded.state.version);
    this.#loaded = loaded;
    return lease ? [{ kind: "rescued" }] : [];
  }

  /** After a conflict: decide again over what is stored now, unless somebody else holds it. */
  async #reload(): Promise<boolean> {
    this.#hands.forgetRecent(this.id);
    const before = this.#loaded?.state;
    const loaded = (await loadExecutions(this.#hands.store, [this.id]))[0] ?? null;
    const mine = loaded &&
      (before?.lease?.owner === this.#hands.owner
        ? loaded.state.lease?.owner === this.#hands.owner && loaded.state.fence === before.fence
        : true);
    if (!mine) {
      await this.#giveUp();
      // What may reach somebody goes on to its end: nobody else will know how it ended.
      for (const [nodeId, controller] of this.#running) {
        if (!this.#own?.steps.get(nodeId)?.outside) controller.abort();
      }
      this.#loaded = null;
      return false;
    }
    this.#loaded = before?.lease?.owner === this.#hands.owner ? loaded : null;
    if (this.#loaded?.state.cancelling) this.#abort();
    return true;
  }

  #facts(state: ExecutionState, bodies: ReadonlyMap<string, Json>): Facts {
    return { version: this.#version!, state, lead: this.#around.lead, bodies, now: this.#hands.clock.now() };
  }

  async #commit(commands: Command[], applied: Key[], checks: Taken["checks"]): Promise<boolean> {
    const before = this.#loaded!;
    const matter = { state: before.state, commands, version: this.#version!, around: this.#around };
    let decided = decideInHand(this.#hands, matter);
    if (decided.transition.asks.length > 0) {
      decided = decideInHand(this.#hands, matter, await turnsFor(this.#hands, matter, decided));
    }
    const { transition, bodies, now } = decided;
    if (
      transition.events.length === 0 && applied.length === 0 && sameHolding(before.state, transition.next)
    ) {
      this.#hands.nothingToDo(this.id, transition.next);
      return true;
    }
    if (transition.spawn.length + transition.resume.length > 0 && !await this.#spawn(transition, bodies)) {
      return false;
    }
    const { along, before: first } = bodies.writes(this.id);
    const texts = transition.messages.flatMap((message) => this.#hands.services.messageWrite(message).before);
    const nextVersion = this.#around.versionOf(transition.next, this.#version!);
    const { write, spilled } = transitionWrite(transition, {
      name: nameOf(commands, transition),
      before,
      nodes: { before: this.#version!.graph.nodes, next: nextVersion.graph.nodes },
      commitId: this.#hands.newId(),
      now,
      bodies: along,
      messageWrite: this.#hands.services.messageWrite,
      applied,
    });
    write.checks!.push(...clockChecks(before.state, transition.next, this.#around.heard), ...checks);
    if (tellsFamily(transition)) write.sets!.push(...await familySets(transition, this.#hands.newId, now));
    const result = await this.#hands.room.taken(transition, async () => {
      for (const blob of [...first, ...texts]) await this.#hands.store.commit(blob);
      return await this.#hands.store.commit(write);
    });
    if (!result.ok) return false;
    this.#version = nextVersion;
    this.adopt({ state: transition.next, versionstamp: result.versionstamp, spilled }, bodies.values);
    this.#hands.committed(this, transition);
    if (transition.next.cancelling) this.#abort();
    this.start(transition);
    return true;
  }

  /** Children come before the commit that counts them: a death in between finds them there again. */
  async #spawn(transition: Transition, bodies: Bodies): Promise<boolean> {
    const parent = {
      store: this.#hands.store,
      loaded: this.#loaded!,
      next: transition.next,
      version: this.#around.versionOf(transition.next, this.#version!),
      lead: this.#around.lead,
      read: readerOf(this.#hands.store, this.id, new Map([...this.#around.bodies, ...bodies.values])),
    };
    try {
      return await this.#hands.spawn(parent, transition);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      const [first] = [...transition.resume, ...transition.spawn];
      this.#commands.push({ kind: "refused", nodeId: first!.nodeId, failure: error.failure });
      return false;
    }
  }

  #run(nodeId: string): void {
    const state = this.#loaded!.state;
    const node = this.#version!.graph.nodes[this.#version!.graph.indexOf.get(nodeId)!]!;
    const controller = new AbortController();
    const step = state.steps.get(nodeId)!;
    const [attempt, company] = [step.attempt, runsBeside(step)];
    this.#running.set(nodeId, controller);
    const run = async (): Promise<void> => {
      if (this.#version!.nodes.get(nodeId)!.readsLead && state.leadId) {
        this.#around.lead = await this.#hands.services.lead(state.leadId);
      }
      const facts = this.#facts(state, this.#around.bodies);
      const ran = await runEffect(node, facts, this.#hands.services, controller.signal);
      this.#running.delete(nodeId);
      // Its own queued steps come first: the slot is free before the next decision is made.
      this.offer({ kind: "outcome", nodeId, attempt, ...ran });
      // A death is charged to it until it is written that it ended.
      if (company !== "anybody") await this.idle();
      this.#hands.room.giveBack(company);
    };
    run().catch((error) => {
      this.#running.delete(nodeId);
      this.offer({ kind: "outcome", nodeId, attempt, outcome: unbegun(error), warnings: [] });
      this.#hands.room.giveBack(company);
    });
  }
}
