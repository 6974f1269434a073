import type { ExecutionFilter } from "../schemas/execution.ts";
import { BULK_PER_SECOND } from "../schemas/mending.ts";
import type { BulkAction, BulkJob, BulkReason, VersionChoice } from "../schemas/mending.ts";
import { keys, shardOf } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";

/** `["bulk", id]`. Times are epoch ms. */
export interface BulkRecord {
  v: 1;
  id: string;
  action: BulkAction;
  filter: ExecutionFilter;
  /** They were named one by one. */
  named?: true;
  version?: VersionChoice;
  from?: number;
  to?: number;
  status: BulkJob["status"];
  count: number;
  chunks: number;
  /** The first that has not been acted on. */
  next: number;
  done: number;
  skipped: number;
  failed: number;
  reasons: BulkReason[];
  by: { userId: string; name: string };
  createdAt: number;
  endedAt: number | null;
  /** Its one due entry: the next second's work, the end of whoever is at it, or the day it is forgotten. */
  dueAt: number;
  /** Somebody is at these, from `next` on: the newest event of each execution before it was touched; null: gone. */
  batch?: { token: string; ids: string[]; seqs: (number | null)[] };
}

/** Ids in one chunk: 26 characters each, well within a value. */
export const CHUNK = 1_000;
const MAX_REASONS = 50;

export function bulkDue(record: Pick<BulkRecord, "id" | "dueAt">): Key {
  return keys.due(shardOf(record.id), 1, record.dueAt, "bulk", record.id);
}

/** As the API shows it. */
export function toBulkJob(record: BulkRecord): BulkJob {
  const {
    v: _v,
    chunks: _chunks,
    next: _next,
    dueAt: _due,
    batch: _batch,
    by,
    ...rest
  } = record;
  return {
    ...rest,
    by: by.name,
    perSecond: BULK_PER_SECOND,
    createdAt: new Date(record.createdAt).toISOString(),
    endedAt: record.endedAt === null ? null : new Date(record.endedAt).toISOString(),
  };
}

export type Result = { outcome: "done" } | {
  outcome: "skipped" | "failed";
  text: string;
  executionId: string;
};

/** The record with one more result; reasons that say the same are counted together. */
export function tallied(record: BulkRecord, result: Result): BulkRecord {
  const next = { ...record, [result.outcome]: record[result.outcome] + 1 };
  if (result.outcome === "done") return next;
  const { outcome, executionId } = result;
  const text = result.text.slice(0, 300);
  const known = record.reasons.findIndex((one) => one.outcome === outcome && one.text === text);
  if (known < 0 && record.reasons.length >= MAX_REASONS) return next;
  const reasons = known < 0
    ? [...record.reasons, { outcome, text, count: 1, executionId }]
    : record.reasons.map((one, i) => i === known ? { ...one, count: one.count + 1 } : one);
  return { ...next, reasons };
}
