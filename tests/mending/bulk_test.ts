import assert from "node:assert/strict";
import type { Actor } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import { ManualClock } from "../helpers/clock.ts";
import type { Opened } from "../helpers/engine.ts";
import {
  ANN,
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

// What died mid-way leaves its timers behind, as a killed process does.
const unclean = { sanitizeOps: false, sanitizeResources: false };
const BOSS: Actor = { userId: "boss", name: "Ann" };

/** A workflow whose only step fails until `mended`, and so many executions of it. */
async function failures(house: Opened, count: number): Promise<{ id: string; mend(): void }> {
  let broken = true;
  house.probe.answer = () =>
    broken ? { kind: "fail", failure: { code: "x", message: "no", retryable: false } } : { kind: "done" };
  const id = await publish(house.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  for (let i = 0; i < count; i++) await hook(house.engine, "go", { i });
  await house.until(async () => (await withStatus(house, "failed")).length === count);
  house.probe.calls.length = 0;
  return { id, mend: () => broken = false };
}

async function withStatus(house: Opened, status: "failed" | "completed" | "waiting"): Promise<string[]> {
  const { items } = await house.engine.executions.list({ limit: 200, status });
  return items.map(({ id }) => id);
}

async function ended(house: Opened, id: string): Promise<BulkJob> {
  await house.until(async () => (await house.engine.mending.bulkJob(id)).status !== "running");
  await house.settle();
  return await house.engine.mending.bulkJob(id);
}

Deno.test("count() finds what the action can act on and changes nothing", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id } = await failures(house, 23);
  const before = await house.store.keys({ selector: { prefix: [] } });
  const filter = { workflowId: id };
  const retry = await engine.mending.count({ action: "retry", filter });
  assert.deepEqual([retry.count, retry.sample.length, retry.truncated, retry.perSecond], [23, 20, false, 10]);
  assert.deepEqual(retry.sample, (await withStatus(house, "failed")).slice(0, 20));
  assert.equal((await engine.mending.count({ action: "cancel", filter })).count, 0, "all have settled");
  assert.equal((await engine.mending.count({ action: "replay", filter: { status: "completed" } })).count, 0);
  assert.equal((await engine.mending.count({ action: "retry", filter: { workflowId: "none" } })).count, 0);
  const day = 86_400_000;
  const around = (from: number, to: number): { from: string; to: string } => ({
    from: new Date(house.clock.now + from).toISOString(),
    to: new Date(house.clock.now + to).toISOString(),
  });
  assert.equal((await engine.mending.count({ action: "retry", filter: around(-day, day) })).count, 23);
  assert.equal((await engine.mending.count({ action: "retry", filter: around(day, 2 * day) })).count, 0);
  assert.equal((await engine.mending.count({ action: "retry", filter: around(-3 * day, -day) })).count, 0);
  assert.deepEqual(await house.store.keys({ selector: { prefix: [] } }), before);
});

Deno.test("startBulk() retries what was counted, ten a second, and says what came of it", async () => {
  await using house = await openEngine();
  const { engine, probe, clock } = house;
  const { id, mend } = await failures(house, 25);
  mend();
  const began = clock.now;
  const job = await engine.mending.startBulk(
    { action: "retry", filter: { workflowId: id }, expect: 25 },
    {},
    BOSS,
  );
  assert.deepEqual([job.status, job.count, job.done, job.by], ["running", 25, 0, "Ann"]);
  // What fails or is retried from here on is not of the set.
  const seen: number[] = [];
  await house.until(async () => {
    seen.push((await engine.mending.bulkJob(job.id)).done);
    return (await engine.mending.bulkJob(job.id)).status === "completed";
  });
  const over = await engine.mending.bulkJob(job.id);
  assert.deepEqual([over.done, over.skipped, over.failed, over.reasons], [25, 0, 0, []]);
  const took = clock.now - began;
  assert.ok(took >= 2_000 && took <= 3_500, `25 at ten a second took ${took} ms`);
  assert.ok(seen.includes(10) && seen.includes(20), seen.join());
  await house.until(async () => (await withStatus(house, "completed")).length === 25);
  assert.equal(probe.calls.length, 25);
  assert.deepEqual((await engine.mending.bulkJobs({ limit: 10 })).items.map((one) => one.id), [job.id]);
  await oracle(house.store);
});

