import assert from "node:assert/strict";
import { ANN, chain, edge, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { Json, JsonObject } from "../../engine/schemas/json.ts";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";

async function loop(house: Opened, type: string, config: JsonObject, body: JsonObject): Promise<string> {
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("loop", type, config),
      node("work", "probe", { say: "{{ steps.loop.output.item }}{{ steps.loop.output.index }}" }),
      node("after", "probe", { say: "after" }),
    ],
    [edge("hook", "loop"), edge("loop", "work", "each"), edge("loop", "after")],
  );
  return (await hook(house.engine, "go", body)).executionId;
}

function childrenOf(house: Opened, parentId: string): Promise<ExecutionSummary[]> {
  return wholeList(house.engine, { parentId });
}

async function outputOf(house: Opened, id: string, nodeId: string): Promise<Json | undefined> {
  return (await house.engine.executions.get(id)).steps.find((step) => step.nodeId === nodeId)?.output;
}

Deno.test("for_each runs one child per item, keeps their order, and none of them is listed beside its parent", async () => {
  await using house = await openEngine();
  const id = await loop(house, "for_each", { items: "{{ trigger.body.list }}", concurrency: 3 }, {
    list: ["a", "b", "c", "d", "e"],
  });
  await house.until(() => isOver(house.engine, id));
  const execution = await house.engine.executions.get(id);
  assert.deepEqual([execution.status, execution.progress], ["completed", 100]);
  const output = await outputOf(house, id, "loop") as { count: number; results: { say: string }[] };
  assert.equal(output.count, 5);
  assert.deepEqual(output.results.map((result) => result.say), ["a0", "b1", "c2", "d3", "e4"]);
  assert.equal(house.probe.calls.filter((call) => call.nodeId === "work").length, 5);
  assert.equal(house.probe.calls.filter((call) => call.nodeId === "after").length, 1);
  const children = await childrenOf(house, id);
  assert.deepEqual(
    children.map((child) => [child.status, child.parent?.index]),
    [0, 1, 2, 3, 4].map((i) => ["completed", i]),
  );
  assert.deepEqual((await house.engine.executions.list({ limit: 50 })).items.map((item) => item.id), [id]);
});

Deno.test("for_each never has more than its number under way", async () => {
  await using house = await openEngine();
  let now = 0;
  let most = 0;
  house.probe.answer = async (_context, say) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now--;
    return { kind: "done", output: { say } };
  };
  const id = await loop(house, "for_each", { items: "{{ trigger.body.list }}", concurrency: 4 }, {
    list: Array.from({ length: 25 }, (_, i) => i),
  });
  await house.until(() => isOver(house.engine, id));
  assert.equal((await house.engine.executions.get(id)).status, "completed");
  assert.equal(most, 4);
});

Deno.test("for_each of nothing is done at once; of no list it fails with a name", async () => {
  await using house = await openEngine();
  const none = await loop(house, "for_each", { items: "{{ trigger.body.list }}" }, { list: [] });
  await house.until(() => isOver(house.engine, none));
  assert.deepEqual(await outputOf(house, none, "loop"), { count: 0, failed: 0, results: [] });
  const wrong = (await hook(house.engine, "go", { list: "three" })).executionId;
  await house.until(() => isOver(house.engine, wrong));
  assert.equal((await house.engine.executions.get(wrong)).reason?.code, "not_a_list");
});

Deno.test("for_each stops at a failed round and tells the others to stop, or goes on and says which failed", async () => {
  for (const onError of ["stop", "continue"]) {
    await using house = await openEngine();
    house.probe.answer = (_context, say) =>
      say.startsWith("b")
        ? { kind: "fail", failure: { code: "no", message: "no", retryable: false } }
        : say.startsWith("z")
        ? new Promise(() => {})
        : { kind: "done", output: { say } };
    const list = onError === "stop" ? ["a", "z", "b", "c"] : ["a", "b", "c"];
    const id = await loop(house, "for_each", {
      items: "{{ trigger.body.list }}",
      concurrency: onError === "stop" ? 3 : 1,
      onError,
    }, { list });
    await house.until(() => isOver(house.engine, id));
    const { status, reason } = await house.engine.executions.get(id);
    const children = await childrenOf(house, id);
    if (onError === "stop") {
      assert.deepEqual([status, reason?.code], ["failed", "child_failed"]);
      await house.until(async () => (await childrenOf(house, id)).every((child) => child.endedAt !== null));
      assert.equal(
        (await childrenOf(house, id)).find((child) => child.parent?.index === 1)?.status,
        "cancelled",
      );
    } else {
      assert.equal(status, "completed");
      assert.deepEqual(children.map((child) => child.status), ["completed", "failed", "completed"]);
      const output = await outputOf(house, id, "loop") as { failed: number; failures: unknown[] };
      assert.deepEqual([output.failed, output.failures.length], [1, 1]);
    }
  }
});

