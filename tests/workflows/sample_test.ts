import assert from "node:assert/strict";
import { calendar } from "../../engine/core/calendar.ts";
import { checkRunnable, checkShape, type NodeInfo } from "../../engine/core/check.ts";
import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
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

Deno.test("SAMPLE can run as it is", async () => {
  const types = await loadNodeTypes();
  const lookup = (type: string): NodeInfo | undefined => {
    const found = types.get(type);
    if (!found) return undefined;
    const { kind, title, ports, templates, conditions = [] } = found;
    return {
      type,
      kind,
      title,
      ports,
      templates,
      conditions,
      parse,
      check: (config) => found.check?.(config, calendar) ?? [],
    };

    function parse(config: JsonObject): { path: string; message: string }[] {
      const parsed = found?.config.safeParse(config);
      return parsed?.error?.issues.map(({ path, message }) => ({ path: path.join("."), message })) ?? [];
    }
  };
  assert.deepEqual(checkShape(SAMPLE, lookup), []);
  assert.deepEqual(checkRunnable(SAMPLE, lookup), []);
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
