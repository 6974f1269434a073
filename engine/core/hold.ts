/**
 * Steps that reach a person wait for the workflow's send window. What was decided right before such a step may be days
 * old when the window opens, so it is decided anew; a step that is no longer led to is skipped and says why.
 */
import { toFailure } from "../errors.ts";
import { DAY_MS } from "../schemas/duration_units.ts";
import type { Failure, Reason } from "../schemas/execution.ts";
import type { Outcome } from "../schemas/node.ts";
import type { Window } from "../schemas/window.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { applyOutcome, ended, settleFailed } from "./outcome.ts";
import { isSettled } from "./state.ts";
import { isSuspectReason } from "./suspect.ts";
import { inWords, isOpen, nextOpen } from "./window.ts";
import { formatLocal, isZone } from "./zone.ts";

/** Holds a queued step back while the send window is closed; says whether it did. */
export function holdBack(draft: Draft, node: GraphNode): boolean {
  const { sendWindow } = draft.graph;
  if (!sendWindow || !node.reaches) return false;
  const { now } = draft.env;
  const zone = zoneOf(draft, sendWindow);
  const opens = nextOpen(sendWindow, now, zone);
  const step = draft.step(node);
  if (opens === now) {
    // It is led to after all, by another way.
    if (step.reason && !isSuspectReason(step.reason)) {
      draft.put(node, "queued", { ...step, reason: undefined });
    }
    return false;
  }
  if (opens === null) {
    const message = `The send window (${inWords(sendWindow)}) does not open within two years`;
    settleFailed(draft, node, step, { code: "window_never_opens", message, retryable: false });
    return true;
  }
  const reason = heldReason(sendWindow, zone, { now, opens });
  draft.put(node, "waiting", { ...step, wakeAt: opens, waitingFor: { kind: "window" }, reason });
  draft.event("waiting", node, { step: "waiting", message: reason.text, reason, until: opens });
  return true;
}

/** The lead's own zone where the window asks for it and the lead has one, else the window's, else the workflow's. */
function zoneOf({ graph, env }: Draft, { zone }: Window): string {
  const wanted = zone === "lead" ? env.leadZone : zone;
  return [wanted, graph.timezone].find((name) => name && isZone(name)) ?? "UTC";
}

function heldReason(window: Window, zone: string, { now, opens }: { now: number; opens: number }): Reason {
  const full = formatLocal(opens, zone);
  // A weekday is enough while it means one day only.
  const until = opens - now < 6 * DAY_MS ? `${full.slice(0, 3)} ${full.slice(-5)}` : full;
  return {
    code: "send_window",
    text: `Held until ${until} — outside ${inWords(window)} in ${zone}`,
    data: {
      until: new Date(opens).toISOString(),
      zone,
      window: inWords(window),
      local: formatLocal(now, zone),
    },
  };
}

/** Held steps whose window is open: what led to them is decided anew, then they go on. */
export function release(draft: Draft): void {
  const { state, graph: { sendWindow }, env: { now } } = draft;
  if (!sendWindow || isSettled(state) || state.cancelling) return;
  const due = draft.withStatus("waiting").filter((node) => {
    const step = draft.step(node);
    return step.waitingFor?.kind === "window" && (step.wakeAt ?? now) <= now;
  });
  if (due.length === 0) return;
  if (!isOpen(sendWindow, now, zoneOf(draft, sendWindow))) {
    // Nobody was awake while it was open.
    for (const node of due) holdBack(draft, node);
    return;
  }
  letGo(draft, due, "The send window is open");
}

/** Held steps go on, where what led to them still does. */
export function letGo(draft: Draft, due: readonly GraphNode[], message: string): void {
  new Recheck(draft, due).run();
  for (const node of due) {
    if (draft.status(node) !== "waiting") continue;
    draft.put(node, "queued", { ...ended(draft.step(node), draft.env.now), endedAt: undefined });
    draft.event("progress", node, { step: "queued", message });
  }
}

/** The decisions that lie between held steps and the last wait or act before them, made anew. */
class Recheck {
  readonly #draft: Draft;
  readonly #due: ReadonlySet<GraphNode>;
  readonly #chain = new Set<GraphNode>();
  /** They lead elsewhere now, but keep their record: other steps behind them have begun. */
  readonly #lost = new Set<GraphNode>();

  constructor(draft: Draft, due: readonly GraphNode[]) {
    this.#draft = draft;
    this.#due = new Set(due);
    for (const node of due) this.#collect(node);
  }

  #collect(node: GraphNode): void {
    for (const source of this.#arrived(node)) {
      if (!source.repeatable || this.#chain.has(source)) continue;
      this.#chain.add(source);
      this.#collect(source);
    }
  }

