/**
 * What an execution does next. `decide` takes the state, what happened, and what may be known of the world, and returns
 * the transition that one commit writes: nothing here reads a clock, a random number or a database.
 *
 *     hear       signals of the lead that a step waits for, before its time is looked at          signals.ts
 *     apply      what happened: it was triggered, an attempt ended, time passed, a person         below, commands.ts,
 *                answered, its worker died                                                        attempt.ts, reopen.ts
 *     move       to another version, once no step of it runs                                      migrate.ts
 *     go on      settle what follows: compute pure nodes, carry skips on, queue what acts         advance.ts, join.ts,
 *                on the world, gather children                                                    children.ts
 *     end        early, where a goal, an exit or a person says so                                 signals.ts, commands.ts
 *     admit      start queued steps: inside the send window, in their turn, while there is room   below, hold.ts, turn.ts
 *     conclude   say what the execution is now, who holds it, and when to look again              conclude.ts
 *
 * Each node has one status in `state.statuses`; what else is known of it is its `StepState` (state.ts). All of it happens
 * on a `Draft` (draft.ts), a copy that is thrown away when its commit is stale.
 */
import type { Failure } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import { advance } from "./advance.ts";
import { applyAttempt } from "./attempt.ts";
import { gather, startChild } from "./children.ts";
import type { ChildStart } from "./children.ts";
import { cancel, deliver, stopUnstarted, surrender, wake } from "./commands.ts";
import { conclude } from "./conclude.ts";
import { Draft } from "./draft.ts";
import type { Env } from "./draft.ts";
import type { Graph, GraphNode } from "./graph.ts";
import { holdBack, release } from "./hold.ts";
import { enter, lacksSlot, mustStandStill, queuedReason } from "./limit.ts";
import { askToMigrate, moved, standsStill } from "./migrate.ts";
import { settleFailed } from "./outcome.ts";
import { reopen, resumeStopped } from "./reopen.ts";
import { startReplay } from "./replay.ts";
import type { ReplayStart } from "./replay.ts";
import { checkEnds, receive } from "./signals.ts";
import type { ExecutionState, Mail, Transition } from "./state.ts";
import { beginning, hasRoomFor } from "./suspect.ts";
import { askAnew, awaitsTurn, callUp } from "./turn.ts";
import { acts, ledgerLine, withAsk } from "./votes.ts";

export type Command =
  /** Triggered at a node, with what arrived. */
  | { kind: "start"; nodeId: string; input: Json }
  /** Triggered to go on from the middle of another execution. */
  | ReplayStart
  /** The children that a step asks for cannot be. */
  | { kind: "refused"; nodeId: string; failure: Failure }
  /** Accepted as a round of its parent's loop. */
  | ChildStart
  /** A running step's attempt ended. */
  | { kind: "outcome"; nodeId: string; attempt: number; outcome: Outcome; input?: Json; warnings?: string[] }
  /** Time passed: waits and retries that are due go on. */
  | { kind: "wake" }
  /** Somebody else had something to say. */
  | { kind: "mail"; mail: Mail }
  /** The worker that held it died while steps were running. */
  | { kind: "rescued" }
  /** The worker stops politely and gives these steps back. */
  | { kind: "interrupted"; nodeIds: readonly string[] }
  | { kind: "cancel"; by: string; reason: string }
  /** A person moves it to another version. */
  | { kind: "migrate"; to: number; by: string }
  /** A person reopens failed steps (all of them when null). */
  | { kind: "retry"; nodeIds: readonly string[] | null }
  /** Its turn has come in the queue of its workflow's limit. */
  | { kind: "enter"; slot: number | null }
  /** Turns under rates are given anew. */
  | { kind: "turns" };

/** Decides; never changes `state`. Commands that no longer apply change nothing. */
export function decide(
  state: ExecutionState,
  graph: Graph,
  commands: readonly Command[],
  env: Env,
): Transition {
  let draft = new Draft(state, graph, env);
  // Before time is looked at: a signal that came in time is not lost to the time-out.
  receive(draft);
  for (const command of commands) apply(draft, command);
  // From here on it may be over another version's graph.
  draft = moved(draft);
  if (!standsStill(draft.state)) goOn(draft);
  checkEnds(draft);
  if (draft.state.cancelling) stopUnstarted(draft);
  // A round that was being stopped, and whose loop goes on meanwhile, goes on now that it has stopped.
  if (resumeStopped(draft)) goOn(draft);
  if (!standsStill(draft.state)) admit(draft);
  conclude(draft);
  return draft.transition();
}

