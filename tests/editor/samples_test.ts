/** What the editor can pin a test to. */
import assert from "node:assert/strict";
import type { Samples } from "../../engine/schemas/sample.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, publish } from "../helpers/engine.ts";
import { openEditor } from "./house.ts";

Deno.test("GET samples shows the newest five with payload and lead, none of their children, and one's outputs", async () => {
  await using house = await openEditor();
  const { engine } = house;
  const id = await publish(engine, [
    hookNode("samples"),
    node("loop", "for_each", { items: "{{ trigger.body.items }}" }),
    node("round", "set", { fields: [{ name: "n", value: "{{ steps.loop.output.item }}" }] }),
    node("note", "set", { fields: [{ name: "company", value: "{{ trigger.body.company }}" }] }),
  ], [edge("hook", "loop"), edge("loop", "round", "each"), edge("loop", "note")]);
  const path = `/api/workflow/${id}/samples`;
  assert.deepEqual((await house.ask<Samples>("GET", path)).body, { items: [], steps: null });
  const ids: string[] = [];
  for (let n = 0; n < 7; n++) {
    const { executionId } = await hook(engine, "samples", {
      email: `lead${n}@example.com`,
      company: `Acme ${n}`,
      items: [1, 2, 3],
    });
    await house.until(() => isOver(engine, executionId));
    ids.push(executionId);
  }
  const newest = ids.toReversed();
  const { body } = await house.ask<Samples>("GET", `${path}?executionId=${ids[0]}`);
  assert.deepEqual(body.items.map(({ executionId }) => executionId), newest.slice(0, 5));
  const [first] = body.items;
  assert.deepEqual([first?.lead?.email, first?.trigger.nodeId, first?.status], [
    "lead6@example.com",
    "hook",
    "completed",
  ]);
  const { payload } = first!;
  assert.ok(payload !== null && typeof payload === "object" && !Array.isArray(payload));
  assert.deepEqual(payload.body, { email: "lead6@example.com", company: "Acme 6", items: [1, 2, 3] });
  // As it comes, it can be pinned.
  const run = await engine.simulate(id, { pins: { hook: { output: payload } } });
  assert.deepEqual(run.steps.find(({ nodeId }) => nodeId === "note")?.output, { company: "Acme 6" });
  assert.deepEqual(
    body.steps?.find(({ nodeId }) => nodeId === "note"),
    { nodeId: "note", type: "set", status: "completed", port: "out", output: { company: "Acme 0" } },
  );
  assert.equal(body.steps?.find(({ nodeId }) => nodeId === "round")?.status, "skipped");
});

Deno.test("GET samples does not read what is large, says how large it is, and refuses what is not of this workflow", async () => {
  await using house = await openEditor();
  const { engine, probe } = house;
  probe.answer = () => ({ kind: "done", output: { text: "x".repeat(300_000) } });
  const id = await publish(engine, [hookNode("large"), node("big", "probe")], chain("hook", "big"));
  const { executionId } = await hook(engine, "large", { text: "y".repeat(70_000) });
  await house.until(() => isOver(engine, executionId));
  const { body } = await house.ask<Samples>("GET", `/api/workflow/${id}/samples?executionId=${executionId}`);
  const big = body.steps?.find(({ nodeId }) => nodeId === "big");
  assert.equal(big?.output, null);
  assert.ok((big?.bytes ?? 0) > 300_000);
  assert.deepEqual([body.items.length, body.items[0]?.payload], [1, null]);

  const { id: other } = await engine.workflows.create(
    { name: "Other", nodes: [], edges: [], settings: {} },
    ANN,
  );
  const foreign = await house.ask("GET", `/api/workflow/${other}/samples?executionId=${executionId}`);
  assert.deepEqual([foreign.status, foreign.body.issues[0]?.path], [422, "executionId"]);
  assert.equal((await house.ask("GET", `/api/workflow/nobody/samples`)).status, 404);
  assert.equal((await house.ask("GET", `/api/workflow/${id}/samples?executionId=nobody`)).status, 404);
});
