import assert from "node:assert/strict";
import type { Mail } from "../../engine/core/state.ts";
import { EMPTY } from "../../engine/store/executions.ts";
import { keys, shardOf } from "../../engine/store/keys.ts";
import { encode } from "../../engine/store/store.ts";
import {
  ANN,
  chain,
  createProbe,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

interface Failing {
  house: Opened;
  id: string;
  mend(): void;
  /** The step beside it ends. */
  release(): void;
}

/** Beside a step that runs, one has failed, with another behind it. */
async function failing(options: OpenOptions = {}): Promise<Failing> {
  const probe = createProbe();
  const gate = Promise.withResolvers<void>();
  let mended = false;
  probe.answer = async ({ nodeId }) => {
    if (nodeId === "slow") await gate.promise;
    if (nodeId !== "bad" || mended) return { kind: "done" };
    return { kind: "fail", failure: { code: "http_401", message: "401", retryable: false } };
  };
  const house = await openEngine({ ...options, probe });
  await publish(
    house.engine,
    [hookNode("go"), ...["slow", "bad", "after"].map((id) => node(id, "probe"))],
    [...chain("hook", "slow"), ...chain("hook", "bad", "after")],
  );
  const { executionId: id } = await hook(house.engine, "go");
  await house.until(async () => await house.engine.inbox.count() === 1);
  return { house, id, mend: () => mended = true, release: () => gate.resolve() };
}

Deno.test("retry of a failed step from the inbox goes on at once, while its siblings run", async () => {
  const { house, id, mend, release } = await failing();
  await using _ = house;
  const { engine, probe } = house;
  mend();
  await engine.inbox.complete(`${id}.bad.1`, { outcome: "retry" }, ANN);
  await house.until(async () => (await statuses(engine, id)).after === "completed", 2_000);
  assert.deepEqual(await statuses(engine, id), {
    hook: "completed",
    slow: "running",
    bad: "completed",
    after: "completed",
  });
  assert.equal(await engine.inbox.count(), 0);
  await assert.rejects(engine.executions.retry(id, {}, ANN), { status: 409 });
  release();
  await house.until(() => isOver(engine, id));
  assert.equal((await engine.executions.get(id)).status, "completed");
  const keysUsed = probe.calls.filter(({ nodeId }) => nodeId === "bad").map(({ key }) => key);
  assert.deepEqual(keysUsed, [`${id}.bad.1`, `${id}.bad.1`], "the same key");
  await oracle(house.store);
});

Deno.test("retry() of what another process runs reaches it, once however often it is asked for", async () => {
  const { house, id, mend, release } = await failing();
  await using _ = house;
  await using other = await openEngine({ real: house.real, manual: house.clock, probe: house.probe });
  mend();
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await other.engine.executions.retry(id, { nodeId: "bad" }, ANN), { steps: ["bad"] });
  }
  await house.until(async () => (await statuses(house.engine, id)).after === "completed", 5_000);
  assert.equal(house.probe.calls.filter(({ nodeId }) => nodeId === "bad").length, 2);
  release();
  await house.until(() => isOver(house.engine, id));
  await oracle(house.store);
});

Deno.test("a retry that was written while the execution settled opens it again", async () => {
  const { house, id, mend, release } = await failing();
  await using _ = house;
  mend();
  const at = house.clock.now + 5_000;
  const mail: Mail = { kind: "retry", nodeIds: ["bad"], at };
  await house.store.commit({
    name: "mail",
    sets: [
      { key: keys.mail(id, "01RETRY"), value: encode({ v: 1, ...mail }) },
      { key: keys.due(shardOf(id), 0, at, "mail", id), value: EMPTY },
    ],
  });
  release();
  await house.until(() => isOver(house.engine, id), 1_000);
  assert.equal((await house.engine.executions.get(id)).status, "failed");
  await house.until(async () => (await house.engine.executions.get(id)).status === "completed", 10_000);
  assert.equal(await house.engine.inbox.count(), 0);
  await oracle(house.store);
});

Deno.test("retry() of what is cancelled, or has nothing failed, is refused and changes nothing", async () => {
  const { house, id, release } = await failing();
  await using _ = house;
  const { engine } = house;
  await assert.rejects(engine.executions.retry(id, { nodeId: "slow" }, ANN), { status: 409 });
  await engine.executions.cancel(id, {}, ANN);
  await assert.rejects(engine.executions.retry(id, {}, ANN), { status: 409 });
  release();
  await house.until(() => isOver(engine, id));
  assert.equal((await engine.executions.get(id)).status, "cancelled");
  await oracle(house.store);
});
