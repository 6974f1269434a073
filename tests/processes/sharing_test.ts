/** Several processes on one database file: each step runs in one of them, within its slots, and deaths are made good. */
import assert from "node:assert/strict";
import { Lag } from "../helpers/lag.ts";
import type { Server } from "../helpers/server.ts";
import { House, onlySlow, slowAndWait } from "./house.ts";
import { doubles, mostAtOnce, resumedAfter } from "./step_log.ts";

const SLOTS = 4;

async function accept(servers: readonly Server[], path: string, count: number): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, i) => servers[i % servers.length]!.hook(path, { n: i })),
  );
}

async function allCompleted(server: Server, ids: readonly string[]): Promise<void> {
  const statuses = await Promise.all(ids.map((id) => server.settled(id)));
  assert.deepEqual(statuses.filter((status) => status !== "completed"), []);
}

for (const queue of ["on", "off"]) {
  Deno.test(`three processes, one killed: no step under two leases, none over its slots, all goes on within 2 s, queue ${queue}`, async () => {
    using lag = new Lag();
    await using house = await House.open({
      env: { LEADFLOW_QUEUE: queue, LEADFLOW_CONCURRENCY: String(SLOTS) },
    });
    const servers = [await house.add(), await house.add(), await house.add()];
    const [one, , dying] = servers;
    await one!.publish(slowAndWait("share", 100));
    const ids = await accept(servers, "share", 60);
    // Its slots are full at this moment: it has accepted a third.
    await house.kill(dying!);
    await allCompleted(one!, ids);
    const { lines } = house;
    assert.deepEqual(doubles(lines), []);
    const most = mostAtOnce(lines);
    assert.equal(most.size, 3, "each process ran steps");
    for (const [pid, count] of most) assert.ok(count <= SLOTS, `${pid} ran ${count} at once`);
    const gaps = resumedAfter(lines);
    assert.ok(gaps.length > 0, "the killed process had steps under way");
    assert.ok(Math.max(...gaps) < lag.allowed(2_000), `resumed after ${gaps.join(", ")} ms`);
  });
}

Deno.test("what one process has no room for runs in another, which was not asked", async () => {
  await using house = await House.open({ env: { LEADFLOW_QUEUE: "off", LEADFLOW_CONCURRENCY: "2" } });
  const [one, other] = [await house.add(), await house.add()];
  await one.publish(onlySlow("busy", 50));
  const ids = await accept([one], "busy", 120);
  await allCompleted(one, ids);
  const { lines } = house;
  assert.deepEqual(doubles(lines), []);
  const share = lines.filter(({ what, pid }) => what === "end" && pid === other.pid).length / ids.length;
  assert.ok(share > 0.3 && share < 0.7, `the other ran ${share * 100} %`);
});

Deno.test("a process that is killed takes its waits and its queue to nobody's grave", async () => {
  using lag = new Lag();
  await using house = await House.open({ env: { LEADFLOW_QUEUE: "off", LEADFLOW_CONCURRENCY: "2" } });
  const [one, dying] = [await house.add(), await house.add()];
  await one.publish(slowAndWait("wait", 50, 2));
  const ids = await accept([dying], "wait", 20);
  await house.kill(dying);
  const killed = Date.now();
  await allCompleted(one, ids);
  const { lines } = house;
  assert.deepEqual(doubles(lines), []);
  const first = lines.find(({ what, at, pid }) => what === "start" && at >= killed && pid === one.pid);
  assert.ok(first && first.at - killed < lag.allowed(2_000), `began after ${first && first.at - killed} ms`);
});
