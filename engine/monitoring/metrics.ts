import type { Metrics as MetricsSubject } from "../contract_metrics.ts";
import {
  emptyTally,
  meanOf,
  nameOfCause,
  netOf,
  OTHER,
  quantile,
  readCauseKey,
  successRate,
} from "../core/metrics.ts";
import type { Tally } from "../core/metrics.ts";
import { spanOf } from "../core/metrics_time.ts";
import type { Span } from "../core/metrics_time.ts";
import { notFound } from "../errors.ts";
import type {
  Metrics,
  MetricsError,
  MetricsPoint,
  MetricsQuery,
  MetricsRow,
  MetricsTotals,
} from "../schemas/metrics.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { Meters } from "../worker/meters.ts";
import type { Room } from "../worker/room.ts";
import type { Versions } from "../worker/versions.ts";
import { readFigures } from "./metrics_figures.ts";
import { Folding } from "./metrics_fold.ts";
import { readFunnel } from "./metrics_funnel.ts";
import { readMeasured } from "./metrics_measured.ts";
import { NextRuns } from "./next_runs.ts";
import { KeptFolded, readActive, readCounted, sumOf } from "./metrics_read.ts";
import type { Counted } from "./metrics_read.ts";

export interface MetricsDeps {
  store: Store;
  worker: { versions: Pick<Versions, "nodesOf">; room: Pick<Room, "free" | "waiting"> };
  meters: Pick<Meters, "steps">;
  now(): number;
  newId(): string;
}

/** The subject with what the upkeep asks of it. */
export interface CountedMetrics extends MetricsSubject {
  /** Folds what has been counted; says after how long it is wanted again. */
  upkeep(): Promise<number>;
}

const MOST_ERRORS = 12;
const MOST_ROWS = 200;
/** So many counters a minute are many to read before they are folded: sooner again then. */
const MUCH = 8;
const SOON_MS = 5 * 60_000;
const LATER_MS = 3_600_000;

/** What was counted, as people ask for it (contract: `Metrics`). */
export function createMetrics(deps: MetricsDeps): CountedMetrics {
  const { store } = deps;
  const folding = new Folding(deps);
  const reading = { ...deps, folding, nextRuns: new NextRuns(deps), kept: new KeptFolded() };
  return {
    read: (query) => read(reading, query),
    funnel: (workflowId) => readFunnel({ store, versions: deps.worker.versions }, workflowId),
    figures: () => readFigures(reading),
    measured: () => readMeasured(reading),
    async upkeep(): Promise<number> {
      return await folding.fold(deps.now()) > MUCH ? SOON_MS : LATER_MS;
    },
  };
}

type Active = ReadonlyMap<string, { active: number; waiting: number }>;

async function read(
  deps: MetricsDeps & { folding: Folding; nextRuns: NextRuns; kept: KeptFolded },
  query: MetricsQuery,
): Promise<Metrics> {
  const { store } = deps;
  const now = deps.now();
  const span = spanOf(query, now);
  const workflowId = query.workflowId ?? null;
  if (workflowId !== null && !await store.get(keys.workflow(workflowId))) {
    throw notFound("workflow", workflowId);
  }
  const [counted, active, nextRuns] = await Promise.all([
    readCounted(deps, span, workflowId, now),
    readActive(store, workflowId),
    deps.nextRuns.byWorkflow(),
  ]);
  const all = sumOf(counted.points);
  const atEnd = sum(active) - netOf(counted.after);
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    from: iso(span.from),
    to: iso(span.to),
    interval: span.interval,
    timezone: span.zone,
    totals: totalsOf(all, atEnd),
    previous: { ...totalsOf(counted.before, atEnd - netOf(all)), from: iso(span.before), to: iso(span.from) },
    points: pointsOf(span, counted),
    errors: errorsOf(all),
    workflows: await rowsOf(store, { tallies: counted.rows, active, nextRuns, only: workflowId }),
  };
}

function sum(active: Active): number {
  let all = 0;
  for (const each of active.values()) all += each.active;
  return all;
}

function endedOf(tally: Tally): Omit<MetricsPoint, "timestamp"> {
  const { started = 0, completed = 0, failed = 0, cancelled = 0 } = tally.counts;
  return {
    executions: started,
    success: completed,
    failed,
    cancelled,
    avgDuration: meanOf(tally),
    p50: quantile(tally.buckets, 0.5),
    p95: quantile(tally.buckets, 0.95),
  };
}

function totalsOf(tally: Tally, active: number): MetricsTotals {
  return {
    ...endedOf(tally),
    reopened: tally.counts.reopened ?? 0,
    successRate: successRate(tally),
    // What was active before there was this count is not in it, and its end is.
    active: Math.max(0, active),
  };
}

function pointsOf({ starts }: Span, { points }: Counted): MetricsPoint[] {
  return starts.map((at, i) => ({ timestamp: new Date(at).toISOString(), ...endedOf(points[i]!) }));
}

function errorsOf({ causes, counts }: Tally): MetricsError[] {
  const known = Object.entries(causes).filter(([key]) => key !== OTHER).sort(([a, m], [b, n]) =>
    n - m || (a < b ? -1 : 1)
  ).slice(0, MOST_ERRORS);
  const items: MetricsError[] = known.map(([key, count]) => {
    const cause = readCauseKey(key);
    return { cause: nameOfCause(cause), count, ...cause };
  });
  const rest = (counts.failed ?? 0) - known.reduce((all, [, n]) => all + n, 0);
  if (rest > 0) {
    items.push({ cause: OTHER, count: rest, nodeType: null, code: OTHER, status: null, host: null });
  }
  return items;
}

async function rowsOf(
  store: Store,
  { tallies, active, nextRuns, only }: {
    tallies: ReadonlyMap<string, Tally>;
    active: Active;
    nextRuns: ReadonlyMap<string, number>;
    only: string | null;
  },
): Promise<MetricsRow[]> {
  const busy = [...active].filter(([, each]) => each.active > 0).map(([id]) => id);
  const planned = only === null ? nextRuns.keys() : [];
  const ids = [...new Set([...tallies.keys(), ...busy, ...planned])];
  const rows = ids.map((workflowId) => {
    const tally = tallies.get(workflowId) ?? emptyTally();
    const { executions, success, failed, p50, p95 } = endedOf(tally);
    const now = active.get(workflowId) ?? { active: 0, waiting: 0 };
    const next = nextRuns.get(workflowId);
    const nextRunAt = next === undefined ? null : new Date(next).toISOString();
    const rate = successRate(tally);
    return { workflowId, executions, success, failed, successRate: rate, p50, p95, ...now, nextRunAt };
  }).sort((a, b) =>
    b.executions - a.executions || b.active - a.active || (a.workflowId < b.workflowId ? -1 : 1)
  )
    .slice(0, MOST_ROWS);
  const records = await store.getMany<{ name: string; deletedAt?: number }>(
    rows.map(({ workflowId }) => keys.workflow(workflowId)),
  );
  return rows.map((row, i) => ({ ...row, name: nameOf(records[i]?.value) }));
}

function nameOf(record: { name: string; deletedAt?: number } | undefined): string {
  return record ? `${record.name}${record.deletedAt === undefined ? "" : " (deleted)"}` : "(deleted)";
}
