/** Attacks by size and by text: refused with the limit named, in a time that does not grow away. */
import assert from "node:assert/strict";
import { fromN8n } from "../../engine/core/import/n8n.ts";
import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import { EngineError, StepError } from "../../engine/errors.ts";
import { refuseOverload } from "../../engine/worker/acceptance.ts";
import { ANN, edge, node, openEngine } from "../helpers/engine.ts";
import { quickest } from "../helpers/quickest.ts";
import { runNode } from "../nodes/context_fixture.ts";

async function refusal(run: Promise<unknown>): Promise<string> {
  const outcome = await run.catch((error: unknown) => error);
  if (outcome instanceof StepError) return outcome.message;
  assert.ok(typeof outcome === "object" && outcome !== null && "failure" in outcome, Deno.inspect(outcome));
  return JSON.stringify(outcome.failure);
}

Deno.test("a loop of more than 10,000 items is refused, and so is a number for a list", async () => {
  const items = Array.from({ length: 10_001 }, (_, i) => i);
  assert.match(await refusal(runNode("for_each", { items })), /10001 items, at most 10000/);
  assert.match(await refusal(runNode("for_each", { items: "1000000000" })), /no list/);
});

Deno.test("a notification's mail goes to nobody that a line break, a bracket or a crowd slips in", async () => {
  const crowd = Array.from({ length: 1_000 }, (_, i) => `a${i}@b.example`).join(",");
  for (const to of ["ann@example.com\r\nBcc: eve@example.com", "a@b.c>,<x@y.z", "ann@example.com\0", crowd]) {
    const message = await refusal(
      runNode("notification", { channel: "email", message: "m", to: to.slice(0, 5_900) }),
    );
    assert.match(message, /Cannot send: to holds/, to.slice(0, 40));
  }
});

Deno.test("a schedule of every second and 10,000 schedules are refused", async () => {
  await using house = await openEngine();
  const { scheduling, workflows } = house.engine;
  await assert.rejects(
    Promise.resolve().then(() => scheduling.preview({ cron: "* * * * * *", count: 1 })),
    { status: 422 },
  );
  const cron = { kind: "cron", cron: "* * * * *", timezone: "UTC" };
  const many = (count: number): ReturnType<typeof workflows.create> => {
    const nodes = Array.from({ length: count }, (_, i) => node(`s${i}`, "trigger_schedule", cron));
    return workflows.create({ name: "w", nodes, edges: [], settings: {} }, ANN);
  };
  await assert.rejects(many(10_000), { status: 422 });
  const { id, issues } = await many(51);
  assert.deepEqual(issues.map(({ accepted }) => accepted), ["at most 50"]);
  await assert.rejects(workflows.publish(id, {}, ANN), { status: 422 });
});

Deno.test("what 10,000 executions in hand leave no room for is 503 with the limit and when to come again", () => {
  refuseOverload({ stopping: false, inHand: 9_999 });
  assert.throws(() => refuseOverload({ stopping: false, inHand: 10_000 }), (error) => {
    assert.ok(error instanceof EngineError);
    assert.deepEqual([error.status, error.retryAfterSeconds], [503, 5]);
    assert.match(error.message, /10000 executions/);
    return true;
  });
});

Deno.test("a port with 501 ways out is saved and never published", async () => {
  await using house = await openEngine();
  const { workflows } = house.engine;
  const many = Array.from({ length: 501 }, (_, i) => node(`n${i}`, "set", { fields: [] }));
  const nodes = [node("start", "trigger_manual"), ...many];
  const edges = many.map(({ id }) => edge("start", id));
  const { id } = await workflows.create({ name: "w", nodes, edges, settings: {} }, ANN);
  await assert.rejects(workflows.publish(id, {}, ANN), { status: 422, message: /500/ });
});

const types = await loadNodeTypes();
const PARTS = ["{{", "{{ x }}", "$json.", "$('a').", "$items('a',", '$node["x"].', " ", "\n", "}}", "\\"];

for (const part of PARTS) {
  Deno.test(`a file of n8n with 300 kB of ${JSON.stringify(part)} holds the house for no second`, () => {
    const text = `={{ ${part.repeat(300_000 / part.length)}!`;
    const nodes = [
      ["set", { assignments: { assignments: [{ name: "x", value: text, type: "string" }] } }],
      ["httpRequest", { url: text, jsonBody: text, sendBody: true, specifyBody: "json" }],
      ["if", {
        conditions: {
          conditions: [{ leftValue: text, rightValue: text, operator: { operation: "equals" } }],
        },
      }],
    ].map(([kind, parameters], i) => ({
      ...{ id: String(i), name: `N${i}`, type: `n8n-nodes-base.${kind}`, typeVersion: 1, position: [0, 0] },
      parameters,
    }));
    const best = quickest(() => void fromN8n({ name: "x", nodes, connections: {} }, types), 2_000);
    assert.ok(best < 2_000, `${best} ms`);
  });
}
