import { quantile, successRate } from "../core/metrics.ts";
import type { Tally } from "../core/metrics.ts";
import { spanOf } from "../core/metrics_time.ts";
import type { Figure, Figures } from "../schemas/metrics.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { VersionRecord, WorkflowRecord } from "../workflows/record.ts";
import { readCounted, sumOf } from "./metrics_read.ts";
import type { ReadDeps } from "./metrics_read.ts";

const FIVE_MINUTES_MS = 300_000;

/** What the plan promised, from what was really counted; null where there is nothing to count yet. */
export async function readFigures(deps: ReadDeps & { now(): number }): Promise<Figures> {
  const now = deps.now();
  const [counted, workflows] = await Promise.all([
    readCounted(deps, spanOf({ range: "30d" }, now), null, now).then(({ points }) => sumOf(points)),
    ofWorkflows(deps.store),
  ]);
  return { items: [success(counted), ...workflows, mending(counted), rating()] };
}

function success(tally: Tally): Figure {
  const { completed = 0, failed = 0 } = tally.counts;
  return {
    id: "success_rate",
    title: "Executions that succeed",
    value: successRate(tally),
    unit: "share",
    target: 0.95,
    better: "higher",
    count: completed + failed,
    basis: "Completed over completed and failed, in the last 30 days",
  };
}

function mending({ mended, counts }: Tally): Figure {
  return {
    id: "mending",
    title: "From a failure to its mending",
    value: quantile(mended, 0.5),
    unit: "ms",
    target: FIVE_MINUTES_MS,
    better: "lower",
    count: counts.mended ?? 0,
    basis: "Median from the first failure to the completion after a retry, in the last 30 days",
  };
}

function rating(): Figure {
  return {
    id: "rating",
    title: "Rating by its users",
    value: null,
    unit: "stars",
    target: 4.5,
    better: "higher",
    count: 0,
    basis: "Nobody is asked yet",
  };
}

/** From the workflows that there are, without the sample: which were begun on the canvas, and how soon they went live. */
async function ofWorkflows(store: Store): Promise<Figure[]> {
  const made: WorkflowRecord[] = [];
  const selector = { prefix: keys.workflow("").slice(0, 1) };
  for await (const { value } of store.list<WorkflowRecord>({ selector, broken: "pass" })) {
    if (value.deletedAt === undefined && value.origin !== undefined && value.origin !== "sample") {
      made.push(value);
    }
  }
  const drawn = made.filter(({ origin }) => origin === "canvas");
  const live = drawn.filter(({ version }) => version !== null);
  const firsts = await store.getMany<VersionRecord>(live.map(({ id }) => keys.version(id, 1)));
  const took = live.flatMap(({ createdAt }, i) => {
    const first = firsts[i];
    return first ? [first.value.publishedAt - createdAt] : [];
  });
  return [{
    id: "built_on_canvas",
    title: "Workflows built on the canvas",
    value: made.length === 0 ? null : drawn.length / made.length,
    unit: "share",
    target: 0.8,
    better: "higher",
    count: made.length,
    basis: "Begun empty in the editor, over all but the sample; the rest was imported or made by programs",
  }, {
    id: "first_publish",
    title: "From an empty canvas to the first version",
    value: median(took),
    unit: "ms",
    target: FIVE_MINUTES_MS,
    better: "lower",
    count: took.length,
    basis: "Median over workflows that were begun empty in the editor and published",
  }];
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
