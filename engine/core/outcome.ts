import type { Failure } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Done, Fail, Outcome, Wait } from "../schemas/node.ts";
import { causeId } from "./cause.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { isRetryable, policyOf, retryDelay } from "./retry.ts";
import { brief, modest, weightOf } from "./modest.ts";
import type { StepState } from "./state.ts";
import { askUnderWay, ledgerLine } from "./votes.ts";
import { words } from "./words.ts";

/** Applies what an attempt of a running step returned. */
export function applyOutcome(
  draft: Draft,
  node: GraphNode,
  outcome: Outcome,
  input: Json | undefined,
  warnings: string[],
): void {
  let step = draft.step(node);
  outcome = modest(outcome);
  draft.weight += weightOf(outcome, input);
  if (input !== undefined) step = { ...step, input: draft.env.keep(input, ref(draft, node, step, "input")) };
  if (warnings.length) {
    step = {
      ...step,
      warnings: warnings.slice(0, 20).map((warning) => warning.slice(0, 300)),
    };
  }
  if (outcome.kind === "done") done(draft, node, step, outcome);
  else if (outcome.kind === "wait") wait(draft, node, step, outcome);
  else fail(draft, node, step, outcome);
}

function ref(draft: Draft, node: GraphNode, step: StepState, part: string): string {
  return `${node.id}.${step.visit}.${step.attempt}.${draft.state.fence}.${part}`;
}

function done(draft: Draft, node: GraphNode, step: StepState, outcome: Done): void {
  const port = outcome.port ?? "out";
  draft.put(node, "completed", {
    ...succeeded(step, draft.env.now),
    port,
    output: draft.env.keep(outcome.output ?? null, ref(draft, node, step, "output")),
    ...(outcome.reason ? { reason: outcome.reason } : {}),
  });
  draft.event("completed", node, {
    step: "completed",
    ...(port === "out" ? {} : { port }),
    ...(outcome.reason ? { message: outcome.reason.text, reason: outcome.reason } : {}),
  });
  if (outcome.response) draft.response = outcome.response;
  if (node.ledger) {
    draft.ledger.push(ledgerLine(node, step, "sent"));
  }
  if (outcome.message) {
    draft.messages.push(outcome.message);
    mark(draft, node, { id: outcome.message.id, sent: draft.env.now });
  }
}

/** What became of an earlier visit's mail says nothing of this one. */
export function mark(draft: Draft, node: GraphNode, marks: { id: string; sent?: number }): void {
  const known = draft.state.messages[node.id];
  draft.state.messages = {
    ...draft.state.messages,
    [node.id]: known?.id === marks.id ? { ...known, ...marks } : marks,
  };
}

function wait(draft: Draft, node: GraphNode, step: StepState, outcome: Wait): void {
  if (outcome.until !== undefined && outcome.until <= draft.env.now) {
    const port = outcome.untilPort ?? "out";
    return done(draft, node, step, { kind: "done", port, output: { waited: false }, reason: outcome.reason });
  }
  draft.put(node, "waiting", {
    ...step,
    waitingFor: outcome.for,
    reason: outcome.reason,
    ...(outcome.until === undefined ? {} : { wakeAt: outcome.until, wakePort: outcome.untilPort ?? "out" }),
  });
  draft.event("waiting", node, {
    step: "waiting",
    message: outcome.reason.text,
    reason: outcome.reason,
    ...(outcome.until === undefined ? {} : { until: outcome.until }),
  });
  if (outcome.for.kind === "person") {
    draft.attention.push({
      nodeId: node.id,
      visit: step.visit,
      record: {
        kind: "task",
        nodeId: node.id,
        visit: step.visit,
        title: outcome.for.title,
        description: outcome.for.description ?? "",
        outcomes: (outcome.for.outcomes ?? []).map((label) => ({ id: label, label })),
        dueAt: outcome.for.dueAt ?? null,
        ...(outcome.for.call ? { call: outcome.for.call } : {}),
      },
    });
  }
}

function fail(draft: Draft, node: GraphNode, step: StepState, outcome: Fail): void {
  const { now } = draft.env;
  if (outcome.uncertain) {
    if (outcome.message) {
      draft.messages.push(outcome.message);
      // It may have arrived, so it may be opened.
      mark(draft, node, { id: outcome.message.id });
    }
    return uncertain(draft, node, step, outcome.failure);
  }
  if (node.ledger) {
    draft.ledger.push(ledgerLine(node, step, "refused"));
  }
  const tries = [
    ...(step.tries ?? []),
    { number: step.attempt, startedAt: step.startedAt ?? now, endedAt: now, failure: brief(outcome.failure) },
  ].slice(-20);
  let failed: StepState = { ...step, tries, failure: outcome.failure };
  if (outcome.output !== undefined) {
    failed = { ...failed, output: draft.env.keep(outcome.output, ref(draft, node, step, "output")) };
  }
  if (draft.state.cancelling) return draft.put(node, "cancelled", ended(failed, now));
  const policy = policyOf(node, draft.state.trigger);
  const delay = isRetryable(policy, outcome.failure)
    ? retryDelay(
      policy,
      step.attempt - (step.spent ?? 0),
      draft.env.random(),
      outcome.failure.retryAfterMs,
    )
    : null;
  if (delay !== null) return retryLater(draft, node, failed, Math.ceil(delay), outcome.failure);
  if (outcome.message) draft.messages.push(outcome.message);
  settleFailed(draft, node, failed, outcome.failure);
}

