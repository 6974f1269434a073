import type { WaitingFor } from "../schemas/execution.ts";
import type { EndRule } from "../schemas/workflow.ts";
import { end } from "./ending.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { ended } from "./outcome.ts";
import type { SignalFact, StepState } from "./state.ts";
import { isSettled } from "./state.ts";

/**
 * Gives the lead's signals, oldest first, to the steps that wait for them. A wait takes signals from `since` on, until
 * its time-out; one signal satisfies one wait. Says whether any wait went on.
 */
export function receive(draft: Draft): boolean {
  let moved = false;
  for (const signal of draft.env.signals) {
    if (isSettled(draft.state) || draft.state.cancelling) return moved;
    if (draft.state.consumed.includes(signal.id)) continue;
    for (const node of draft.withStatus("waiting")) {
      if (!take(draft, node, signal)) continue;
      moved = true;
      break;
    }
  }
  return moved;
}

type SignalWait = Extract<WaitingFor, { kind: "signal" }>;

function take(draft: Draft, node: GraphNode, signal: SignalFact): boolean {
  const step = draft.step(node);
  const wait = step.waitingFor;
  if (wait?.kind !== "signal" || !wait.signals.includes(signal.type)) return false;
  if (signal.at < wait.since || signal.at > (step.wakeAt ?? Infinity)) return false;
  const got = wait.got ?? [];
  if (wait.mode === "all" && got.some((each) => each.type === signal.type)) return false;
  if (wait.filter && !draft.env.matches(wait.filter, { state: draft.state, node, signal })) return false;
  draft.state.consumed = [...draft.state.consumed, signal.id].slice(-500);
  const taken = {
    id: signal.id,
    type: signal.type,
    data: signal.data,
    at: new Date(signal.at).toISOString(),
  };
  if (wait.mode === "any") received(draft, node, step, [taken]);
  else collect(draft, { node, step, wait }, [...got, taken]);
  return true;
}

type Taken = NonNullable<SignalWait["got"]>;

function collect(
  draft: Draft,
  { node, step, wait }: { node: GraphNode; step: StepState; wait: SignalWait },
  got: Taken,
): void {
  const missing = wait.signals.filter((type) => !got.some((each) => each.type === type));
  if (missing.length === 0) return received(draft, node, step, got);
  const reason = { code: "signal", text: `Waiting — for ${missing.join(" and ")}`, data: { missing } };
  draft.put(node, "waiting", { ...step, waitingFor: { ...wait, got }, reason });
  draft.event("progress", node, { message: `${got.at(-1)!.type} came`, reason });
}

function received(draft: Draft, node: GraphNode, step: StepState, got: Taken): void {
  const types = got.map((each) => each.type).join(", ");
  const output = draft.env.keep(
    got.length === 1 ? { signal: got[0]!, signals: got } : { signals: got },
    `${node.id}.${step.visit}.signal`,
  );
  const reason = {
    code: "received",
    text: `${types} came`,
    data: { signals: got.map(({ id, type, at }) => ({ id, type, at })) },
  };
  draft.put(node, "completed", { ...ended(step, draft.env.now), port: "received", output, reason });
  draft.event("completed", node, { step: "completed", port: "received", message: reason.text, reason });
}

/** Goals and exits act in mid-wait: what has not started never does, what runs is aborted. */
export function checkEnds(draft: Draft): void {
  const { goals, exits } = draft.graph;
  if (goals.length + exits.length === 0 || isSettled(draft.state) || draft.state.cancelling) return;
  for (const [rules, as] of [[goals, "goal"], [exits, "exit"]] as const) {
    const met = rules.find((rule) => holds(draft, rule));
    if (!met) continue;
    return end(draft, {
      by: "",
      reason: as === "goal" ? `Goal reached: ${met.name}` : `Exit: ${met.name}`,
      as,
    });
  }
}

function holds(draft: Draft, rule: EndRule): boolean {
  const { env, state } = draft;
  if (rule.signal === undefined) return env.matches(rule.when!, { state, node: null, signal: null });
  return env.signals.some((signal) =>
    signal.type === rule.signal && signal.at >= state.createdAt &&
    (!rule.when || env.matches(rule.when, { state, node: null, signal }))
  );
}
