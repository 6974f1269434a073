import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";
import type { Opened } from "../helpers/engine.ts";
import {
  ANN,
  chain,
  edge,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

/** Runs a webhook to its end; the execution's id. */
async function ran(house: Opened, path: string, body = {}): Promise<string> {
  const { executionId } = await hook(house.engine, path, body);
  await house.until(() => isOver(house.engine, executionId));
  return executionId;
}

async function replayed(
  house: Opened,
  id: string,
  input: Parameters<typeof house.engine.mending.replay>[1],
): Promise<string> {
  const { executionId } = await house.engine.mending.replay(id, input, {}, ANN);
  await house.until(() => isOver(house.engine, executionId));
  return executionId;
}

async function issuesOf(run: Promise<unknown>): Promise<readonly Issue[]> {
  const error = await run.then(() => null, (thrown: unknown) => thrown);
  assert.ok(error instanceof EngineError, "it was not refused");
  assert.equal(error.status, 422, error.message);
  return error.issues;
}

Deno.test("replay() takes over what is upstream and runs from the step on, as a new execution", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const graph = [
    hookNode("go"),
    node("a", "probe", { say: "{{ trigger.body.n }}" }),
    node("b", "probe", {
      say: "{{ steps.a.output.say }}",
    }),
    node("c", "probe"),
  ];
  await publish(engine, graph, chain("hook", "a", "b", "c"));
  const first = await ran(house, "go", { n: "seven" });
  probe.calls.length = 0;

  const second = await replayed(house, first, { from: "b" });
  assert.notEqual(second, first);
  assert.deepEqual(probe.calls.map(({ key }) => key), [`${second}.b.1`, `${second}.c.1`]);
  const execution = await engine.executions.get(second);
  assert.equal(execution.status, "completed");
  assert.equal(execution.replayOf, first);
  assert.deepEqual((await engine.executions.get(first)).replayedAs, [second]);
  const step = (id: string): (typeof execution.steps)[number] =>
    execution.steps.find(({ nodeId }) => nodeId === id)!;
  assert.deepEqual([step("a").takenOver, step("a").attempts, step("a").reason?.code], [
    first,
    0,
    "taken_over",
  ]);
  assert.deepEqual(step("a").output, { say: "seven" });
  assert.deepEqual(step("b").output, { say: "seven" }, "templates read what was taken over");
  assert.equal(step("b").takenOver, undefined);
  const listed = await engine.executions.list({ limit: 10 });
  assert.equal(listed.items.find(({ id }) => id === second)?.replayOf, first);
  await oracle(house.store);
});

Deno.test("replay() from the trigger runs everything again, with an edited input", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.n }}" })],
    chain("hook", "a"),
  );
  const first = await ran(house, "go", { n: "one" });
  probe.calls.length = 0;
  const same = await replayed(house, first, {});
  assert.deepEqual((await engine.executions.get(same)).input, { n: "one" });
  const edited = await replayed(house, first, { input: { n: "two" } });
  const execution = await engine.executions.get(edited);
  assert.deepEqual(execution.input, { n: "two" });
  assert.deepEqual(execution.steps.find(({ nodeId }) => nodeId === "a")?.output, { say: "two" });
  assert.equal(execution.steps[0]?.takenOver, undefined, "the trigger fired anew");
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "a"]);
  assert.equal((await engine.executions.get(first)).input instanceof Object, true);
  await oracle(house.store);
});

Deno.test("replay() keeps what had ended beside the step, and runs what had not", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  let broken = true;
  probe.answer = ({ nodeId }, say) =>
    nodeId === "failing" && broken
      ? { kind: "fail", failure: { code: "x", message: "no", retryable: false } }
      : { kind: "done", output: { say } };
  await publish(
    engine,
    [
      hookNode("go"),
      node("left", "probe"),
      node("right", "probe"),
      node("failing", "probe"),
      node("both", "probe"),
    ],
    [...chain("hook", "left", "both"), ...chain("hook", "right", "both"), edge("hook", "failing")],
  );
  const first = await ran(house, "go");
  broken = false;
  probe.calls.length = 0;
  const second = await replayed(house, first, { from: "left" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId).sort(), ["both", "failing", "left"]);
  assert.deepEqual(await statuses(engine, second), {
    hook: "completed",
    left: "completed",
    right: "completed",
    failing: "completed",
    both: "completed",
  });
  await oracle(house.store);
});

