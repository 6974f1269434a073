import type { EventData, ExecutionEvent } from "../../engine/schemas/event.ts";
import type {
  Execution,
  ExecutionStatus,
  ExecutionSummary,
  Failure,
  Reason,
  Step,
  StepStatus,
} from "../../engine/schemas/execution.ts";

type Try = Step["tries"][number];

const EXECUTION_WORDS: Record<ExecutionStatus, true> = {
  queued: true,
  running: true,
  waiting: true,
  completed: true,
  failed: true,
  cancelled: true,
};
const STEP_WORDS: Record<StepStatus, true> = {
  pending: true,
  queued: true,
  running: true,
  waiting: true,
  retrying: true,
  completed: true,
  failed: true,
  skipped: true,
  cancelled: true,
};

/** Has the execution come to an end (until somebody retries it)? */
export function isSettled(status: ExecutionStatus): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}

/** Does the step neither run nor stand before anything? */
function isStepSettled(status: StepStatus): boolean {
  return status === "completed" || status === "failed" || status === "skipped" || status === "cancelled";
}

/** `event.data` if it is what a viewer can repaint from; null for anything else. */
export function eventData(event: ExecutionEvent): EventData | null {
  const data = event.data;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  const { seq, execution, step, attempt, port, until, reason, failure } = data;
  if (typeof seq !== "number" || typeof execution !== "string") return null;
  return {
    seq,
    execution,
    ...(typeof step === "string" ? { step } : {}),
    ...(typeof attempt === "number" ? { attempt } : {}),
    ...(typeof port === "string" ? { port } : {}),
    ...(typeof until === "string" ? { until } : {}),
    ...(reason === undefined || reason === null ? {} : { reason }),
    ...(failure === undefined || failure === null ? {} : { failure }),
  };
}

/**
 * The execution after one event. Events at or before `execution.seq` are already in the picture and change
 * nothing, so overlapping deliveries after a reconnect are harmless. Inputs and outputs are not in events:
 * `mergeFetched` brings them.
 */
export function reduceExecution(execution: Execution, event: ExecutionEvent): Execution {
  const data = eventData(event);
  if (data === null || event.executionId !== execution.id || data.seq <= execution.seq) return execution;
  const steps = event.taskId === null
    ? endSteps(execution.steps, event)
    : execution.steps.map((step) => step.nodeId === event.taskId ? reduceStep(step, event, data) : step);
  return {
    ...execution,
    ...reduceHead(execution, event, data),
    steps,
    until: nextMoment(steps),
    seq: data.seq,
    cancelling: execution.cancelling && !isSettled(executionStatus(data.execution, execution.status)),
  };
}

/** A line of the list after one event of its execution. The caller drops repeats (see `reduceList`). */
export function reduceSummary<T extends ExecutionSummary>(summary: T, event: ExecutionEvent): T {
  const data = eventData(event);
  if (data === null || event.executionId !== summary.id) return summary;
  return { ...summary, ...reduceHead(summary, event, data) };
}

/** A cancelled execution starts nothing any more; steps that never began have no event of their own. */
function endSteps(steps: Step[], event: ExecutionEvent): Step[] {
  if (event.type !== "cancelled") return steps;
  return steps.map((step) =>
    isStepSettled(step.status) ? step : { ...step, status: "cancelled", until: null }
  );
}

function reduceHead(before: ExecutionSummary, event: ExecutionEvent, data: EventData): Partial<Execution> {
  const status = executionStatus(data.execution, before.status);
  const settled = isSettled(status);
  const ending = event.taskId === null && settled;
  return {
    status,
    progress: event.progress,
    startedAt: before.startedAt ?? (status === "queued" ? null : event.timestamp),
    endedAt: settled ? (ending ? event.timestamp : before.endedAt ?? event.timestamp) : null,
    until: data.until ?? (status === "waiting" ? before.until : null),
    reason: headReason(before, event, data, status),
  };
}

/** Why the execution has its status: said by its own event, or by the step that it waits for. */
function headReason(
  before: ExecutionSummary,
  event: ExecutionEvent,
  data: EventData,
  status: ExecutionStatus,
): Reason | null {
  const reason = asReason(data.reason);
  if (event.taskId === null && (reason || status !== before.status)) return reason ?? failureReason(data);
  if (status === "waiting" && data.step === "waiting") return reason ?? before.reason;
  return status === before.status ? before.reason : null;
}

