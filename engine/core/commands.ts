import { fallDue, resolveAsk, vote } from "./approval.ts";
import { applyAttempt } from "./attempt.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { endWait } from "./children.ts";
import { end } from "./ending.ts";
import { goOn } from "./join.ts";
import { askToMigrate } from "./migrate.ts";
import { ended, mark, settleFailed, succeeded, uncertain } from "./outcome.ts";
import { reopen, resume, roundRetried } from "./reopen.ts";
import { isSettled } from "./state.ts";
import type { Mail, StepState } from "./state.ts";
import { charged, conviction, isConvicted, isSuspect, suspectManner, suspectReason } from "./suspect.ts";
import { ledgerLine } from "./votes.ts";

/** Steps with a record that one transition ends. */
const MOST_AT_ONCE = 50;

/** Waits and retries whose time has come. */
export function wake(draft: Draft): void {
  const { now } = draft.env;
  if (isSettled(draft.state)) return;
  const { timeoutAt, cancelling } = draft.state;
  if (timeoutAt !== null && timeoutAt <= now && !cancelling) return timeOut(draft);
  for (const node of draft.withStatus("waiting", "retrying")) {
    const step = draft.step(node);
    if (step.wakeAt === undefined || step.wakeAt > now) continue;
    if (fallDue(draft, node)) continue;
    if (draft.status(node) === "retrying") {
      draft.put(node, "queued", { ...step, wakeAt: undefined, reason: undefined });
    } else if (step.waitingFor?.kind === "window" || step.waitingFor?.kind === "rate") {
      // Let go once all that happened meanwhile is known (hold.ts, turn.ts).
      continue;
    } else if (step.waitingFor?.kind === "join") {
      goOn(draft, node, step.waitingFor.arrived, "deadline");
    } else {
      const port = step.wakePort ?? "out";
      const output = draft.env.keep(
        { waited: true, until: new Date(step.wakeAt).toISOString() },
        `${node.id}.${step.visit}.wake`,
      );
      draft.put(node, "completed", { ...ended(step, now), port, output });
      draft.event("completed", node, { step: "completed", port, message: "The wait is over" });
      if (needsPerson(step)) {
        draft.attention.push({ nodeId: node.id, visit: step.visit, record: null });
      }
    }
  }
}

function timeOut(draft: Draft): void {
  end(draft, { by: "", reason: "The workflow's time limit passed", as: "timeout" });
}

function needsPerson(step: StepState): boolean {
  return step.waitingFor?.kind === "person" || step.waitingFor?.kind === "uncertain" ||
    step.approval !== undefined;
}

export function deliver(draft: Draft, mail: Mail): void {
  if (mail.kind === "cancel") return stop(draft, mail);
  if (mail.kind === "retry") return reopen(draft, mail.nodeIds);
  if (mail.kind === "resume") return resume(draft, mail);
  if (mail.kind === "round") return roundRetried(draft, mail);
  if (mail.kind === "migrate") return askToMigrate(draft, mail);
  const node = draft.node(mail.nodeId);
  if (!node || isSettled(draft.state)) return;
  if (mail.kind === "complete") return complete(draft, node, mail);
  if (mail.kind === "vote") return vote(draft, node, mail);
  if (mail.kind === "result") {
    return mail.visit === draft.step(node).visit ? applyAttempt(draft, node, mail) : undefined;
  }
  const marks = draft.state.messages[node.id];
  if (!marks || marks.id !== mail.messageId || marks[mail.what] !== undefined) return;
  draft.state.messages = { ...draft.state.messages, [node.id]: { ...marks, [mail.what]: mail.at } };
  const where = mail.outbox ? " in the outbox" : "";
  draft.event("progress", node, {
    message: MARKED[mail.what] + where,
    reason: {
      code: `email.${mail.what}`,
      text: `The mail was ${mail.what}${where}`,
      data: { at: new Date(mail.at).toISOString() },
    },
  });
}

const MARKED = {
  opened: "The mail was opened",
  clicked: "A link was clicked",
  replied: "A reply came",
} as const;

/** Its loop's word to stop is past when that has gone on since. */
function stop(draft: Draft, { by, reason, again }: Extract<Mail, { kind: "cancel" }>): void {
  if (again !== undefined && (draft.state.parent?.again ?? 0) > again) return;
  end(draft, { by, reason, withParent: true });
}