Deno.test("replay() carries the decision along: conditions, their values and skips", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("choice", "condition", { all: [{ field: "trigger.body.yes", op: "is_true" }] }),
      node("yes", "probe"),
      node("no", "probe"),
      node("join", "probe"),
    ],
    [
      ...chain("hook", "choice"),
      edge("choice", "yes", "true"),
      edge("choice", "no", "false"),
      edge("yes", "join"),
      edge("no", "join"),
    ],
  );
  const first = await ran(house, "go", { yes: true });
  probe.calls.length = 0;
  const second = await replayed(house, first, { from: "join" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["join"]);
  const execution = await engine.executions.get(second);
  const reason = execution.steps.find(({ nodeId }) => nodeId === "choice")?.reason;
  assert.match(JSON.stringify(reason?.data), /"comparisons"/);
  assert.equal(execution.steps.find(({ nodeId }) => nodeId === "no")?.status, "skipped");
  assert.deepEqual(
    (await issuesOf(engine.mending.replay(first, { from: "no" }, {}, ANN))).map(({ path, nodeId }) => [
      path,
      nodeId,
    ]),
    [["from", "no"]],
  );
  await oracle(house.store);
});

Deno.test("replay() copies values too large for their records", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const large = "x".repeat(300_000);
  probe.answer = ({ nodeId }, say) => ({ kind: "done", output: nodeId === "a" ? { large } : say });
  await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe"), node("c", "probe")],
    chain("hook", "a", "b", "c"),
  );
  const first = await ran(house, "go", { big: "y".repeat(9_000) });
  const second = await replayed(house, first, { from: "c" });
  // Nothing of the new execution may hang on the old one.
  for (const prefix of [["body", first], ["step", first], ["execution", first]]) {
    for await (const { key } of house.real.list({ prefix })) await house.real.delete(key);
  }
  const execution = await engine.executions.get(second);
  assert.deepEqual(execution.steps.find(({ nodeId }) => nodeId === "a")?.output, { large });
  assert.deepEqual(execution.input, { big: "y".repeat(9_000) });
});

Deno.test("replay() of many steps stores their records before the head, and reads them again", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  probe.answer = (_context, say) => ({ kind: "done", output: { say: say + "z".repeat(3_000) } });
  const ids = Array.from({ length: 200 }, (_, i) => `n${i}`);
  await publish(engine, [hookNode("go"), ...ids.map((id) => node(id, "probe"))], chain("hook", ...ids));
  const first = await ran(house, "go");
  probe.calls.length = 0;
  const second = await replayed(house, first, { from: "n199" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["n199"]);
  const execution = await engine.executions.get(second);
  assert.equal(execution.status, "completed");
  assert.equal(execution.steps.filter(({ takenOver }) => takenOver === first).length, 200);
  assert.equal(JSON.stringify(execution.steps[7]?.output).length > 3_000, true);
  await oracle(house.store);
});

