import assert from "node:assert/strict";
import { ANN, edge, hook, hookNode, isOver, node, openEngine, publish, statuses } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

Deno.test("mail that has been applied leaves neither itself nor a due entry behind", async () => {
  await using house = await openEngine();
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("one", "task", { title: "One", outcomes: ["Yes", "No"] }),
      node("other", "task", { title: "Other", outcomes: ["Yes", "No"] }),
    ],
    [edge("hook", "one"), edge("hook", "other")],
  );
  const { executionId } = await hook(house.engine, "go");
  await house.until(async () => await house.engine.inbox.count() === 2);
  const [item] = (await house.engine.inbox.list({ limit: 10 })).items;
  await house.engine.inbox.complete(item!.id, { outcome: "Yes" }, ANN);
  await house.until(async () =>
    Object.values(await statuses(house.engine, executionId)).filter((status) => status === "completed")
      .length === 2
  );
  // It goes on waiting for the other, and nothing asks for a look meanwhile.
  assert.equal(await isOver(house.engine, executionId), false);
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["mail"] } }), []);
  const due = await house.store.keys({ selector: { prefix: ["due"] } });
  assert.deepEqual(due.filter((key) => key[4] === "mail"), []);
  await oracle(house.store);
});
