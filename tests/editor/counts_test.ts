/**
 * Counts per node equal the executions list, whatever happened. `LEADFLOW_TEST_COUNTS` sets how many schedules are
 * played, `LEADFLOW_TEST_SEED` plays one alone.
 */
import assert from "node:assert/strict";
import type { NodeCount } from "../../engine/schemas/node_counts.ts";
import { decode, encode } from "../../engine/store/store.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, publish } from "../helpers/engine.ts";
import { FAULTS } from "../helpers/faulty_kv.ts";
import { oracle } from "../helpers/oracle.ts";
import { openEditor } from "./house.ts";
import type { EditorHouse } from "./house.ts";

const SCHEDULES = Number(Deno.env.get("LEADFLOW_TEST_COUNTS") ?? 12);
const SEED = Deno.env.get("LEADFLOW_TEST_SEED");
const WORDS = ["entered", "active", "waiting", "passed", "failed", "skipped", "cancelled"] as const;
const DAY_MS = 86_400_000;

type Counts = { [nodeId: string]: Partial<NodeCount> };

/** By node what is not 0. */
async function counted(house: EditorHouse, id: string): Promise<Counts> {
  const { status, body } = await house.ask<{ items: NodeCount[] }>("GET", `/api/workflow/${id}/counts`);
  assert.equal(status, 200);
  return Object.fromEntries(
    body.items.map(({ nodeId, rounds: _, ...counts }) =>
      [nodeId, Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0))] as const
    ).filter(([, counts]) => Object.keys(counts).length > 0),
  );
}

/** The same by asking the list for every node and every word, page by page. */
async function listed(house: EditorHouse, id: string, nodeIds: readonly string[]): Promise<Counts> {
  const found: Counts = {};
  for (const nodeId of nodeIds) {
    for (const word of WORDS) {
      let cursor = "";
      do {
        const query = new URLSearchParams({ workflowId: id, nodeId, nodeStatus: word, limit: "3" });
        if (cursor) query.set("cursor", cursor);
        const { status, body } = await house.ask<{ items: unknown[]; nextCursor: string | null }>(
          "GET",
          `/api/monitoring/executions?${query}`,
        );
        assert.equal(status, 200);
        if (body.items.length > 0) {
          const counts = found[nodeId] ??= {};
          counts[word] = (counts[word] ?? 0) + body.items.length;
        }
        cursor = body.nextCursor ?? "";
      } while (cursor);
    }
  }
  return found;
}

async function sameAsList(house: EditorHouse, id: string, nodeIds: readonly string[]): Promise<Counts> {
  for (;;) {
    const counts = await counted(house, id);
    const list = await listed(house, id, nodeIds);
    // Forgetting pauses for breath: what was counted before a list that took so long may be gone in it.
    if (JSON.stringify(counts) !== JSON.stringify(await counted(house, id))) continue;
    assert.deepEqual(counts, list);
    return counts;
  }
}

function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761 >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, state | 1);
    mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
    return ((mixed ^ mixed >>> 14) >>> 0) / 4_294_967_296;
  };
}

const NODES = [
  hookNode("counts"),
  node("start", "trigger_manual"),
  node("hot", "condition", { all: [{ field: "trigger.body.n", op: "gt", value: 4 }] }),
  node("act", "probe", { say: "act" }, { retry: { maxRetries: 1, backoffMs: 1_000 } }),
  node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
  node("ask", "task", { title: "Ask", outcomes: ["Yes", "No"] }),
  node("loop", "for_each", { items: "{{ trigger.body.items }}", concurrency: 3 }),
  node("round", "probe", { say: "round" }),
  node("mend", "set", { fields: [{ name: "a", value: "1" }] }),
  node("end", "set", { fields: [{ name: "b", value: "2" }] }),
];
const EDGES = [
  edge("hook", "hot"),
  edge("start", "hot"),
  edge("hot", "act", "true"),
  edge("hot", "ask", "false"),
  edge("act", "pause"),
  edge("act", "mend", "a"),
  edge("pause", "loop"),
  edge("loop", "round", "each"),
  edge("loop", "end"),
  edge("ask", "end", "Yes"),
];
const IDS = NODES.map(({ id }) => id);