Deno.test("replay() with another version maps by id and names each thing that it cannot map", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const nodes = [hookNode("go"), node("a", "probe"), node("b", "probe")];
  const id = await publish(engine, nodes, chain("hook", "a", "b"));
  const first = await ran(house, "go");
  const change = async (next: Parameters<typeof engine.workflows.save>[2]): Promise<void> => {
    const { revision } = await engine.workflows.get(id);
    await engine.workflows.save(id, revision, next, ANN);
    await engine.workflows.publish(id, {}, ANN);
  };

  await change({ nodes: [...nodes, node("late", "probe")], edges: chain("hook", "a", "b", "late") });
  probe.calls.length = 0;
  const second = await replayed(house, first, { from: "b", version: "latest" });
  assert.equal((await engine.executions.get(second)).version, 2);
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["b", "late"]);
  await replayed(house, first, { from: "b", version: "same" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["b", "late", "b"]);

  const refused = (input: Parameters<typeof engine.mending.replay>[1]): Promise<(string | undefined)[][]> =>
    issuesOf(engine.mending.replay(first, input, {}, ANN))
      .then((issues) => issues.map(({ path, nodeId }) => [path, nodeId]));
  // An upstream step that never ran.
  await change({ nodes: [...nodes, node("new", "probe")], edges: chain("hook", "a", "new", "b") });
  assert.deepEqual(await refused({ from: "b", version: "latest" }), [["version", "new"]]);
  // The node itself is gone; so is the version asked for.
  await change({ nodes: nodes.slice(0, 2), edges: chain("hook", "a") });
  assert.deepEqual(await refused({ from: "b", version: "latest" }), [["from", "b"]]);
  assert.deepEqual(await refused({ version: 99 }), [["version", undefined]]);
  // Another kind of step under the same id.
  await change({
    nodes: [hookNode("go"), node("a", "set", { fields: [] }), node("b", "probe")],
    edges: chain("hook", "a", "b"),
  });
  assert.deepEqual(await refused({ from: "b", version: "latest" }), [["version", "a"]]);
  assert.equal((await engine.executions.get(first)).replayedAs?.length, 2, "what is refused starts nothing");
  await oracle(house.store);
});

Deno.test("replay() refuses a port that is gone and a way that is drawn differently", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const task = (outcomes: string[]): ReturnType<typeof node> =>
    node("ask", "task", { title: "Ask", outcomes });
  const id = await publish(
    engine,
    [hookNode("go"), task(["yes", "no"]), node("b", "probe")],
    [...chain("hook", "ask"), edge("ask", "b", "yes")],
  );
  const { executionId: first } = await hook(engine, "go");
  await house.settle();
  const [item] = (await engine.inbox.list({ limit: 1 })).items;
  await engine.inbox.complete(item!.id, { outcome: "yes" }, ANN);
  await house.until(() => isOver(engine, first));
  const publishNext = async (next: Parameters<typeof engine.workflows.save>[2]): Promise<void> => {
    await engine.workflows.save(id, (await engine.workflows.get(id)).revision, next, ANN);
    await engine.workflows.publish(id, {}, ANN);
  };
  await publishNext({
    nodes: [hookNode("go"), task(["sure", "no"]), node("b", "probe")],
    edges: [...chain("hook", "ask"), edge("ask", "b", "sure")],
  });
  const gone = await issuesOf(engine.mending.replay(first, { from: "b", version: "latest" }, {}, ANN));
  assert.match(gone[0]?.message ?? "", /left by "yes"/);
  await publishNext({
    nodes: [hookNode("go"), task(["yes", "no"]), node("b", "probe")],
    edges: [...chain("hook", "ask"), edge("ask", "b", "no")],
  });
  const moved = await issuesOf(engine.mending.replay(first, { from: "b", version: "latest" }, {}, ANN));
  assert.deepEqual(moved.map(({ path, nodeId }) => [path, nodeId]), [["from", "b"]]);
});

Deno.test("replay() under one key is one execution, and planReplay() changes nothing", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(engine, [hookNode("go"), node("a", "probe"), node("b", "probe")], chain("hook", "a", "b"));
  const first = await ran(house, "go");
  const plan = await engine.mending.planReplay(first, { from: "b" });
  assert.deepEqual(plan, {
    version: 1,
    from: "b",
    takenOver: [{ nodeId: "hook", label: "hook" }, { nodeId: "a", label: "a" }],
    ahead: [{ nodeId: "b", label: "b" }],
  });
  assert.equal((await engine.executions.list({ limit: 10 })).items.length, 1);
  const options = { idempotencyKey: "k" };
  const [one, two] = await Promise.all([
    engine.mending.replay(first, {}, options, ANN),
    engine.mending.replay(first, {}, options, ANN),
  ]);
  assert.equal(one.executionId, two.executionId);
  assert.deepEqual([one.fresh, two.fresh].sort(), [false, true]);
  await assert.rejects(engine.mending.replay(first, { from: "b" }, options, ANN), /another body/);
});

