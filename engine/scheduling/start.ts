import { conflict, EngineError } from "../errors.ts";
import type { Accepted } from "../contract.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { Delivery } from "../store/deliveries.ts";
import { keys } from "../store/keys.ts";
import { FIRES_KEPT_MS, scheduleWrite } from "../store/schedules.ts";
import type { FireRecord, OccurrenceRecord, ScheduleRecord } from "../store/schedules.ts";
import { encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import type { Door } from "../triggers/doors.ts";
import type { SchedulingDeps } from "./deps.ts";

/** A fire: which occurrence, and how the record goes on from it. */
export interface Firing {
  at: number;
  outcome: "fired" | "made_up" | "backfilled" | "by_hand";
  /** The record behind it; who was started is added. */
  next: ScheduleRecord;
  /** Lines of what was decided on the way. */
  lines: readonly FireRecord[];
  /** Of a run by hand that may be asked for twice. */
  delivery?: Delivery;
}

/** Old lines that one fire takes with it. */
const TRIMMED = 4;

/**
 * One commit: the schedule's record under its check, the occurrence that was not there, the execution, the next due entry
 * and the line of the history. Null: a check was stale, look again. Throws EngineError for what cannot be started.
 */
export async function startFire(
  deps: SchedulingDeps,
  entry: Entry<ScheduleRecord>,
  firing: Firing,
): Promise<Accepted | null> {
  const { worker, triggers } = deps;
  const { at, outcome, next, lines } = firing;
  const { id, nodeId, definition } = next;
  const door = await doorOf(deps, next);
  const now = worker.clock.now();
  const old = await trimmed(deps.store, id, now);
  const { retryPolicy, overlap } = definition.config;
  const scheduledAt = new Date(at).toISOString();
  return await triggers.start({
    door,
    trigger: { nodeId, kind: "schedule", ...(retryPolicy ? { retry: retryPolicy } : {}) },
    input: { body: definition.input, query: {}, headers: {}, scheduledAt } satisfies JsonObject,
    ...(firing.delivery ? { delivery: firing.delivery } : {}),
    depth: 0,
    mode: "accepted",
    along: ({ executionId, refused }) => {
      const line: FireRecord = {
        v: 1,
        id: worker.newId(),
        at,
        count: 1,
        outcome: refused ? "refused" : outcome,
        executionId,
        decidedAt: now,
        ...(refused ? { reason: refused } : {}),
      };
      const running = refused || overlap === "allow" ? next.running : [...next.running, executionId];
      const parts = scheduleWrite(entry, { ...next, running }, { now, lines: [...lines, line] });
      return outcome === "by_hand" ? { ...parts, deletes: [...parts.deletes, ...old] } : {
        ...parts,
        checks: [...parts.checks, { key: keys.occurrence(id, at), versionstamp: null }],
        sets: [...parts.sets, {
          key: keys.occurrence(id, at),
          value: encode({ v: 1, executionId } satisfies OccurrenceRecord),
        }],
        deletes: [...parts.deletes, ...old],
      };
    },
  });
}

async function doorOf(
  { triggers }: SchedulingDeps,
  { workflowId, nodeId }: ScheduleRecord,
): Promise<Door> {
  const live = await triggers.doors.live(workflowId);
  if (live.version.nodes.has(nodeId)) return live;
  throw conflict("not-live", `The live version of the workflow has no node "${nodeId}"`);
}

/** The oldest of its history and occurrences, where they have been kept long enough. */
async function trimmed(store: Store, id: string, now: number): Promise<Deno.KvKey[]> {
  const before = now - FIRES_KEPT_MS;
  const found: Deno.KvKey[] = [];
  const selector = { prefix: keys.fire(id, "").slice(0, 2) };
  for await (const { key, value } of store.list<FireRecord>({ selector, limit: TRIMMED, broken: "pass" })) {
    if (value.decidedAt < before) found.push(key);
  }
  const occurrences = { start: keys.occurrence(id, 0), end: keys.occurrence(id, before) };
  return [...found, ...await store.keys({ selector: occurrences, limit: TRIMMED })];
}

/** Why it could not be started, as the history says it. */
export function failureOf(error: unknown): NonNullable<FireRecord["reason"]> {
  if (error instanceof EngineError) return { code: error.slug, text: error.message.slice(0, 500) };
  const text = error instanceof Error ? error.message : String(error);
  return { code: "internal", text: text.slice(0, 500) };
}

/** Can another try help? A full or stopping process, or a database that does not answer: the fire waits for it. */
export function comesBack(error: unknown): boolean {
  return !(error instanceof EngineError) || error.status === 503;
}