function failureReason(data: EventData): Reason | null {
  const failure = asFailure(data.failure);
  return failure ? { code: failure.code, text: failure.message } : null;
}

function reduceStep(step: Step, event: ExecutionEvent, data: EventData): Step {
  // Without a status it is news about the step (its mail was opened), which changes nothing of it.
  if (data.step === undefined) return step;
  const status = stepStatus(data.step, step.status);
  const began = status === "running" || status === "completed" || status === "failed";
  const failure = asFailure(data.failure);
  const attempts = Math.max(data.attempt ?? step.attempts, began ? 1 : 0);
  return {
    ...step,
    status,
    attempts,
    tries: reduceTries(step.tries, event, { attempts, failure, over: status !== "running" }),
    // A failed step has a port only if it went on by one.
    port: data.port ?? (status === "completed" ? "out" : null),
    startedAt: step.startedAt ?? (began || status === "waiting" ? event.timestamp : null),
    endedAt: isStepSettled(status) && status !== "skipped" ? event.timestamp : null,
    reason: asReason(data.reason) ?? (status === step.status ? step.reason : null),
    failure: failure ?? (status === "failed" || status === "retrying" ? step.failure : null),
    until: status === "waiting" || status === "retrying" ? data.until ?? null : null,
    waitingFor: status === "waiting" ? step.waitingFor : null,
  };
}

/** Tries as the API shows them: every one that failed, and the one under way. */
function reduceTries(
  tries: Try[],
  event: ExecutionEvent,
  now: { attempts: number; failure: Failure | null; over: boolean },
): Try[] {
  if (event.type === "started") {
    const earlier = tries.filter((one) => one.endedAt !== null && one.number !== now.attempts);
    return [...earlier, { number: now.attempts, startedAt: event.timestamp, endedAt: null, failure: null }];
  }
  if (!now.over) return tries;
  const open = tries.find((one) => one.endedAt === null);
  const closed = tries.filter((one) => one.endedAt !== null);
  if (now.failure === null || closed.some((one) => one.number === now.attempts)) return closed;
  return [...closed, {
    number: now.attempts,
    startedAt: open?.startedAt ?? event.timestamp,
    endedAt: event.timestamp,
    failure: now.failure,
  }];
}

/** The earliest moment at which a step goes on by itself. */
function nextMoment(steps: readonly Step[]): string | null {
  let earliest: string | null = null;
  for (const { until } of steps) {
    if (until !== null && (earliest === null || Date.parse(until) < Date.parse(earliest))) earliest = until;
  }
  return earliest;
}

/**
 * Puts a freshly read execution and the live picture together. A reading at least as new replaces it; an
 * older one only lends the bodies that events do not carry to steps that have not moved since.
 */
export function mergeFetched(live: Execution, fetched: Execution): Execution {
  if (fetched.id !== live.id) return live;
  if (fetched.seq >= live.seq) return fetched;
  const byNode = new Map(fetched.steps.map((step) => [step.nodeId, step]));
  return {
    ...live,
    steps: live.steps.map((step) => {
      const read = byNode.get(step.nodeId);
      if (!read || read.status !== step.status || read.attempts !== step.attempts) return step;
      return {
        ...step,
        input: read.input,
        output: read.output,
        warnings: read.warnings,
        waitingFor: read.waitingFor,
      };
    }),
  };
}

function executionStatus(word: string, otherwise: ExecutionStatus): ExecutionStatus {
  return isExecutionStatus(word) ? word : otherwise;
}

function isExecutionStatus(word: string): word is ExecutionStatus {
  return Object.hasOwn(EXECUTION_WORDS, word);
}

function stepStatus(word: string | undefined, otherwise: StepStatus): StepStatus {
  return word !== undefined && isStepStatus(word) ? word : otherwise;
}

function isStepStatus(word: string): word is StepStatus {
  return Object.hasOwn(STEP_WORDS, word);
}

function asReason(value: EventData["reason"]): Reason | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { code, text, data } = value;
  if (typeof code !== "string" || typeof text !== "string") return null;
  return data === undefined ? { code, text } : { code, text, data };
}

function asFailure(value: EventData["failure"]): Failure | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { code, message, status, host, retryable, details } = value;
  if (typeof code !== "string" || typeof message !== "string") return null;
  return {
    code,
    message,
    ...(typeof status === "number" ? { status } : {}),
    ...(typeof host === "string" ? { host } : {}),
    ...(typeof retryable === "boolean" ? { retryable } : {}),
    ...(details === undefined ? {} : { details }),
  };
}
