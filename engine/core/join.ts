import type { Inputs } from "./advance.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { ended } from "./outcome.ts";

/**
 * An explicit join. `all` goes on when every input has settled and at least one arrived; `any` and `count` fire once, and
 * what comes later is recorded; one that can no longer be met is skipped, with the reason. A branch that is skipped or
 * failed never starves it. Its deadline runs from the first arrival.
 */
export function settleJoin(draft: Draft, node: GraphNode, inputs: Inputs): void {
  const status = draft.status(node);
  if (status === "completed" || status === "skipped") return late(draft, node, inputs);
  if (status !== "pending" && status !== "waiting") return;
  const arrived = inputs.arrived.length;
  const needed = neededOf(node, inputs);
  if (node.join!.mode === "all" ? inputs.open === 0 && arrived > 0 : arrived >= needed) {
    return goOn(draft, node, inputs.arrived, "out");
  }
  if (arrived + inputs.open < needed || inputs.open === 0) return unreachable(draft, node, arrived, needed);
  if (arrived > 0) awaitMore(draft, node, inputs.arrived, needed);
}

function neededOf(node: GraphNode, inputs: Inputs): number {
  const { mode, count } = node.join!;
  if (mode === "any") return 1;
  return mode === "count"
    ? Math.min(count, node.inputs.length)
    : Math.max(1, inputs.arrived.length + inputs.open);
}

/** Completes the join: `out`, or `deadline` when its time has passed. */
export function goOn(
  draft: Draft,
  node: GraphNode,
  arrived: readonly string[],
  port: "out" | "deadline",
): void {
  const { now, keep } = draft.env;
  const step = draft.step(node);
  const text = port === "out"
    ? `${arrived.length} of ${node.inputs.length} branches arrived`
    : `The deadline passed with ${arrived.length} of ${node.inputs.length} branches`;
  const reason = { code: port === "out" ? "joined" : "join_deadline", text, data: { arrived: [...arrived] } };
  const output = keep({ arrived: [...arrived] }, `${node.id}.${step.visit}.join`);
  draft.put(node, "completed", {
    ...ended(step, now),
    startedAt: step.startedAt ?? now,
    attempt: 1,
    port,
    output,
    reason,
  });
  draft.event("completed", node, { step: "completed", port, message: text, reason });
}

function unreachable(draft: Draft, node: GraphNode, arrived: number, needed: number): void {
  const text = `Skipped: only ${arrived} of the ${needed} branches that it needs can still arrive`;
  draft.put(node, "skipped", {
    ...ended(draft.step(node), draft.env.now),
    reason: { code: "join_unreachable", text, data: { arrived, needed } },
  });
  draft.event("skipped", node, { step: "skipped", message: text });
}

function awaitMore(draft: Draft, node: GraphNode, arrived: readonly string[], needed: number): void {
  const { now } = draft.env;
  const before = draft.step(node);
  if (before.waitingFor?.kind === "join" && before.waitingFor.arrived.length === arrived.length) return;
  const deadlineMs = node.join!.deadlineMs;
  const wakeAt = before.wakeAt ?? (deadlineMs === null ? undefined : now + deadlineMs);
  const text = `Waiting — for ${needed - arrived.length} more of ${needed} branches`;
  const reason = { code: "join", text, data: { arrived: [...arrived], needed } };
  draft.put(node, "waiting", {
    ...before,
    startedAt: before.startedAt ?? now,
    waitingFor: { kind: "join", arrived: [...arrived], needed },
    reason,
    ...(wakeAt === undefined ? {} : { wakeAt, wakePort: "deadline" }),
  });
  draft.event("waiting", node, {
    step: "waiting",
    message: text,
    reason,
    ...(wakeAt ? { until: wakeAt } : {}),
  });
}

/** Branches that come after the join went on run to their end here; the join remembers that they came. */
function late(draft: Draft, node: GraphNode, inputs: Inputs): void {
  const step = draft.step(node);
  const known = new Set([...namesIn(step.reason?.data, "arrived"), ...namesIn(step.reason?.data, "late")]);
  const fresh = inputs.arrived.filter((id) => !known.has(id));
  if (fresh.length === 0 || !step.reason) return;
  const data = {
    arrived: namesIn(step.reason.data, "arrived"),
    late: [...namesIn(step.reason.data, "late"), ...fresh],
  };
  draft.put(node, draft.status(node), { ...step, reason: { ...step.reason, data } }, { settled: false });
  draft.event("progress", node, {
    message: `${fresh.length === 1 ? "A branch" : `${fresh.length} branches`} arrived after the join went on`,
  });
}

function namesIn(data: unknown, name: "arrived" | "late"): string[] {
  if (typeof data !== "object" || data === null) return [];
  const list = Object.entries(data).find(([key]) => key === name)?.[1];
  return Array.isArray(list) ? list.filter((each) => typeof each === "string") : [];
}
