import type { ExecutionEvent } from "../../../engine/schemas/event.ts";
import type { Status } from "./status_chip.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";

/** An event with its place in the execution's stream. */
export interface Happened {
  /** `seq` as text. */
  id: string;
  event: ExecutionEvent;
}

/** One line of the timeline. */
export interface TimelineRow {
  id: string;
  at: string;
  /** Paints the icon; null: news that changed no status. */
  status: Status | null;
  nodeId: string | null;
  /** Label of the step; null: it is about the whole execution. */
  name: string | null;
  text: string;
  /** A wait or a retry ends by itself at this time; told in the viewer's zone. */
  until: string | null;
  /** Why, where the text does not say it. */
  why: string | null;
  /** From its start to this moment. */
  ms: number | null;
}

/**
 * The events as lines, oldest first. A step's start is folded into what came of it next: one line says
 * "✓ Send mail 412 ms".
 */
export function timelineRows(events: readonly Happened[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  const begun = new Map<string, { at: number; row: TimelineRow }>();
  for (const { id, event } of events) {
    const row = rowOf(id, event);
    const { taskId } = event;
    if (taskId !== null) {
      const start = begun.get(taskId);
      if (event.type === "started") begun.set(taskId, { at: Date.parse(event.timestamp), row });
      else if (start && row.status !== null) {
        if (isEnd(event.type)) {
          row.ms = Math.max(0, Date.parse(event.timestamp) - start.at);
          begun.delete(taskId);
        }
        const folded = rows.lastIndexOf(start.row);
        if (folded >= 0) rows.splice(folded, 1);
      }
    }
    rows.push(row);
  }
  return rows;
}

function isEnd(type: ExecutionEvent["type"]): boolean {
  return type === "completed" || type === "failed" || type === "cancelled" || type === "retry";
}

function rowOf(id: string, event: ExecutionEvent): TimelineRow {
  const data = objectOf(event.data);
  const status = statusOf(event, data);
  const word = status === null ? "" : STATUS_LOOK[status].word;
  const told = plain(event.message) || word;
  const text = event.taskId === null && event.type === "failed" ? `Failed: ${told}` : told;
  const until = status === "waiting" && typeof data.until === "string" ? data.until : null;
  const reason = objectOf(data.reason).text;
  const why = typeof reason === "string" && !text.includes(plain(reason)) ? plain(reason) : null;
  return {
    id,
    at: event.timestamp,
    status,
    nodeId: event.taskId,
    name: event.taskId === null ? null : event.taskName ?? event.taskId,
    text: until !== null && /^until /.test(text) ? "" : text,
    until,
    why,
    ms: null,
  };
}

/** The icon says "waiting"; the line says for what. */
function plain(text: string): string {
  return text.replace(/^Waiting (— )?/, "");
}

const HEAD_STATUS: { readonly [T in ExecutionEvent["type"]]?: Status } = {
  queued: "queued",
  started: "running",
  waiting: "waiting",
  completed: "completed",
  failed: "failed",
  cancelled: "cancelled",
};

function statusOf(event: ExecutionEvent, data: { [key: string]: unknown }): Status | null {
  // All events of one commit carry the execution's status after it: what this one says of the whole is its type.
  if (event.taskId === null) return HEAD_STATUS[event.type] ?? null;
  const word = data.step;
  return typeof word === "string" && isStatus(word) ? word : null;
}

function isStatus(word: string): word is Status {
  return Object.hasOwn(STATUS_LOOK, word);
}

function objectOf(value: unknown): { [key: string]: unknown } {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
