import type { EventData, EventType, ExecutionEvent } from "../../engine/schemas/event.ts";
import type { Execution, ExecutionSummary, Step } from "../../engine/schemas/execution.ts";
import type { Json } from "../../engine/schemas/json.ts";

export const START = Date.parse("2026-11-20T09:00:00.000Z");

export function at(ms: number): string {
  return new Date(START + ms).toISOString();
}

export function step(nodeId: string, change: Partial<Step> = {}): Step {
  return {
    nodeId,
    type: "set",
    label: nodeId,
    status: "pending",
    attempts: 0,
    tries: [],
    input: null,
    output: null,
    port: null,
    startedAt: null,
    endedAt: null,
    reason: null,
    failure: null,
    until: null,
    waitingFor: null,
    warnings: [],
    ...change,
  };
}

export function summary(change: Partial<ExecutionSummary> = {}): ExecutionSummary {
  return {
    id: "01JD0000000000000000000001",
    workflowId: "01JD000000000000000000000W",
    workflowName: "Cold Outreach Standard",
    version: 4,
    status: "queued",
    progress: 0,
    trigger: { nodeId: "hook", kind: "webhook" },
    parent: null,
    lead: { id: "01JD000000000000000000000L", name: "Ann Lee", email: "ann@example.com" },
    createdAt: at(0),
    startedAt: null,
    endedAt: null,
    reason: null,
    until: null,
    ...change,
  };
}

export function execution(steps: Step[], change: Partial<Execution> = {}): Execution {
  return { ...summary(), input: null, steps, seq: 0, cancelling: false, ...change };
}

export interface Happening extends Partial<EventData> {
  type: EventType;
  node?: string;
  message?: string;
  progress?: number;
  ms?: number;
  executionId?: string;
}

/** The event with number `seq`, as the stream would carry it. */
export function event(seq: number, happening: Happening): ExecutionEvent {
  const { type, node, message, progress, ms, executionId, ...rest } = happening;
  const data: { [key: string]: Json } = { seq, execution: rest.execution ?? "running" };
  if (rest.step !== undefined) data.step = rest.step;
  if (rest.attempt !== undefined) data.attempt = rest.attempt;
  if (rest.port !== undefined) data.port = rest.port;
  if (rest.until !== undefined) data.until = rest.until;
  if (rest.reason !== undefined) data.reason = rest.reason;
  if (rest.failure !== undefined) data.failure = rest.failure;
  return {
    type,
    executionId: executionId ?? "01JD0000000000000000000001",
    taskId: node ?? null,
    taskName: node ?? null,
    message: message ?? `${type} ${node ?? "execution"}`,
    progress: progress ?? 0,
    timestamp: at(ms ?? seq * 1_000),
    data,
  };
}
