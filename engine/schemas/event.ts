import { z } from "zod";
import { Json } from "./json.ts";

const EVENT_TYPES = [
  "queued",
  "started",
  "progress",
  "waiting",
  "retry",
  "completed",
  "failed",
  "cancelled",
  "skipped",
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** One thing that happened: over SSE and in the history alike. Execution-level events have `taskId: null`. */
export const ExecutionEvent = z.object({
  type: EventType,
  executionId: z.string(),
  taskId: z.string().nullable(),
  taskName: z.string().nullable(),
  message: z.string(),
  progress: z.number(),
  timestamp: z.string(),
  data: Json.optional(),
}).meta({ id: "ExecutionEvent" });
export type ExecutionEvent = z.infer<typeof ExecutionEvent>;

/** What an event's `data` says of its step or execution, so that a viewer can repaint without asking. */
export interface EventData {
  /** Integer, from 1, unique within the execution. */
  seq: number;
  /** The execution's status after this event. */
  execution: string;
  /** The step's status after this event. */
  step?: string;
  attempt?: number;
  port?: string;
  until?: string;
  reason?: Json;
  failure?: Json;
}