Deno.test("repeat goes on until its condition holds, at most so many times", async () => {
  await using house = await openEngine();
  let round = 0;
  house.probe.answer = (context, say) => {
    const output: Json = context.nodeId === "work" ? { n: ++round } : { say };
    return { kind: "done", output };
  };
  const until = { all: [{ field: "steps.loop.output.last.n", op: "gte", value: 3 }] };
  const id = await loop(house, "repeat", { times: 10, until }, {});
  await house.until(() => isOver(house.engine, id));
  assert.deepEqual(await outputOf(house, id, "loop"), { count: 3, failed: 0, last: { n: 3 } });
  await using other = await openEngine();
  const all = await loop(other, "repeat", { times: 4 }, {});
  await other.until(() => isOver(other.engine, all));
  assert.equal((await outputOf(other, all, "loop") as { count: number }).count, 4);
});

Deno.test("sub_workflow waits for its child, or does not; what is not live fails with a name", async () => {
  await using house = await openEngine();
  const called = await publish(house.engine, [
    node("start", "trigger_manual"),
    node("do", "probe", { say: "{{ trigger.body.x }}" }),
  ], chain("start", "do"));
  const call = (workflowId: string, wait: boolean): Promise<string> =>
    publish(
      house.engine,
      [
        hookNode(`go-${workflowId.slice(-6)}-${wait}`),
        node("call", "sub_workflow", { workflowId, wait, input: { x: "{{ trigger.body.y }}" } }),
        node("after", "probe"),
      ],
      chain("hook", "call", "after"),
    );
  for (const wait of [true, false]) {
    await call(called, wait);
    const { executionId } = await hook(house.engine, `go-${called.slice(-6)}-${wait}`, { y: "hey" });
    await house.until(() => isOver(house.engine, executionId));
    assert.equal((await house.engine.executions.get(executionId)).status, "completed");
    const output = await outputOf(house, executionId, "call");
    if (wait) assert.deepEqual((output as { output: unknown }).output, { say: "hey" });
    else assert.deepEqual(output, { started: true });
    const [child] = await childrenOf(house, executionId);
    assert.equal(child?.workflowId, called);
  }
  await call("01ARZ3NDEKTSV4RRFFQ69G5FAV", true);
  const { executionId } = await hook(house.engine, "go-9G5FAV-true", {});
  await house.until(() => isOver(house.engine, executionId));
  assert.equal((await house.engine.executions.get(executionId)).reason?.code, "not_callable");
});

Deno.test("cancelling a parent cancels its children; nesting ends at five", async () => {
  await using house = await openEngine();
  house.probe.answer = () => new Promise(() => {});
  const id = await loop(house, "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }, {
    list: [1, 2, 3],
  });
  await house.until(() => house.probe.calls.length === 2);
  await house.engine.executions.cancel(id, {}, ANN);
  await house.until(async () =>
    await isOver(house.engine, id) && (await childrenOf(house, id)).every((child) => child.endedAt !== null)
  );
  assert.deepEqual((await childrenOf(house, id)).map((child) => child.status), ["cancelled", "cancelled"]);
  assert.equal(house.probe.calls.length, 2);
});

Deno.test("a loop goes on after its process died between rounds, without doing a round twice", async () => {
  for (let after = 1; after <= 6; after++) {
    await using house = await openEngine();
    const id = await loop(house, "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }, {
      list: ["a", "b", "c", "d"],
    });
    await house.until(() => house.probe.calls.length >= Math.min(after, 4) || after > 4);
    house.die();
    await using next = await openEngine({ real: house.real, manual: house.clock, probe: house.probe });
    await next.until(() => isOver(next.engine, id), 120_000);
    const output = await outputOf(next, id, "loop") as { results: { say: string }[] };
    assert.deepEqual(output.results.map((result) => result.say), ["a0", "b1", "c2", "d3"]);
    const children = await childrenOf(next, id);
    assert.equal(children.length, 4);
    // A step may run again after the death of its worker, with the same key; it never becomes another child.
    assert.ok(
      new Set(house.probe.calls.filter((call) => call.nodeId === "work").map((call) => call.executionId))
        .size <= 4,
    );
  }
});
