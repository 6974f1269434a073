/** Metrics are true: after a life of accidents the counters of each workflow and hour equal a recount of what happened. */
import { EngineError } from "../../engine/errors.ts";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import { loadExecutions } from "../../engine/store/executions.ts";
import { isSettled } from "../../engine/core/state.ts";
import { ManualClock } from "../helpers/clock.ts";
import { ANN, chain, createProbe, edge, emptyDatabase, hook, hookNode, node } from "../helpers/engine.ts";
import { openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { compareMetrics } from "../helpers/metrics_oracle.ts";
import { oracle } from "../helpers/oracle.ts";
import { chance } from "../processes/chance.ts";
import type { Options, Result } from "./result.ts";

const WORLDS = 12;
const ACTS = 150;
const HOUR = 3_600_000;

const COUNTED = ["executions", "counters", "faults", "reopened", "mended", "folded"] as const;

type Random = () => number;

interface Counts {
  executions: number;
  counters: number;
  faults: number;
  reopened: number;
  mended: number;
  /** Days of workflows whose counters were folded. */
  folded: number;
}

export async function runMetrics({ seed }: Options): Promise<Result> {
  const sum: Counts = { executions: 0, counters: 0, faults: 0, reopened: 0, mended: 0, folded: 0 };
  const wrong: string[] = [];
  for (let i = 0; i < WORLDS; i++) {
    const found = await world(chance(seed + i)).catch((error) => {
      throw new Error(`--seed ${seed + i}: ${error instanceof Error ? error.stack : String(error)}`);
    });
    for (const name of COUNTED) sum[name] += found[name];
    wrong.push(...found.wrong.map((line) => `--seed ${seed + i}: ${line}`));
  }
  return {
    told: `metrics: ${WORLDS} worlds of ${ACTS} acts, ${sum.executions} executions, ${sum.faults} faults, ` +
      `${sum.reopened} reopened, ${sum.mended} mended, ${sum.folded} days folded: ${sum.counters} times equal a recount, ` +
      `${wrong.length} do not` +
      wrong.slice(0, 10).map((line) => `\n  ${line}`).join(""),
    ok: COUNTED.every((name) => sum[name] > 0) && wrong.length === 0,
  };
}

async function world(random: Random): Promise<Counts & { wrong: string[] }> {
  const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  const open = (): Promise<Opened> => openEngine({ real, manual, probe, random, retentionDays: 1_000 });
  probe.answer = () =>
    random() < 0.2
      ? { kind: "fail", failure: { code: pickCode(random), message: "No", retryable: false } }
      : { kind: "done" };
  let house = await open();
  await publishFlows(house);
  let faults = 0;
  for (let i = 0; i < ACTS; i++) {
    if (random() < 0.1) {
      const fault = FAULTS[Math.floor(random() * FAULTS.length)]!;
      house.faults.arm({ name: null, nth: 1 + Math.floor(random() * 4), fault });
    }
    await Promise.race([act(house, random), house.faults.crashed]);
    await house.settle();
    if (house.faults.fired) faults++;
    if (house.faults.dead) {
      house.die();
      house = await open();
    } else house.faults.fired = false;
  }
  house.faults.arm(null);
  await house.until(async () => {
    for (const { id, kind } of await cards(house)) {
      if (kind === "task") await house.engine.inbox.complete(id, { outcome: "Yes" }, ANN).catch(refused);
    }
    return (await house.store.keys({ selector: { prefix: ["live"] }, limit: 1 })).length === 0;
  }, 40 * HOUR);
  await oracle(house.store);
  const found = await compare(house);
  await house.engine.stop();
  house.die();
  real.close();
  return { ...found, faults };
}

function pickCode(random: Random): string {
  return ["http_401", "http_500", "timeout"][Math.floor(random() * 3)]!;
}

async function cards({ engine }: Opened): Promise<InboxItem[]> {
  const found: InboxItem[] = [];
  for (let cursor: string | null = null;;) {
    const page = await engine.inbox.list({ limit: 100, ...(cursor ? { cursor } : {}) });
    found.push(...page.items);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

async function publishFlows({ engine }: Opened): Promise<void> {
  const pause = node("pause", "wait", { kind: "for", duration: { value: 2, unit: "hours" } });
  const ask = node("ask", "task", { title: "Call", outcomes: ["Yes", "No"] });
  await publish(engine, [hookNode("short"), node("a", "probe")], chain("hook", "a"));
  await publish(
    engine,
    [hookNode("long"), pause, node("b", "probe"), ask],
    chain("hook", "pause", "b", "ask"),
  );
  const loop = node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 });
  await publish(
    engine,
    [hookNode("loop"), loop, node("work", "probe")],
    [edge("hook", "loop"), edge("loop", "work", "each")],
  );
}

function refused(error: unknown): void {
  if (!(error instanceof EngineError)) throw error;
}

/** Something that people, callers or time do. */
async function act({ engine, clock }: Opened, random: Random): Promise<void> {
  const pick = async (status: "failed" | "waiting" | "running"): Promise<string> =>
    (await engine.executions.list({ status, limit: 1 })).items[0]?.id ?? "none";
  const acts = [
    () => hook(engine, "short", { email: `lead-${Math.floor(random() * 20)}@example.com` }),
    () => hook(engine, "long"),
    () => hook(engine, "loop", { list: ["a", "b", "c"] }),
    async () => await engine.executions.retry(await pick("failed"), {}, ANN),
    async () => await engine.executions.cancel(await pick("waiting"), {}, ANN),
    async () => await engine.mending.replay(await pick("failed"), {}, {}, ANN),
    () => Promise.resolve(clock.advance(Math.floor(random() * HOUR))),
  ];
  await acts[Math.floor(random() * acts.length)]!().catch(refused);
}

/** Every counter and record beside what the event log says of the same. */
async function compare({ store, engine }: Opened): Promise<Omit<Counts, "faults"> & { wrong: string[] }> {
  const ids = (await store.keys({ selector: { prefix: ["execution"] } })).map((key) => String(key[1]));
  const states = (await loadExecutions(store, ids)).map((loaded) => loaded!.state);
  for (const state of states) if (!isSettled(state)) throw new Error(`${state.id} has not settled`);
  const { problems, compared, reopened, mended } = await compareMetrics(
    store,
    new Map(states.map((state) => [state.id, state])),
  );
  const folded = (await store.keys({ selector: { prefix: ["count_hours"] } })).length;
  const { totals } = await engine.metrics.read({ range: "30d" });
  const own = states.filter(({ parent }) => !parent);
  const told =
    `the answer says ${totals.executions} executions and ${totals.active} active, there are ${own.length}`;
  const wrong = totals.executions === own.length && totals.active === 0 ? problems : [...problems, told];
  return { executions: ids.length, counters: compared - problems.length, folded, reopened, mended, wrong };
}
