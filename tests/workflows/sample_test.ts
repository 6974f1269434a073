import assert from "node:assert/strict";
import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import { ensureSample } from "../../engine/workflows/mod.ts";
import { SAMPLE } from "../../engine/workflows/sample.ts";
import { ANN, openHouse } from "./house.ts";

Deno.test("ensureSample() creates the sample once, also for several at once, and not again when deleted", async () => {
  await using house = await openHouse();
  const { workflows, store } = house;
  await Promise.all([1, 2, 3].map(() => ensureSample(workflows, store, ANN)));
  const { items } = await workflows.list({ limit: 10 });
  assert.deepEqual(items.map((item) => item.name), ["Cold Outreach Standard"]);
  assert.deepEqual(items[0]?.webhooks, ["/hooks/cold-outreach"]);
  await workflows.remove(items[0]?.id ?? "", {}, ANN);
  await ensureSample(workflows, store, ANN);
  assert.deepEqual((await workflows.list({ limit: 10 })).items, []);
});

Deno.test("SAMPLE is finished: every config parses and every edge leaves by a port", async () => {
  const types = await loadNodeTypes();
  for (const { id, type, data } of SAMPLE.nodes) {
    const parsed = types.get(type)?.config.safeParse(data.config);
    assert.ok(parsed?.success, `${id}: ${parsed?.error?.message}`);
    assert.deepEqual(types.get(type)?.check?.(parsed.data) ?? [], []);
  }
  for (const { id, source, sourceHandle } of SAMPLE.edges) {
    const node = SAMPLE.nodes.find((one) => one.id === source);
    const ports = types.get(node?.type ?? "")?.ports ?? [];
    const names = Array.isArray(ports) ? ports.map((port) => port.id) : node?.data.config[ports.from];
    assert.ok(Array.isArray(names) && names.includes(sourceHandle ?? "out"), id);
  }
});

Deno.test("SAMPLE draws top-down with gaps of at least 60", () => {
  const position = new Map(SAMPLE.nodes.map((node) => [node.id, node.position]));
  for (const { id, source, target } of SAMPLE.edges) {
    assert.ok((position.get(target)?.y ?? 0) - (position.get(source)?.y ?? 0) >= 72 + 60, id);
  }
  for (const one of SAMPLE.nodes) {
    for (const other of SAMPLE.nodes) {
      if (one === other) continue;
      const apart = Math.abs(one.position.x - other.position.x) >= 220 + 60 ||
        Math.abs(one.position.y - other.position.y) >= 72 + 60;
      assert.ok(apart, `${one.id} and ${other.id}`);
    }
  }
});