function retryLater(draft: Draft, node: GraphNode, step: StepState, delay: number, failure: Failure): void {
  const until = draft.env.now + delay;
  const text =
    `Retrying in ${words(delay)}, attempt ${step.attempt + 1} of ${
      (step.spent ?? 0) + policyOf(node, draft.state.trigger).maxRetries + 1
    }, ` +
    `after: ${failure.message}`;
  const reason = { code: "retry", text, data: { delayMs: delay, cause: failure.code } };
  draft.put(node, "retrying", { ...step, wakeAt: until, reason });
  draft.event("retry", node, {
    step: "retrying",
    attempt: step.attempt,
    until,
    message: text,
    reason,
    failure,
  });
}

/** A drawn `error` port takes the failure on; otherwise the branch ends here and a person is told. */
export function settleFailed(draft: Draft, node: GraphNode, step: StepState, failure: Failure): void {
  const handled = node.outputs.some((edge) => edge.port === "error");
  const output = step.output ??
    draft.env.keep({ error: { ...failure } as Json }, ref(draft, node, step, "error"));
  draft.put(node, "failed", {
    ...ended(step, draft.env.now),
    failure,
    output,
    ...(handled ? { port: "error" } : {}),
    reason: { code: failure.code, text: failure.message },
  });
  draft.event("failed", node, {
    step: "failed",
    attempt: step.attempt,
    message: failure.message,
    failure,
    ...(handled ? { port: "error" } : {}),
  });
  if (handled) return;
  draft.attention.push({
    nodeId: node.id,
    visit: step.visit,
    record: {
      kind: "failed",
      nodeId: node.id,
      visit: step.visit,
      title: `${node.label} failed`,
      description: failure.message,
      outcomes: [{ id: "retry", label: "Retry" }, { id: "dismiss", label: "Dismiss" }],
      dueAt: null,
      failed: { cause: causeId(node, failure, draft.state.workflowId), at: draft.env.now },
    },
  });
}

/** Nobody knows whether it arrived: not repeated, a person decides. */
export function uncertain(draft: Draft, node: GraphNode, step: StepState, failure: Failure): void {
  const title = `${recipientOf(draft, node, step) ?? node.label} may have received this`;
  const reason = { code: "uncertain", text: `Nobody knows whether it was received: ${failure.message}` };
  draft.ledger.push(ledgerLine(node, step, "uncertain"));
  draft.put(node, "waiting", {
    ...step,
    failure,
    reason,
    waitingFor: { kind: "uncertain", title },
    // Nobody has to decide about a mail that asks for votes once these are not waited for any more.
    wakeAt: step.approval?.deadlineAt,
  });
  draft.event("waiting", node, { step: "waiting", message: reason.text, reason, failure });
  draft.attention.push({
    nodeId: node.id,
    visit: step.visit,
    record: {
      kind: "uncertain",
      nodeId: node.id,
      visit: step.visit,
      title,
      description: failure.message,
      outcomes: [
        { id: "sent", label: "Sent" },
        { id: "again", label: "Send again" },
        { id: "skip", label: "Skip" },
      ],
      dueAt: null,
    },
  });
}

/** Whom the act under way reaches, as people know them. */
function recipientOf(draft: Draft, node: GraphNode, step: StepState): string | null {
  return askUnderWay(step.approval)?.to ?? draft.env.recipient?.(node, draft.state) ?? null;
}

/** The step as it stands when it has settled: what it waited for is gone, but for children that it may go on with. */
export function ended(step: StepState, now: number): StepState {
  const { wakeAt: _wakeAt, wakePort: _wakePort, waitingFor, reason: _reason, ...rest } = step;
  const rounds = waitingFor?.kind === "children" ? { rounds: waitingFor } : {};
  return { ...rest, ...rounds, endedAt: now };
}

/** The same for a step that has succeeded: what failed before stands in its tries. */
export function succeeded(step: StepState, now: number): StepState {
  const { failure: _failure, rounds: _rounds, ...rest } = ended(step, now);
  return rest;
}