Deno.test("replay() reads what became of the mail that it does not send again", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("mail", "email", {
        to: "ann@example.com",
        subject: "Hello",
        text: "See https://example.com",
        html: '<p>See <a href="https://example.com">this</a></p>',
      }),
      node("opened", "condition", { all: [{ field: "messages.mail.opened", op: "is_true" }] }),
      node("yes", "probe"),
      node("no", "probe"),
    ],
    [...chain("hook", "mail", "opened"), edge("opened", "yes", "true"), edge("opened", "no", "false")],
  );
  const first = await ran(house, "go");
  assert.equal((await statuses(engine, first)).no, "completed");
  const [message] = (await engine.messages.list({ limit: 1 })).items;
  // Opened after the execution had settled: only the message knows.
  assert.ok(await engine.messages.opened(openToken((await engine.messages.get(message!.id)).html)));
  await house.settle();
  const second = await replayed(house, first, { from: "opened" });
  assert.equal((await statuses(engine, second)).yes, "completed");
  assert.equal((await engine.messages.list({ limit: 10 })).items.length, 1, "no second mail");
  await oracle(house.store);
});

Deno.test("replay() hears of a mail that it took over and that is opened while it waits", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("mail", "email", { to: "ann@example.com", subject: "Hello", text: "Hello", html: "<p>Hello</p>" }),
      node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
      node("opened", "condition", { all: [{ field: "messages.mail.opened", op: "is_true" }] }),
      node("yes", "probe"),
      node("no", "probe"),
    ],
    [
      ...chain("hook", "mail", "pause", "opened"),
      edge("opened", "yes", "true"),
      edge("opened", "no", "false"),
    ],
  );
  const { executionId: first } = await hook(engine, "go");
  await house.until(() => isOver(engine, first), 2 * 3_600_000);
  const [message] = (await engine.messages.list({ limit: 1 })).items;
  const second = (await engine.mending.replay(first, { from: "pause" }, {}, ANN)).executionId;
  const third = (await engine.mending.replay(second, { from: "pause" }, {}, ANN)).executionId;
  await house.settle();
  assert.ok(await engine.messages.opened(openToken((await engine.messages.get(message!.id)).html)));
  await house.settle();
  for (const id of [second, third]) {
    await house.until(() => isOver(engine, id), 2 * 3_600_000);
    assert.equal((await statuses(engine, id)).yes, "completed");
  }
  assert.equal((await statuses(engine, first)).no, "completed", "what has ended stays as it was");
  await oracle(house.store);
});

/** The token of the pixel that tells that a mail was opened. */
function openToken(html: string): string {
  const token = /\/([A-Za-z0-9_.~-]+)\.gif"/.exec(html)?.[1] ?? /src="[^"]*\/([^"/]+)"/.exec(html)?.[1];
  assert.ok(token, html);
  return token;
}

