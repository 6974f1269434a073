import type { Followed, User } from "../../engine/contract.ts";
import { can } from "../../engine/mod.ts";
import type { ExecutionEvent } from "../../engine/schemas/event.ts";
import type { Incident } from "../../engine/schemas/alert.ts";
import type { Approval } from "../../engine/schemas/approval.ts";
import { Failure, Reason } from "../../engine/schemas/execution.ts";
import type { Execution, ExecutionSummary, Step, WaitingFor } from "../../engine/schemas/execution.ts";
import type { InboxCards, InboxItem } from "../../engine/schemas/inbox.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { Signal } from "../../engine/schemas/lead.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";

/** What of an event's data says where things stand, and nothing of what flowed through. */
const BARE = ["seq", "execution", "step", "attempt", "port", "until"];

/** Viewers see that something ran, not the bodies that ran through it (SECURITY, rule 7). */
export function executionFor(user: User, execution: Execution): Execution {
  return can(user.role, "payload.see") ? execution : bareExecution(execution);
}

export function eventFor(user: User, { event }: Followed): ExecutionEvent {
  return can(user.role, "payload.see") ? event : bareEvent(event);
}

/** A line of a list: its reason may quote what another program answered. */
export function summaryFor<S extends ExecutionSummary>(user: User, summary: S): S {
  return can(user.role, "payload.see") ? summary : bareSummary(summary);
}

function bareSummary<S extends ExecutionSummary>(summary: S): S {
  const { status, reason } = summary;
  // That it ran out of time is our own word.
  const failed = status === "failed" && reason?.code !== "execution_timeout";
  return { ...summary, reason: reason && bareReason(reason, failed) };
}

/** An execution without what flowed through it, what others answered, and what people were told. */
export function bareExecution(execution: Execution): Execution {
  return { ...bareSummary(execution), input: null, steps: execution.steps.map(bareStep) };
}

/** A failure's text is what another program answered, and those of retries and uncertain sends end with it. */
function bareReason({ code, text }: Reason, failed: boolean): Reason {
  if (failed) return { code, text: code };
  if (code === "retry") return { code, text: text.replace(/, after: .*$/s, "") };
  if (code === "uncertain") return { code, text: text.replace(/: .*$/s, "") };
  return { code, text };
}

function bareStep(step: Step): Step {
  const { reason, failure, approval, waitingFor } = step;
  return {
    ...step,
    input: null,
    output: null,
    reason: reason && bareReason(reason, step.status === "failed"),
    failure: failure && bareFailure(failure),
    tries: step.tries.map((attempt) => ({
      ...attempt,
      failure: attempt.failure && bareFailure(attempt.failure),
    })),
    warnings: [],
    waitingFor: waitingFor && bareWaiting(waitingFor),
    ...(approval ? { approval: bareApproval(approval) } : {}),
  };
}

function bareFailure({ code }: Failure): Failure {
  return { code, message: code };
}

function bareWaiting(waiting: WaitingFor): WaitingFor {
  switch (waiting.kind) {
    case "person": {
      const { description: _description, call: _call, ...rest } = waiting;
      return rest;
    }
    case "signal": {
      const got = waiting.got?.map((signal) => ({ ...signal, data: null }));
      return { ...waiting, ...(got ? { got } : {}) };
    }
    default:
      return waiting;
  }
}

function bareApproval(approval: Approval): Approval {
  return {
    ...approval,
    description: "",
    votes: approval.votes.map((vote) => ({ ...vote, note: "" })),
    unasked: approval.unasked.map(({ to }) => ({ to, why: "" })),
  };
}

/** An event without data, and without what another program answered. */
export function bareEvent(event: ExecutionEvent): ExecutionEvent {
  if (event.data === undefined) return event;
  return { ...event, message: bareMessage(event), data: bare(event.data) };
}

function bareMessage({ type, message, data }: ExecutionEvent): string {
  const facts = objectIn(data ?? null);
  const [failure, reason] = [Failure.safeParse(facts?.failure), Reason.safeParse(facts?.reason)];
  if (type === "failed") return failure.data?.code ?? reason.data?.code ?? "Failed";
  if (reason.success) return bareReason({ ...reason.data, text: message }, false).text;
  // Long messages are cut in texts.
  const at = failure.success ? message.indexOf(failure.data.message.slice(0, 100)) : -1;
  return failure.success && at >= 0 ? `${message.slice(0, at)}${failure.data.code}` : message;
}

/** What is to be done and who is about it, without what is to be said. */
export function itemFor(user: User, item: InboxItem): InboxItem {
  if (can(user.role, "payload.see")) return item;
  const { approval, call: _call, ...rest } = item;
  return { ...rest, description: "", ...(approval ? { approval: bareApproval(approval) } : {}) };
}

export function cardsFor(user: User, { causes, items, nextCursor }: InboxCards): InboxCards {
  return {
    causes: can(user.role, "payload.see") ? causes : causes.map((card) => ({ ...card, description: "" })),
    items: items.map((item) => itemFor(user, item)),
    nextCursor,
  };
}

/** Its detail quotes what the last failure said. */
export function incidentFor(user: User, incident: Incident): Incident {
  return can(user.role, "payload.see") ? incident : { ...incident, detail: "" };
}

export function messageFor(user: User, message: Message): Message {
  return can(user.role, "payload.see") ? message : { ...message, text: "", html: "" };
}

/** What came with a signal is a body, too. */
export function signalFor(user: User, signal: Signal): Signal {
  return can(user.role, "payload.see") ? signal : { ...signal, data: null };
}

/** What a schedule starts with is a body like any other. */
export function scheduleFor(user: User, schedule: Schedule): Schedule {
  return can(user.role, "payload.see") ? schedule : { ...schedule, input: null };
}

function objectIn(data: Json): JsonObject | null {
  return data === null || typeof data !== "object" || Array.isArray(data) ? null : data;
}

function bare(given: Json): Json {
  const data = objectIn(given);
  return data && Object.fromEntries(Object.entries(data).filter(([name]) => BARE.includes(name)));
}
