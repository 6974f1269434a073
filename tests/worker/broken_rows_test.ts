/** Rows that do not parse: set aside and told, never deleted, and nothing beside them stops. */
import assert from "node:assert/strict";
import { keys, shardOf } from "../../engine/store/keys.ts";
import type { Key } from "../../engine/store/keys.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  chain,
  createProbe,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const GARBAGE = new TextEncoder().encode('{"v":1,"nodes":"cq');
const MINUTE_MS = 60_000;

/** Webhook → wait → probe, so that everything is due later. */
async function waiting(house: Opened, count: number): Promise<string[]> {
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("pause", "wait", { kind: "for", duration: { value: 1, unit: "minutes" } }),
      node("after", "probe"),
    ],
    chain("hook", "pause", "after"),
  );
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await hook(house.engine, "go", { n: i })).executionId);
  return ids;
}

async function rowsCheck(house: Opened): Promise<string> {
  const { checks, ok } = await house.engine.ready();
  assert.ok(ok, "what stands beside is served");
  return checks.find(({ name }) => name === "rows")!.detail;
}

/** What a head could hold that is JSON and no head. */
const HEADS: { readonly [what: string]: Uint8Array | string } = {
  "half a text": GARBAGE,
  "no bytes": "text",
  "a list": new TextEncoder().encode("[1]"),
  "a later version": new TextEncoder().encode('{"v":2}'),
  "an unknown status": new TextEncoder().encode(
    '{"v":1,"id":"x","status":"waiting","createdAt":1,"seq":1,"nodes":"cZ","steps":{}}',
  ),
  "steps that are none": new TextEncoder().encode(
    '{"v":1,"id":"x","status":"waiting","createdAt":1,"seq":1,"nodes":"c","steps":{"a":null}}',
  ),
};

for (const [what, value] of Object.entries(HEADS)) {
  Deno.test(`a head that is ${what} is set aside, and its neighbours wake on time`, async () => {
    const [real, clock, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
    const first = await openEngine({ real, manual: clock, probe });
    const ids = await waiting(first, 20);
    first.die();
    const broken = ids[7]!;
    const entry = await real.get(keys.execution(broken));
    await real.set(keys.execution(broken), value);
    await using house = await openEngine({ real, manual: clock, probe });
    clock.advance(MINUTE_MS - 1_000);
    for (const id of ids) {
      if (id !== broken) await house.until(() => isOver(house.engine, id), 5_000);
    }
    assert.equal(probe.calls.length, 19);
    assert.match(await rowsCheck(house), new RegExp(`^1 set aside .*execution/${broken}$`));
    const { items } = await house.engine.executions.list({ limit: 50 });
    assert.equal(items.length, 19, "the list passes it over");
    await assert.rejects(house.engine.executions.get(broken), { slug: "row-broken", status: 500 });
    assert.deepEqual((await real.get(keys.execution(broken))).value, value, "it stays as it is");
    const told = house.logs.filter(({ event }) => event === "row_set_aside");
    assert.equal(told.length, 1, "told once, however often it is met");

    // Somebody mends it.
    await real.set(keys.execution(broken), entry.value);
    await house.until(() => isOver(house.engine, broken), 3 * MINUTE_MS);
    assert.equal(await rowsCheck(house), "all that were read parse");
    real.close();
  });
}

Deno.test("a death beside a head that does not parse: what the dead process ran goes on", async () => {
  const [real, clock, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  probe.answer = ({ attempt }) => attempt === 1 ? new Promise(() => {}) : { kind: "done" };
  const dying = await openEngine({ real, manual: clock, probe });
  await publish(dying.engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const ids: string[] = [];
  for (let i = 0; i < 8; i++) ids.push((await hook(dying.engine, "go")).executionId);
  await dying.settle();
  dying.die();
  await real.set(keys.execution(ids[0]!), GARBAGE);
  await using house = await openEngine({ real, manual: clock, probe });
  for (const id of ids.slice(1)) await house.until(() => isOver(house.engine, id), 2 * MINUTE_MS);
  assert.equal((await house.engine.executions.list({ limit: 50 })).items.length, 7);
  real.close();
});

Deno.test("due entries that say nothing, and rows of mail, feed and inbox that do not parse, stop nobody", async () => {
  await using house = await openEngine();
  const { engine, real, clock } = house;
  const ids = await waiting(house, 10);
  const shard = shardOf(ids[0]!);
  const at = clock.now + 1_000;
  const rows: Key[] = [
    keys.mail(ids[0]!, "01BROKEN"),
    keys.feed("00000000000000000001"),
    keys.attention(`${ids[1]}.after.1`),
    keys.signal("01LEAD", "00000000000000000001"),
    keys.lead("01LEAD"),
    keys.event(ids[2]!, 1),
  ];
  for (const key of rows) await real.set(key, GARBAGE);
  for (const key of [["due", shard, 0, at, "nonsense", "x"], ["due", shard, 0, at, "execution", 7]]) {
    await real.set(key, GARBAGE);
  }
  await real.set(keys.due(shard, 0, at, "mail", ids[0]!), GARBAGE);
  await real.set(keys.due(shard, 0, at, "deliver", "01LEAD"), GARBAGE);
  await real.set(keys.due(shard, 0, at, "bulk", "01NONE"), GARBAGE);
  for (const id of ids) await house.until(() => isOver(engine, id), 2 * MINUTE_MS);
  assert.equal(house.probe.calls.length, 10);
  assert.equal((await engine.executions.list({ limit: 50 })).items.length, 10);
  await engine.inbox.list({ limit: 50 });
  assert.deepEqual((await engine.leads.list({ limit: 50 })).items, []);
  const events = await engine.executions.events(ids[2]!, {});
  assert.ok(events.length > 0, "what can be read of its history is shown");
  for (const key of rows) assert.notEqual((await real.get(key)).versionstamp, null, `${key.join()} stays`);
  const told = house.logs.filter(({ event }) => event === "row_set_aside").map(({ fields }) =>
    String(fields.error)
  );
  for (const kind of ["mail", "attention", "event", "due"]) {
    assert.ok(told.some((line) => line.includes(`row ${kind}/`)), `${kind} in ${told.join("\n")}`);
  }
  assert.equal(new Set(told).size, told.length, "each is told once");
  assert.ok(!house.logs.some(({ event }) => event === "look_failed"), "the loop went on");
});

Deno.test("a process starts over a database in which rows of every kind do not parse", async () => {
  const [real, clock, probe] = [await emptyDatabase(), new ManualClock(), createProbe()];
  const first = await openEngine({ real, manual: clock, probe });
  const ids = await waiting(first, 3);
  const broken = await first.engine.workflows.create(
    { name: "Broken", nodes: [], edges: [], settings: {} },
    { userId: "ann", name: "Ann" },
  );
  first.die();
  await real.set(keys.workflow(broken.id), GARBAGE);
  await real.set(keys.secret("token"), GARBAGE);
  await real.set(keys.session("hash"), GARBAGE);
  await using house = await openEngine({ real, manual: clock, probe });
  for (const id of ids) await house.until(() => isOver(house.engine, id), 2 * MINUTE_MS);
  assert.equal((await house.engine.workflows.list({ limit: 10 })).items.length, 1);
  assert.match(await rowsCheck(house), /secret/);
  assert.doesNotMatch(await rowsCheck(house), /token/, "names of secrets are nobody's business there");
  real.close();
});
