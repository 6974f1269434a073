/** One delivery, one run: the same delivery a hundred times at once, on three engines. */
import assert from "node:assert/strict";
import { ManualClock } from "../helpers/clock.ts";
import { chain, createProbe, emptyDatabase, hook, hookNode, node } from "../helpers/engine.ts";
import { openEngine, publish } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import type { Result } from "./result.ts";

const TRIALS = 1_000;
const AT_ONCE = 100;
const ENGINES = 3;
/** Trials after which all that was accepted has its turn. */
const BREATH = 20;

export async function runDeliveries(): Promise<Result> {
  const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  const houses = await Promise.all(
    Array.from({ length: ENGINES }, () => openEngine({ real, manual, probe, concurrency: 1_000 })),
  );
  const [first] = houses;
  await publish(first!.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  let sent = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const body = { email: `lead-${trial % 50}@example.com`, trial };
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => {
      sent++;
      return hook(houses[i % ENGINES]!.engine, "go", body, { key: `delivery-${trial}` });
    }));
    assert.equal(
      new Set(answers.map(({ executionId }) => executionId)).size,
      1,
      `trial ${trial}: one execution`,
    );
    assert.equal(answers.filter(({ fresh }) => fresh).length, 1, `trial ${trial}: fresh once`);
    if (trial % BREATH === 0) { for (const house of houses) await house.settle(); }
  }
  const left = async (): Promise<number> =>
    (await first!.store.keys({ selector: { prefix: ["live"] } })).length;
  await first!.until(async () => {
    for (const house of houses) await house.settle();
    return await left() === 0;
  });
  const executions = (await first!.store.keys({ selector: { prefix: ["execution"] } })).length;
  const calls = new Set(probe.calls.map(({ key }) => key)).size;
  await oracle(first!.store);
  for (const house of houses) await house.engine.stop();
  for (const house of houses) house.die();
  real.close();
  return {
    told:
      `deliveries: ${TRIALS} deliveries, each ${AT_ONCE} times at once on ${ENGINES} engines, ${sent} sent: ` +
      `${executions} executions, ${probe.calls.length} steps run, ${probe.calls.length - calls} repeated`,
    ok: executions === TRIALS && calls === TRIALS && probe.calls.length === TRIALS,
  };
}
