import type { Followed, User } from "../../engine/contract.ts";
import { can } from "../../engine/mod.ts";
import type { ExecutionEvent } from "../../engine/schemas/event.ts";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Json } from "../../engine/schemas/json.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";

/** What of an event's data says where things stand, and nothing of what flowed through. */
const BARE = ["seq", "execution", "step", "attempt", "port", "until"];

/** Viewers see that something ran, not the bodies that ran through it (SECURITY, rule 7). */
export function executionFor(user: User, execution: Execution): Execution {
  if (can(user.role, "payload.see")) return execution;
  return {
    ...execution,
    input: null,
    steps: execution.steps.map((step) => ({
      ...step,
      input: null,
      output: null,
      reason: step.reason && { code: step.reason.code, text: step.reason.text },
      failure: step.failure && { code: step.failure.code, message: step.failure.code },
      tries: step.tries.map((attempt) => ({
        ...attempt,
        failure: attempt.failure && { code: attempt.failure.code, message: attempt.failure.code },
      })),
      warnings: [],
    })),
  };
}

export function eventFor(user: User, { event }: Followed): ExecutionEvent {
  if (can(user.role, "payload.see") || event.data === undefined) return event;
  return { ...event, data: bare(event.data) };
}

export function messageFor(user: User, message: Message): Message {
  return can(user.role, "payload.see") ? message : { ...message, text: "", html: "" };
}

/** What a schedule starts with is a body like any other. */
export function scheduleFor(user: User, schedule: Schedule): Schedule {
  return can(user.role, "payload.see") ? schedule : { ...schedule, input: null };
}

function bare(data: Json): Json {
  if (data === null || typeof data !== "object" || Array.isArray(data)) return null;
  return Object.fromEntries(Object.entries(data).filter(([name]) => BARE.includes(name)));
}