  /** Where the execution came from to this node. */
  #arrived(node: GraphNode): GraphNode[] {
    const { graph } = this.#draft;
    return node.inputs.flatMap((edge) => {
      const source = graph.nodes[edge.source]!;
      const port = this.#draft.status(source) === "completed" ? this.#draft.step(source).port : undefined;
      return port === edge.port ? [source] : [];
    });
  }

  run(): void {
    for (const node of [...this.#chain].sort((a, b) => a.index - b.index)) {
      // An earlier decision may lead elsewhere now.
      if (this.#draft.status(node) === "completed" && this.#isLedTo(node)) this.#again(node);
    }
  }

  /** `seen` in all these walks: a row of n diamonds has 2^n ways through it. */
  #isLedTo(node: GraphNode, seen = new Set<GraphNode>()): boolean {
    if (seen.has(node)) return false;
    seen.add(node);
    return this.#arrived(node).some((source) =>
      !this.#lost.has(source) && (!this.#chain.has(source) || this.#isLedTo(source, seen))
    );
  }

  #again(node: GraphNode): void {
    const draft = this.#draft;
    const step = draft.step(node);
    const ran = evaluate(draft, node);
    const port = ran.outcome.kind === "done" ? ran.outcome.port ?? "out" : null;
    // A record of the new values for whoever reads them; what has begun behind it saw the old ones.
    const apply = (): void => {
      const attempt = step.attempt + 1;
      draft.put(node, "running", { ...step, attempt, startedAt: draft.env.now });
      draft.event("started", node, { step: "running", attempt, message: "Decided anew" });
      applyOutcome(draft, node, ran.outcome, ran.input, ran.warnings);
    };
    if (port === step.port) return apply();
    const reason = elsewhere(node, { was: step.port ?? "", port, why: ran.outcome });
    this.#lost.add(node);
    if (this.#isUntouched(node)) {
      this.#openAgain(node, reason);
      return apply();
    }
    for (const held of this.#due) {
      if (draft.status(held) === "waiting" && !this.#isLedTo(held)) this.#drop(held, reason, ran.outcome);
    }
  }

  /** Has nothing behind it begun, but for steps that are held? */
  #isUntouched(node: GraphNode, seen = new Set<GraphNode>()): boolean {
    if (seen.has(node)) return true;
    seen.add(node);
    return node.outputs.every(({ target }) => {
      const follower = this.#draft.graph.nodes[target]!;
      if (this.#due.has(follower)) return true;
      const status = this.#draft.status(follower);
      return status === "pending" ||
        (status === "skipped" || this.#chain.has(follower)) && this.#isUntouched(follower, seen);
    });
  }

  /** What followed from a decision that is made anew is open again. */
  #openAgain(node: GraphNode, reason: Reason): void {
    const draft = this.#draft;
    for (const { target } of node.outputs) {
      const follower = draft.graph.nodes[target]!;
      if (draft.status(follower) === "pending") continue;
      const { visit, attempt, spent, tries } = draft.step(follower);
      const step = { visit, attempt, ...(spent ? { spent } : {}), ...(tries ? { tries } : {}) };
      const held = this.#due.has(follower);
      if (held && this.#isLedTo(follower)) continue;
      draft.put(follower, "pending", held ? { ...step, reason } : step);
      draft.event("progress", follower, {
        step: "pending",
        message: held ? reason.text : "Open again: what leads here is decided anew",
        ...(held ? { reason } : {}),
      });
      if (!held) this.#openAgain(follower, reason);
    }
  }

  #drop(held: GraphNode, reason: Reason, outcome: Outcome): void {
    const draft = this.#draft;
    const step = draft.step(held);
    if (outcome.kind === "fail") return settleFailed(draft, held, step, outcome.failure);
    draft.put(held, "skipped", { ...ended(step, draft.env.now), reason });
    draft.event("skipped", held, { step: "skipped", message: reason.text, reason });
  }
}

function evaluate(draft: Draft, node: GraphNode): ReturnType<Draft["env"]["evaluate"]> {
  try {
    return draft.env.evaluate(node, draft.state);
  } catch (error) {
    const failure: Failure = { retryable: false, ...toFailure(error) };
    return { outcome: { kind: "fail", failure }, input: undefined, warnings: [] };
  }
}

function elsewhere(node: GraphNode, now: { was: string; port: string | null; why: Outcome }): Reason {
  const { was, port, why } = now;
  const said = why.kind === "fail" ? why.failure.message : why.reason?.text;
  const data = why.kind === "done" ? why.reason?.data : undefined;
  return {
    code: "led_elsewhere",
    text: `Not started: after the hold, ${node.label} ${port === null ? "fails" : `leads to "${port}"`}` +
      (said ? ` (${said})` : ""),
    data: { nodeId: node.id, was, now: port, ...(data === undefined ? {} : { reason: data }) },
  };
}