/** A person's answer to a task, or to "was it received?". */
function complete(draft: Draft, node: GraphNode, mail: Extract<Mail, { kind: "complete" }>): void {
  const step = draft.step(node);
  if (draft.status(node) !== "waiting" || step.visit !== mail.visit) return;
  if (step.waitingFor?.kind === "uncertain") {
    return resolveAsk(draft, node, mail) ? undefined : resolve(draft, node, step, mail);
  }
  if (step.waitingFor?.kind !== "person" || step.approval) return;
  const answer = {
    outcome: mail.outcome,
    note: mail.note ?? "",
    by: mail.by,
    at: new Date(mail.at).toISOString(),
  };
  const reason = { code: "answered", text: `${mail.by} chose "${mail.outcome}"`, data: answer };
  const output = draft.env.keep(answer, `${node.id}.${step.visit}.answer`);
  draft.put(node, "completed", { ...ended(step, draft.env.now), port: mail.outcome, output, reason });
  draft.event("completed", node, { step: "completed", port: mail.outcome, message: reason.text, reason });
  // Whoever answered took it out of the inbox in the same commit as the answer.
}

function resolve(
  draft: Draft,
  node: GraphNode,
  step: StepState,
  mail: Extract<Mail, { kind: "complete" }>,
): void {
  draft.ledger.push(ledgerLine(node, step, "resolved"));
  const rest = succeeded(step, draft.env.now);
  const reason = {
    code: "resolved",
    text: `${mail.by} decided: ${mail.outcome}`,
    data: { choice: mail.outcome },
  };
  if (mail.outcome === "again") {
    draft.put(node, "queued", {
      ...rest,
      endedAt: undefined,
      visit: step.visit + 1,
      spent: step.attempt,
    });
    draft.event("progress", node, { step: "queued", message: reason.text, reason });
    return;
  }
  const message = draft.state.messages[node.id];
  if (mail.outcome === "sent" && message) mark(draft, node, { id: message.id, sent: mail.at });
  const output = draft.env.keep({ resolved: mail.outcome, by: mail.by }, `${node.id}.${step.visit}.resolved`);
  draft.put(node, "completed", { ...rest, port: "out", output, reason });
  draft.event("completed", node, { step: "completed", message: reason.text, reason });
}

/**
 * Steps whose worker died or stopped. What can be repeated is queued again, under the same idempotency key; what cannot
 * is uncertain. Only a death is charged; the convicted go no further (suspect.ts).
 */
export function surrender(draft: Draft, nodes: readonly GraphNode[], how: "died" | "stopped"): void {
  for (const node of nodes) {
    const step = how === "died" ? charged(draft.step(node)) : draft.step(node);
    const message = how === "died" ? "The process that ran it died" : "The process that ran it was stopped";
    if (step.outside) {
      uncertain(draft, node, step, { code: "interrupted", message });
    } else if (draft.state.cancelling) {
      draft.put(node, "cancelled", ended(step, draft.env.now));
      if (needsPerson(step)) draft.attention.push({ nodeId: node.id, visit: step.visit, record: null });
    } else if (how === "died" && isConvicted(step)) {
      // Reopened, it waits for its turn to be alone like before.
      settleFailed(draft, node, { ...step, alone: undefined }, conviction(step));
    } else {
      const reason = isSuspect(step) ? suspectReason(step) : step.reason;
      draft.put(node, "queued", {
        ...step,
        spent: (step.spent ?? 0) + 1,
        alone: undefined,
        few: undefined,
        reason,
      });
      draft.event("progress", node, {
        step: "queued",
        message: `${message}; it will run again with the same key${
          isSuspect(step) ? `, ${suspectManner(step)}` : ""
        }`,
        ...(isSuspect(step) ? { reason } : {}),
      });
    }
  }
}

/** Nothing more starts (`stopUnstarted`); what is running is aborted by its worker and settles the execution. */
export function cancel(draft: Draft, by: string, reason: string): void {
  end(draft, { by, reason });
}

/**
 * What has not started, or waits, ends with a cancelled execution. In every transition, not only in the one that cancels:
 * another process may have set the mark, and a step that was running may have come back waiting.
 */
export function stopUnstarted(draft: Draft): void {
  let stopped = 0;
  for (const node of draft.withStatus("pending", "queued", "waiting", "retrying")) {
    const step = draft.steps.get(node.id);
    // More records than one commit holds: it is due at once (`hold`), and the rest follows.
    if (step && stopped++ >= MOST_AT_ONCE) continue;
    endWait(draft, node);
    if (step && needsPerson(step)) {
      draft.attention.push({ nodeId: node.id, visit: step.visit, record: null });
    }
    draft.put(node, "cancelled", step ? ended(step, draft.env.now) : undefined);
    if (step) draft.event("cancelled", node, { step: "cancelled", message: "Cancelled" });
  }
}
