import type { Measured } from "../contract_metrics.ts";
import { addTally } from "../core/metrics.ts";
import { keys, SHARDS } from "../store/keys.ts";
import { ALL, readSlot, tallyOf } from "../store/metrics.ts";
import type { CountRecord } from "../store/metrics.ts";
import type { Store } from "../store/store.ts";
import type { Meters } from "../worker/meters.ts";
import type { Room } from "../worker/room.ts";
import { readActive, readRaws, unfolded } from "./metrics_read.ts";
import type { ReadDeps } from "./metrics_read.ts";

type MeasuredDeps = ReadDeps & {
  now(): number;
  worker: { room: Pick<Room, "free" | "waiting"> };
  meters: Pick<Meters, "steps">;
};

/** So many are counted at most: beyond that it is bad enough. */
const MOST = 1_000;
const STARTED_AND_ENDED = ["started", "completed", "failed", "cancelled", "reopened"];

/** What Prometheus asks: a few reads, whatever is stored. */
export async function readMeasured(deps: MeasuredDeps): Promise<Measured[]> {
  const { store, worker, meters } = deps;
  const [executions, active, due, uncertain, tasks, incidents] = await Promise.all([
    ofExecutions(deps),
    readActive(store, null),
    overdue(store, deps.now()),
    counted(store, { prefix: keys.todo("uncertain", "").slice(0, 2) }),
    counted(store, { prefix: ["attention"] }),
    counted(store, { prefix: keys.openIncident("").slice(0, 1) }),
  ]);
  const rows = [...active.values()];
  const sum = (what: "active" | "waiting"): number => rows.reduce((all, row) => all + row[what], 0);
  return [
    executions,
    gauge("leadflow_executions_active", "Executions that are queued, running or waiting", sum("active")),
    gauge("leadflow_executions_waiting", "Of the active executions, those that only wait", sum("waiting")),
    gauge("leadflow_due_lag_seconds", "For how long the oldest entry has been due", due.lagMs / 1_000),
    gauge("leadflow_due_overdue", `Entries that are due and were not looked at, ${MOST} at most`, due.count),
    gauge("leadflow_step_slots_free", "Steps that could start in this process now", worker.room.free),
    gauge(
      "leadflow_step_queue_depth",
      "Executions whose steps wait for a slot of this process",
      worker.room.waiting,
    ),
    stepsOf(meters),
    commitsOf(store),
    gauge("leadflow_uncertain", `Sends of which nobody knows the result, ${MOST} at most`, uncertain),
    gauge("leadflow_alerts_open", `Incidents that are open, ${MOST} at most`, incidents),
    gauge("leadflow_inbox", `Cards in the inbox, ${MOST} at most`, tasks),
  ];
}

function gauge(name: string, help: string, value: number): Measured {
  return { name, help, type: "gauge", samples: [{ value }] };
}

/** Of the whole database, since there are counters; every process says the same. */
async function ofExecutions(deps: MeasuredDeps): Promise<Measured> {
  const { counts } = await unfolded(deps, async () => {
    const tally = tallyOf(await readRaws(deps.store));
    const total = await deps.store.get<CountRecord>(keys.countTotal(ALL));
    if (total) addTally(tally, readSlot(total.value, "0"));
    return tally;
  });
  return {
    name: "leadflow_executions_total",
    help: "Executions by what happened to them; children and tests are not counted",
    type: "counter",
    samples: STARTED_AND_ENDED.map((status) => ({ labels: { status }, value: counts[status] ?? 0 })),
  };
}

/** What is due and still there: what a process has taken is due later, at the end of its lease. */
async function overdue(store: Store, now: number): Promise<{ lagMs: number; count: number }> {
  const found = await Promise.all(
    Array.from({ length: SHARDS }, async (_, shard) => {
      const selector = { start: ["due", shard, 0, 0], end: ["due", shard, 0, now] };
      const entries = await store.keys({ selector, limit: MOST / SHARDS });
      return { count: entries.length, lagMs: entries[0] ? now - Number(entries[0][3]) : 0 };
    }),
  );
  return {
    lagMs: Math.max(...found.map(({ lagMs }) => lagMs)),
    count: found.reduce((all, { count }) => all + count, 0),
  };
}

async function counted(store: Store, selector: Deno.KvListSelector): Promise<number> {
  return (await store.keys({ selector, limit: MOST })).length;
}

function stepsOf({ steps }: Pick<Meters, "steps">): Measured {
  return {
    name: "leadflow_steps_total",
    help: "Steps of this process since it began, by type of node and result",
    type: "counter",
    samples: [...steps].flatMap(([type, results]) =>
      [...results].map(([result, value]) => ({ labels: { type, result }, value }))
    ),
  };
}

function commitsOf(store: Store): Measured {
  const { count, sum, buckets } = store.timing.read();
  return {
    name: "leadflow_commit_duration_seconds",
    help: "How long commits of this process took",
    type: "histogram",
    samples: [
      ...buckets.map(({ le, count: value }) => ({
        suffix: "bucket" as const,
        labels: { le: String(le) },
        value,
      })),
      { suffix: "bucket", labels: { le: "+Inf" }, value: count },
      { suffix: "sum", value: sum },
      { suffix: "count", value: count },
    ],
  };
}
