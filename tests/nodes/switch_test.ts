/** The switch over the real engine, and what a graph of it is refused for. */
import assert from "node:assert/strict";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { ANN, edge, hook, hookNode, isOver, node, openEngine, publish, statuses } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { problems } from "./context_fixture.ts";

function atLeast(score: number): JsonObject {
  return { all: [{ field: "lead.score", op: "gte", value: score }] };
}

const CASES = [
  { name: "Hot", when: atLeast(70) },
  { name: "Warm", when: { any: [{ field: "trigger.body.warm", op: "is_true" }, ...[{ ...atLeast(30) }]] } },
  { name: "Also hot", when: atLeast(70) },
];
const NODES = [
  hookNode("go"),
  node("which", "switch", { cases: CASES }),
  ...["hot", "warm", "also", "rest"].map((id) => node(id, "probe")),
];
const EDGES = [
  edge("hook", "which"),
  edge("which", "hot", "Hot"),
  edge("which", "warm", "Warm"),
  edge("which", "also", "Also hot"),
  edge("which", "rest", "otherwise"),
];

async function ranFor(house: Opened, score: number, body: JsonObject = {}): Promise<{
  id: string;
  ran: string[];
}> {
  const email = `lead${score}@example.com`;
  await house.engine.leads.create({ email, score });
  const { executionId: id } = await hook(house.engine, "go", { email, ...body });
  await house.until(() => isOver(house.engine, id));
  const all = await statuses(house.engine, id);
  return {
    id,
    ran: Object.keys(all).filter((name) => !["hook", "which"].includes(name) && all[name] === "completed"),
  };
}

Deno.test("switch goes on by the first case that holds and by nothing else; otherwise by otherwise", async () => {
  await using house = await openEngine();
  await publish(house.engine, NODES, EDGES);
  assert.deepEqual((await ranFor(house, 90)).ran, ["hot"]);
  assert.deepEqual((await ranFor(house, 40)).ran, ["warm"]);
  assert.deepEqual((await ranFor(house, 5)).ran, ["rest"]);
  assert.deepEqual((await ranFor(house, 6, { warm: true })).ran, ["warm"]);
});

Deno.test("switch says which case was taken, and what every case before it compared", async () => {
  await using house = await openEngine();
  await publish(house.engine, NODES, EDGES);
  const step = async (id: string) =>
    (await house.engine.executions.get(id)).steps.find(({ nodeId }) => nodeId === "which");
  const warm = await step((await ranFor(house, 40)).id);
  assert.equal(warm?.reason?.text, '"Warm" — lead.score was 40, needed ≥ 30');
  assert.deepEqual(warm.output, { case: "Warm" });
  const { comparisons } = warm.reason.data as {
    comparisons: { case: string; pass: boolean; actual: unknown }[];
  };
  assert.deepEqual(comparisons.map((one) => [one.case, one.actual, one.pass]), [
    ["Hot", 40, false],
    ["Warm", null, false],
    ["Warm", 40, true],
  ]);
  const rest = await step((await ranFor(house, 5)).id);
  assert.match(rest?.reason?.text ?? "", /^Otherwise — no case holds: lead\.score was 5, needed ≥ 70; /);
});

Deno.test("switch: an edge from a case that is gone is refused at publish, naming those that are there", async () => {
  await using house = await openEngine();
  const { id } = await house.engine.workflows.create({
    name: "Gone",
    nodes: NODES,
    edges: [...EDGES, edge("which", "rest", "Lukewarm")],
    settings: {},
  }, ANN);
  await assert.rejects(house.engine.workflows.publish(id, {}, ANN), (error: { issues: JsonObject[] }) => {
    assert.equal(error.issues.length, 1);
    assert.match(String(error.issues[0]?.message), /no longer has the outcome "Lukewarm"/);
    assert.equal(error.issues[0]?.accepted, "Hot, Warm, Also hot, otherwise");
    return true;
  });
});

Deno.test("switch names what is wrong with its cases", async () => {
  const when = atLeast(1);
  assert.deepEqual(await problems("switch", { cases: [{ name: "A", when }] }), []);
  assert.deepEqual(await problems("switch", { cases: [{ name: "A", when }], otherwise: "otherwise" }), []);
  assert.deepEqual(await problems("switch", { cases: [] }), ["cases"]);
  assert.deepEqual(await problems("switch", { cases: [{ name: "A", when }, { name: "A", when }] }), [
    "cases",
  ]);
  assert.deepEqual(await problems("switch", { cases: [{ name: " ", when }] }), ["cases.0.name"]);
  assert.deepEqual(await problems("switch", { cases: [{ name: "Otherwise", when }] }), ["cases.0.name"]);
  assert.deepEqual(await problems("switch", { cases: [{ name: "A", when: {} }] }), ["cases.0.when"]);
});

Deno.test("switch is decided anew, by a lead that changed, when what it led to was held", async () => {
  await using house = await openEngine();
  const mail = (id: string) => node(id, "email", { to: "{{ lead.email }}", subject: id, text: id });
  const nodes = [
    hookNode("go"),
    node("which", "switch", { cases: CASES.slice(0, 1) }),
    mail("hot"),
    mail("rest"),
  ];
  const edges = [edge("hook", "which"), edge("which", "hot", "Hot"), edge("which", "rest", "otherwise")];
  await publish(house.engine, nodes, edges, {
    timezone: "Europe/Zurich",
    sendWindow: { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" },
  });
  const lead = await house.engine.leads.create({ email: "ann@example.com", score: 90 });
  const { executionId } = await hook(house.engine, "go", { email: lead.email });
  await house.settle();
  assert.equal((await statuses(house.engine, executionId)).hot, "waiting");
  await house.engine.leads.update(lead.id, { score: 10 });
  await house.until(() => isOver(house.engine, executionId), 7 * 86_400_000);
  assert.deepEqual(await statuses(house.engine, executionId), {
    hook: "completed",
    which: "completed",
    hot: "skipped",
    rest: "completed",
  });
});
