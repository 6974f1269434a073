import type { ExecutionEvent } from "../../engine/schemas/event.ts";
import type { ServerEvent } from "./sse_parser.ts";

/** An event with its cursor, as both streams carry it. */
export interface LiveEvent {
  id: string;
  event: ExecutionEvent;
}

/** The execution event that a server-sent event carries; null for anything else, such as a `reset`. */
export function readEvent(source: ServerEvent): LiveEvent | null {
  const value = parse(source.data);
  return isEvent(value) ? { id: source.id, event: value } : null;
}

/** Does the stream say that it cannot continue at our cursor, so that everything must be read again? */
export function isReset(source: ServerEvent): boolean {
  const value = parse(source.data);
  return source.event === "reset" || (typeof value === "object" && value !== null && "reset" in value);
}

/** How often lists may be read again, where the stream says so: ms. */
export function readPace(source: ServerEvent): number | null {
  const value = parse(source.data);
  return typeof value === "object" && value !== null && "readMs" in value && typeof value.readMs === "number"
    ? value.readMs
    : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Enough of the shape to paint from; the server's own schema guards the rest. */
function isEvent(value: unknown): value is ExecutionEvent {
  return typeof value === "object" && value !== null &&
    "type" in value && typeof value.type === "string" &&
    "executionId" in value && typeof value.executionId === "string" &&
    "taskId" in value && (value.taskId === null || typeof value.taskId === "string") &&
    "message" in value && typeof value.message === "string" &&
    "progress" in value && typeof value.progress === "number" &&
    "timestamp" in value && typeof value.timestamp === "string";
}