async function play(seed: number): Promise<number> {
  const random = randomOf(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  await using house = await openEditor({ random });
  const { engine, probe, faults } = house;
  probe.answer = () =>
    random() < 0.3
      ? { kind: "fail", failure: { code: "down", message: "Down", retryable: random() < 0.5 } }
      : { kind: "done", port: random() < 0.2 ? "a" : "out" };
  const id = await publish(engine, NODES, EDGES);
  const ids: string[] = [];
  let fired = 0;
  for (let turn = 0; turn < 25; turn++) {
    const fault = pick(FAULTS.filter((each) => !each.startsWith("crash")));
    if (fault && random() < 0.6) faults.arm({ name: null, nth: 1 + Math.floor(random() * 4), fault });
    const chosen = pick(ids) ?? "";
    const act = Math.floor(random() * 6);
    // Whoever is too late, or asked twice, is refused: that changes nothing either.
    if (act <= 1 || ids.length === 0) {
      const n = Math.floor(random() * 10);
      const items = Array.from({ length: n % 3 }, (_, i) => i);
      ids.push((await hook(engine, "counts", { n, items })).executionId);
    } else if (act === 2) await engine.executions.cancel(chosen, {}, ANN).catch(() => {});
    else if (act === 3) await engine.executions.retry(chosen, {}, ANN).catch(() => {});
    else if (act === 4) {
      const card = pick((await engine.inbox.list({ limit: 20 })).items.filter(({ kind }) => kind === "task"));
      if (card) await engine.inbox.complete(card.id, { outcome: pick(["Yes", "No"])! }, ANN).catch(() => {});
    } else house.clock.advance(pick([1_000, 600_000, 3_700_000, 20 * DAY_MS])!);
    await house.settle();
    if (faults.fired) fired++;
    faults.arm(null);
    if (turn % 8 === 7) await sameAsList(house, id, IDS);
  }
  await sameAsList(house, id, IDS);
  await oracle(house.store, { recount: false });
  // What has settled is forgotten, and with it what was counted; what waits for a person stays.
  const total = async (): Promise<number> =>
    (await engine.executions.list({ workflowId: id, limit: 200 })).items.length;
  await house.until(
    async () => ((await counted(house, id)).ask?.waiting ?? 0) === await total(),
    80 * DAY_MS,
  );
  assert.equal((await sameAsList(house, id, IDS)).hook?.passed ?? 0, await total());
  await oracle(house.store, { recount: false });
  return fired;
}

Deno.test("GET counts equals the executions list after random runs with faults, retries, cancels and forgetting", async () => {
  let fired = 0;
  const seeds = SEED === undefined ? Array.from({ length: SCHEDULES }, (_, i) => i + 1) : [Number(SEED)];
  for (const seed of seeds) {
    try {
      fired += await play(seed);
    } catch (error) {
      throw new Error(`With seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  assert.ok(SEED !== undefined || fired > SCHEDULES, `${fired} faults`);
});

Deno.test("GET counts says where executions stand, rounds of loops apart", async () => {
  await using house = await openEditor();
  const { engine } = house;
  const id = await publish(engine, NODES, EDGES);
  for (const n of [1, 2, 9]) await hook(engine, "counts", { n, items: [1, 2, 3, 4] });
  await house.until(async () => (await counted(house, id)).pause?.waiting === 1);
  assert.deepEqual(await sameAsList(house, id, IDS), {
    hook: { entered: 3, passed: 3 },
    start: { skipped: 3 },
    hot: { entered: 3, passed: 3 },
    act: { entered: 1, passed: 1, skipped: 2 },
    ask: { entered: 2, waiting: 2, skipped: 1 },
    pause: { entered: 1, waiting: 1, skipped: 2 },
    mend: { skipped: 3 },
    loop: { skipped: 2 },
    round: { skipped: 2 },
  });
  await house.until(async () => (await counted(house, id)).end?.passed === 1, 2 * 3_600_000);
  const { body } = await house.ask<{ items: NodeCount[] }>("GET", `/api/workflow/${id}/counts`);
  const round = body.items.find(({ nodeId }) => nodeId === "round");
  assert.deepEqual(round?.rounds, { entered: 4, active: 0, waiting: 0, passed: 4, failed: 0 });
  assert.deepEqual([round.entered, round.skipped], [0, 3]);
  await oracle(house.store);
});

Deno.test("GET counts of a graph in which a hundred steps change at once equals the list, to the last one forgotten", async () => {
  await using house = await openEditor();
  const { engine } = house;
  const row = Array.from({ length: 100 }, (_, i) => node(`n${i}`, "set", { fields: [] }));
  const id = await publish(engine, [
    hookNode("wide"),
    node("way", "condition", { all: [{ field: "trigger.body.all", op: "is_true" }] }),
    ...row,
    node("ask", "task", { title: "Ask", outcomes: ["Yes"] }),
  ], [
    edge("hook", "way"),
    edge("way", "n0", "true"),
    ...chain(...row.map(({ id }) => id)),
    edge("way", "ask", "false"),
  ]);
  const ids: string[] = [];
  for (const all of [true, false, false, true, false]) {
    ids.push((await hook(engine, "wide", { all })).executionId);
  }
  await house.until(() => isOver(engine, ids[3]!));
  const nodeIds = ["hook", "way", "n0", "n15", "n16", "n50", "n99", "ask"];
  const seen = (counts: Counts): Counts =>
    Object.fromEntries(nodeIds.flatMap((nodeId) => counts[nodeId] ? [[nodeId, counts[nodeId]]] : []));
  const blocks = await house.store.keys({ selector: { prefix: ["node_count_block", id] } });
  assert.ok(blocks.length > 0, "they are counted by sixteen");
  assert.deepEqual(seen(await counted(house, id)), await listed(house, id, nodeIds));
  assert.deepEqual((await counted(house, id)).n99, { entered: 2, passed: 2, skipped: 3 });
  await oracle(house.store);
  await engine.executions.cancel(ids[1]!, {}, ANN);
  await house.settle();
  assert.deepEqual(seen(await counted(house, id)), await listed(house, id, nodeIds));
  for (const { id: card } of (await engine.inbox.list({ limit: 9 })).items) {
    await engine.inbox.complete(card, { outcome: "Yes" }, ANN);
  }
  await house.until(
    async () => (await engine.executions.list({ workflowId: id, limit: 9 })).items.length === 0,
    80 * DAY_MS,
  );
  assert.deepEqual(await counted(house, id), {});
  // With the workflow its counters go, too.
  await engine.workflows.remove(id, {}, ANN);
  for (const prefix of ["node_count", "node_count_block"]) {
    assert.deepEqual(await house.store.keys({ selector: { prefix: [prefix, id] } }), []);
  }
});

Deno.test("GET counts leaves alone what was stored before there were counts, until it moves", async () => {
  await using house = await openEditor();
  const { engine, real } = house;
  const id = await publish(engine, NODES, EDGES);
  const ids = [];
  for (let i = 0; i < 2; i++) ids.push((await hook(engine, "counts", { n: 1 })).executionId);
  await house.settle();
  // As they would lie there.
  for (const each of ids) {
    const key = ["execution", each];
    const { c: _, ...head } = decode<{ c?: number }>((await real.get(key)).value);
    await real.set(key, encode(head));
  }
  for await (const { key } of real.list({ prefix: ["node_count", id] })) await real.delete(key);
  house.die();
  await using second = await openEditor({ real, manual: house.clock });
  const [card] = (await second.engine.inbox.list({ limit: 5 })).items;
  await second.engine.inbox.complete(card!.id, { outcome: "Yes" }, ANN);
  await second.until(async () => (await counted(second, id)).end?.passed === 1);
  assert.deepEqual((await counted(second, id)).ask, { entered: 1, passed: 1 });
  await second.engine.executions.cancel(ids.find((each) => each !== card!.executionId)!, {}, ANN);
  await second.until(
    async () => (await second.engine.executions.list({ workflowId: id, limit: 9 })).items.length === 0,
    80 * DAY_MS,
  );
  assert.deepEqual(await counted(second, id), {});
});

Deno.test("GET executions by node refuses half a question, and an action on all that it finds acts on no others", async () => {
  await using house = await openEditor();
  const { engine } = house;
  const id = await publish(engine, NODES, EDGES);
  for (const n of [1, 9, 2]) await hook(engine, "counts", { n });
  await house.until(async () => (await counted(house, id)).pause?.waiting === 1);
  const list = (query: string): Promise<{ status: number; body: { issues: { path: string }[] } }> =>
    house.ask("GET", `/api/monitoring/executions?${query}`);
  const lost = await list("nodeId=ask");
  assert.deepEqual([lost.status, lost.body.issues[0]?.path], [422, "workflowId"]);
  const bare = await list(`workflowId=${id}&nodeStatus=waiting`);
  assert.deepEqual([bare.status, bare.body.issues[0]?.path], [422, "nodeId"]);
  assert.ok((await list(`workflowId=${id}&nodeId=ask&nodeStatus=asleep`)).status >= 400);
  const { count } = await engine.mending.count({
    action: "cancel",
    filter: { workflowId: id, nodeId: "ask", nodeStatus: "waiting" },
  });
  assert.equal(count, 2);
});