Deno.test("startBulk() refuses another count, none at all, and a version where there is none to choose", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await failures(house, 2);
  const refused = async (
    input: Parameters<typeof engine.mending.startBulk>[0],
    status: number,
  ): Promise<void> => {
    await assert.rejects(
      engine.mending.startBulk(input, {}, BOSS),
      (error: unknown) => error instanceof EngineError && error.status === status,
      JSON.stringify(input),
    );
  };
  await refused({ action: "retry", filter: {} }, 422);
  await refused({ action: "retry", filter: {}, expect: 3 }, 409);
  await refused({ action: "cancel", filter: {}, expect: 0 }, 409);
  await refused({ action: "retry", filter: {}, expect: 2, version: "latest" }, 422);
  assert.deepEqual((await engine.mending.bulkJobs({ limit: 10 })).items, []);
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["bulk_ids"] } }), []);
});

Deno.test("a bulk action skips what has changed meanwhile, with the reason and its count", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { mend } = await failures(house, 4);
  mend();
  const [newest, second] = await withStatus(house, "failed");
  const job = await engine.mending.startBulk({ action: "retry", filter: {}, expect: 4 }, {}, BOSS);
  for (const id of [newest!, second!]) await engine.executions.retry(id, {}, ANN);
  const over = await ended(house, job.id);
  assert.deepEqual([over.done, over.skipped, over.failed], [2, 2, 0]);
  assert.equal(over.reasons.reduce((sum, { count }) => sum + count, 0), 2);
  assert.match(over.reasons[0]!.text, /only a failed one can be retried/);
  assert.equal(over.done + over.skipped + over.failed, over.count);
});

Deno.test("a bulk replay makes one new execution of each, with the newest version where asked", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const { id, mend } = await failures(house, 12);
  mend();
  const originals = await withStatus(house, "failed");
  const graph = await engine.workflows.get(id);
  await engine.workflows.save(id, graph.revision, {
    nodes: [hookNode("go"), node("a", "probe"), node("b", "probe")],
    edges: chain("hook", "a", "b"),
  }, ANN);
  await engine.workflows.publish(id, {}, ANN);
  const input = { action: "replay", filter: { status: "failed" }, version: "latest", expect: 12 } as const;
  const options = { idempotencyKey: "k" };
  const [job, again] = await Promise.all([
    engine.mending.startBulk(input, options, BOSS),
    engine.mending.startBulk(input, options, BOSS),
  ]);
  assert.equal(job.id, again.id, "the same request twice is one action");
  const over = await ended(house, job.id);
  assert.deepEqual([over.done, over.failed, over.skipped], [12, 0, 0]);
  await house.until(async () => (await withStatus(house, "completed")).length === 12);
  for (const original of originals) {
    const { replayedAs } = await engine.executions.get(original);
    assert.equal(replayedAs?.length, 1);
    assert.equal((await engine.executions.get(replayedAs![0]!)).version, 2);
  }
  await oracle(house.store);
});

Deno.test("cancelBulk() stops it: what has been done stays done, nothing follows", async () => {
  await using house = await openEngine();
  const { engine, clock } = house;
  const { mend } = await failures(house, 40);
  mend();
  const job = await engine.mending.startBulk({ action: "retry", filter: {}, expect: 40 }, {}, BOSS);
  await house.until(async () => (await engine.mending.bulkJob(job.id)).done === 10);
  const stopped = await engine.mending.cancelBulk(job.id, BOSS);
  assert.equal(stopped.status, "cancelled");
  assert.equal((await engine.mending.cancelBulk(job.id, BOSS)).status, "cancelled");
  clock.advance(60_000);
  await house.settle();
  const after = await engine.mending.bulkJob(job.id);
  assert.deepEqual([after.done, after.status], [10, "cancelled"]);
  assert.equal((await withStatus(house, "failed")).length, 30);
  await assert.rejects(engine.mending.cancelBulk("none", BOSS), /No bulk action/);
  // Kept as long as executions are, then forgotten with all that belongs to it.
  clock.advance(31 * 86_400_000);
  await house.until(async () => (await house.store.keys({ selector: { prefix: ["bulk"] } })).length === 0);
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["bulk_ids"] } }), []);
});