/** Settles what follows from what happened, until nothing more does. */
function goOn(draft: Draft): void {
  release(draft);
  callUp(draft);
  if (!draft.state.cancelling) advance(draft);
  while (receive(draft) || gather(draft)) advance(draft);
}

/** What happened, each in its place; what no longer applies changes nothing. */
function apply(draft: Draft, command: Command): void {
  switch (command.kind) {
    case "start":
      return start(draft, command.nodeId, command.input);
    case "replay":
      return startReplay(draft, command);
    case "child":
      return startChild(draft, command);
    case "refused":
      return refuseChildren(draft, command);
    case "outcome": {
      const node = draft.node(command.nodeId);
      return node ? applyAttempt(draft, node, command) : undefined;
    }
    case "wake":
      return wake(draft);
    case "mail":
      return deliver(draft, command.mail);
    case "rescued":
      return surrender(draft, draft.withStatus("running"), "died");
    case "interrupted":
      return surrender(
        draft,
        draft.withStatus("running").filter((node) => command.nodeIds.includes(node.id)),
        "stopped",
      );
    case "cancel":
      return cancel(draft, command.by, command.reason);
    case "migrate":
      return askToMigrate(draft, command);
    case "retry":
      return reopen(draft, command.nodeIds);
    case "enter":
      return enter(draft, command.slot);
    case "turns":
      return askAnew(draft);
    default:
      command satisfies never;
  }
}

/** The trigger that fired is completed with what arrived; those that did not are skipped. */
function start(draft: Draft, nodeId: string, input: Json): void {
  draft.counts.push("started");
  draft.event("queued", null, { message: "Accepted" });
  for (const node of draft.graph.nodes) {
    if (node.kind !== "trigger") {
      if (node.inputs.length === 0) draft.put(node, "skipped");
    } else if (node.id === nodeId) fire(draft, node, input);
    else {
      draft.put(node, "skipped");
      const message = "Skipped: another trigger started this execution";
      draft.event("skipped", node, { step: "skipped", message });
    }
  }
}

/** Beyond its workflow's limit it stands still from here, and the trigger completes when its turn comes. */
function fire(draft: Draft, trigger: GraphNode, input: Json): void {
  const { now, keep } = draft.env;
  const output = keep(input, `${trigger.id}.1`);
  if (mustStandStill(draft.state)) {
    draft.put(trigger, "queued", { visit: 1, attempt: 1, output, reason: queuedReason() });
    return;
  }
  const step = { visit: 1, attempt: 1, startedAt: now, endedAt: now, port: "out", output };
  draft.put(trigger, "completed", step);
  draft.event("completed", trigger, { step: "completed", port: "out", message: "Triggered" });
}

/** The step that asked for children fails, if it still does. */
function refuseChildren(draft: Draft, { nodeId, failure }: Extract<Command, { kind: "refused" }>): void {
  const node = draft.node(nodeId);
  if (!node) return;
  const step = draft.step(node);
  const asks = step.waitingFor?.kind === "children" || draft.status(node) === "queued" && step.rounds;
  if (asks) settleFailed(draft, node, step, failure);
}

/**
 * Starts queued steps in drawn order: those that the send window lets out, whose turn it is under every rate, and for
 * which this process has room. What may not be repeated by itself writes its intent to the ledger with it.
 */
function admit(draft: Draft): void {
  if (draft.state.cancelling || lacksSlot(draft.state)) return;
  for (const node of draft.graph.nodes) {
    if (draft.status(node) !== "queued" || holdBack(draft, node)) continue;
    if (!hasRoomFor(draft, draft.step(node)) || awaitsTurn(draft, node)) continue;
    const step = withAsk(beginning(draft.step(node)));
    const attempt = step.attempt + 1;
    const outside = acts(node, step) && draft.env.outside(node);
    const startedAt = step.approval ? step.startedAt : draft.env.now;
    draft.put(node, "running", { ...step, attempt, startedAt, endedAt: undefined, outside });
    if (acts(node, step)) draft.ledger.push(ledgerLine(node, { ...step, attempt }, "intent"));
    draft.started.push(node.id);
    draft.event("started", node, {
      step: "running",
      attempt,
      message: attempt - (step.spent ?? 0) > 1 ? `Started, attempt ${attempt}` : "Started",
    });
  }
}