Deno.test("replay() waits for its turn where the workflow has a limit, and then begins in the middle", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("a", "probe"),
      node("sum", "set", { fields: [{ name: "at", value: "{{ now }}" }] }),
      node("ask", "task", { title: "Ask", outcomes: ["yes"] }),
      node("b", "probe"),
    ],
    [...chain("hook", "a", "sum", "ask"), edge("ask", "b", "yes")],
    { limits: { maxConcurrent: 1 } },
  );
  const { executionId: first } = await hook(engine, "go");
  await house.until(async () => (await statuses(engine, first)).ask === "waiting");
  probe.calls.length = 0;
  const { executionId: second } = await engine.mending.replay(first, { from: "sum" }, {}, ANN);
  house.clock.advance(60_000);
  await house.settle();
  const queued = await engine.executions.get(second);
  assert.equal(queued.status, "queued");
  assert.equal(
    queued.steps.find(({ nodeId }) => nodeId === "sum")?.status,
    "pending",
    "nothing of it has begun",
  );
  await engine.executions.cancel(first, {}, ANN);
  await house.until(async () => (await statuses(engine, second)).ask === "waiting");
  const [item] = (await engine.inbox.list({ limit: 5 })).items;
  await engine.inbox.complete(item!.id, { outcome: "yes" }, ANN);
  await house.until(() => isOver(engine, second));
  assert.equal((await engine.executions.get(second)).status, "completed");
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["b"]);
  await oracle(house.store);
});

Deno.test("replay() from behind a join that went on early takes the join over and lets the late branch run", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("fast", "probe"),
      node("slow", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
      node("join", "join", { mode: "any" }),
      node("after", "probe"),
    ],
    [...chain("hook", "fast", "join", "after"), ...chain("hook", "slow", "join")],
  );
  const { executionId: first } = await hook(engine, "go");
  await house.until(async () => (await statuses(engine, first)).after === "completed");
  probe.calls.length = 0;
  const { executionId: second } = await engine.mending.replay(first, { from: "after" }, {}, ANN);
  await house.until(() => isOver(engine, second), 2 * 3_600_000);
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["after"]);
  assert.deepEqual(await statuses(engine, second), {
    hook: "completed",
    fast: "completed",
    slow: "completed",
    join: "completed",
    after: "completed",
  });
  await house.until(() => isOver(engine, first), 2 * 3_600_000);
  await oracle(house.store);
});

Deno.test("replay() of a loop runs its rounds anew, takes them over from behind it, and refuses a round alone", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}" }),
      node("work", "probe", { say: "{{ steps.loop.output.item }}" }),
      node("after", "probe"),
    ],
    [edge("hook", "loop"), edge("loop", "work", "each"), edge("loop", "after")],
  );
  const first = await ran(house, "go", { list: ["a", "b"] });
  probe.calls.length = 0;
  await replayed(house, first, { from: "after" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["after"]);
  probe.calls.length = 0;
  const again = await replayed(house, first, { from: "loop", input: { list: ["a", "b", "c"] } });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["work", "work", "work", "after"]);
  assert.equal((await engine.executions.get(again)).status, "completed");
  const [round] = (await engine.executions.list({ parentId: first, limit: 5 })).items;
  await assert.rejects(
    engine.mending.replay(round!.id, {}, {}, ANN),
    (error: unknown) => error instanceof EngineError && error.status === 409 && error.message.includes(first),
  );
});

Deno.test("replay() of an execution that was deleted with its workflow, or whose lead is gone, is refused", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const id = await publish(engine, [hookNode("go"), node("a", "probe")], chain("hook", "a"));
  const first = await ran(house, "go", { email: "ann@example.com" });
  const { lead } = await engine.executions.get(first);
  await engine.leads.remove(lead!.id);
  assert.deepEqual((await issuesOf(engine.mending.replay(first, {}, {}, ANN))).map(({ path }) => path), [
    "leadId",
  ]);
  const other = await engine.leads.create({ email: "ann.too@example.com" });
  const second = await replayed(house, first, { leadId: other.id });
  assert.equal((await engine.executions.get(second)).lead?.email, "ann.too@example.com");
  await engine.workflows.remove(id, {}, ANN);
  await assert.rejects(
    engine.mending.replay(first, {}, {}, ANN),
    (error: unknown) => error instanceof EngineError && error.status === 409,
  );
  await assert.rejects(
    engine.mending.replay("none", {}, {}, ANN),
    (error: unknown) => error instanceof EngineError && error.status === 404,
  );
});