for (const fault of ["crash before", "crash after"] as const) {
  for (const nth of [1, 2, 3, 4]) {
    Deno.test({
      ...unclean,
      name: `a bulk replay whose process dies (${fault} of commit ${nth}) goes on in the next: each once`,
      async fn(): Promise<void> {
        const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
        const first = await openEngine({ real, manual, probe });
        const { mend } = await failures(first, 15);
        mend();
        const originals = await withStatus(first, "failed");
        const job = await first.engine.mending.startBulk(
          { action: "replay", filter: { status: "failed" }, expect: 15 },
          {},
          BOSS,
        );
        first.faults.arm({ name: "bulk", nth, fault });
        await Promise.race([first.faults.crashed, first.until(() => first.faults.dead)]);
        assert.ok(first.faults.fired, "the fault never came");
        first.die();
        await using second = await openEngine({ real, manual, probe });
        const over = await ended(second, job.id);
        assert.deepEqual([over.status, over.done, over.skipped, over.failed], ["completed", 15, 0, 0]);
        await second.until(async () => (await withStatus(second, "completed")).length === 15);
        for (const id of originals) {
          assert.equal((await second.engine.executions.get(id)).replayedAs?.length, 1);
        }
        await oracle(second.store);
        real.close();
      },
    });
  }
}

Deno.test({
  ...unclean,
  name: "a bulk retry whose process dies in the middle retries none twice",
  async fn(): Promise<void> {
    for (const nth of [2, 5, 9]) {
      const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
      const first = await openEngine({ real, manual, probe });
      // They fail again: a second retry would show as a second call.
      const { id } = await failures(first, 10);
      const job = await first.engine.mending.startBulk(
        { action: "retry", filter: { workflowId: id }, expect: 10 },
        {},
        BOSS,
      );
      first.faults.arm({ name: "reopen", nth, fault: "crash after" });
      await Promise.race([first.faults.crashed, first.until(() => first.faults.dead)]);
      first.die();
      await using second = await openEngine({ real, manual, probe });
      const over = await ended(second, job.id);
      assert.equal(over.done, 10);
      await second.until(async () => (await withStatus(second, "failed")).length === 10);
      const { totals } = await second.engine.metrics.read({ range: "24h", workflowId: id });
      assert.equal(totals.reopened, 10, `each is reopened once (died at ${nth})`);
      await oracle(second.store);
      real.close();
    }
  },
});

Deno.test("two processes share one bulk action: each execution is acted on once, at one pace", async () => {
  const [real, manual, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  {
    await using first = await openEngine({ real, manual, probe });
    await using second = await openEngine({ real, manual, probe });
    const { mend } = await failures(first, 30);
    mend();
    const began = manual.now;
    const job = await first.engine.mending.startBulk(
      { action: "replay", filter: { status: "failed" }, expect: 30 },
      {},
      BOSS,
    );
    const over = await ended(second, job.id);
    await second.settle();
    assert.deepEqual([over.done, over.skipped, over.failed], [30, 0, 0]);
    assert.ok(manual.now - began >= 2_000, "no faster than one process");
    await first.until(async () => (await withStatus(first, "completed")).length === 30);
    await second.settle();
    await oracle(first.store);
  }
  real.close();
});

Deno.test("startBulk() acts on the executions that were named, and on no others", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const { mend } = await failures(house, 6);
  const [newest, second, third] = await withStatus(house, "failed");
  // In any order, twice, and with one that there is not.
  const ids = [third!, newest!, "01M00000000000000000000000", newest!];
  const count = await engine.mending.count({ action: "retry", ids });
  assert.deepEqual([count.count, count.sample], [2, [newest, third]]);
  assert.equal((await engine.mending.count({ action: "cancel", ids })).count, 0, "all have settled");
  mend();
  const job = await engine.mending.startBulk({ action: "retry", ids, expect: 2 }, {}, BOSS);
  assert.deepEqual([job.count, job.named, job.filter], [2, true, {}]);
  assert.equal((await ended(house, job.id)).done, 2);
  await house.until(async () => (await withStatus(house, "completed")).length === 2);
  assert.deepEqual(probe.calls.map(({ executionId }) => executionId).sort(), [newest, third].sort());
  assert.ok((await withStatus(house, "failed")).includes(second!));
  await assert.rejects(
    engine.mending.startBulk({ action: "retry", ids, expect: 2 }, {}, BOSS),
    (error) =>
      error instanceof EngineError && error.status === 409 && /to 0 by now, not 2/.test(error.message),
  );
  await oracle(house.store);
});
