import assert from "node:assert/strict";
import { EngineError } from "../../engine/errors.ts";
import {
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
import { BOSS, LEAD, moveAll, pause, republish, running, waiting } from "./migrate_fixture.ts";

const HOUR_MS = 3_600_000;

Deno.test("startMigration() moves an execution in mid-wait: it keeps its deadline and goes on over the new graph", async () => {
  await using house = await openEngine();
  const { engine, probe, clock } = house;
  const id = await publish(
    engine,
    [hookNode("go"), node("a", "probe"), pause("w"), node("b", "probe")],
    chain("hook", "a", "w", "b"),
  );
  const executionId = await waiting(house);
  const before = await engine.executions.get(executionId);
  const version = await republish(
    house,
    id,
    [hookNode("go"), node("a", "probe"), pause("w", 9), node("c", "probe"), node("d", "probe")],
    chain("hook", "a", "w", "c", "d"),
  );
  const shown = await running(house, id);
  assert.equal(shown.version, 2);
  assert.deepEqual(shown.items, [{
    version: 1,
    count: 1,
    movable: 1,
    restartable: 1,
    nodes: [{ nodeId: "w", label: "w", type: "wait", count: 1, movable: 1, reasons: [] }],
    begins: [],
  }]);
  assert.equal((await engine.executions.get(executionId)).version, 1, "to look changes nothing");
  const job = await moveAll(house, id, { count: 1 });
  assert.deepEqual([job.action, job.to, job.done, job.skipped, job.failed], ["migrate", version, 1, 0, 0]);
  const moved = await engine.executions.get(executionId);
  assert.deepEqual(
    [moved.version, moved.status, moved.until],
    [2, "waiting", before.until],
    "the deadline stays",
  );
  assert.ok(moved.progress >= before.progress, `${before.progress} → ${moved.progress}`);
  assert.deepEqual(moved.moves?.map(({ from, to, by }) => ({ from, to, by })), [{
    from: 1,
    to: 2,
    by: "Ann",
  }]);
  await oracle(house.store);
  const left = Date.parse(before.until!) - clock.now;
  await house.until(() => isOver(engine, executionId), HOUR_MS + 1_000);
  assert.ok(left <= HOUR_MS);
  assert.deepEqual(await statuses(engine, executionId), {
    hook: "completed",
    a: "completed",
    w: "completed",
    c: "completed",
    d: "completed",
  });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "c", "d"], "nothing runs twice, b never");
  const events = await engine.executions.events(executionId, {});
  const told = events.filter(({ event }) => event.message === "Ann moved it from version 1 to version 2");
  assert.equal(told.length, 1);
  assert.deepEqual((await running(house, id)).items, []);
  await oracle(house.store);
});

Deno.test("startMigration() waits for a running step: the outcome and the move are one commit, nothing starts before", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const gate = Promise.withResolvers<void>();
  probe.answer = async ({ nodeId }) => {
    if (nodeId === "a") await gate.promise;
    return { kind: "done" };
  };
  const id = await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe")],
    chain("hook", "a", "b"),
  );
  const { executionId } = await hook(engine, "go", LEAD);
  await house.settle();
  await republish(
    house,
    id,
    [hookNode("go"), node("a", "probe"), node("c", "probe")],
    chain("hook", "a", "c"),
  );
  const job = await moveAll(house, id, { count: 1 });
  assert.deepEqual([job.done, job.skipped, job.failed], [1, 0, 0]);
  const marked = await engine.executions.get(executionId);
  assert.deepEqual([marked.version, marked.movesTo, marked.status], [1, 2, "running"]);
  await oracle(house.store);
  gate.resolve();
  await house.until(() => isOver(engine, executionId));
  const over = await engine.executions.get(executionId);
  assert.deepEqual([over.version, over.movesTo, over.status], [2, undefined, "completed"]);
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "c"]);
  const seqs = (await engine.executions.events(executionId, {})).map(({ event }) => event.message);
  assert.equal(
    seqs[seqs.indexOf("Ann moved it from version 1 to version 2") - 1],
    "Completed",
    "after a's end",
  );
  await oracle(house.store);
});

Deno.test("startMigration() where the running step ends so that it does not fit: it says so and goes on where it is", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const gates = { a: Promise.withResolvers<void>(), q: Promise.withResolvers<void>() };
  probe.answer = async ({ nodeId }) => {
    if (nodeId !== "a" && nodeId !== "q") return { kind: "done" };
    await gates[nodeId].promise;
    if (nodeId === "q") return { kind: "done" };
    const wait = { kind: "person" as const, title: "Well?", outcomes: ["Yes"] };
    return { kind: "wait", for: wait, reason: { code: "task", text: "Waiting — for a person" } };
  };
  const nodes = [hookNode("go"), node("a", "probe"), node("q", "probe"), node("b", "probe")];
  const edges = [edge("hook", "a"), ...chain("hook", "q", "b")];
  const id = await publish(engine, nodes, edges);
  const { executionId } = await hook(engine, "go", LEAD);
  await house.settle();
  await republish(house, id, nodes.map((each) => each.id === "b" ? node("c", "probe") : each), [
    edge("hook", "a"),
    ...chain("hook", "q", "c"),
  ]);
  assert.equal((await moveAll(house, id, { count: 1 })).done, 1);
  gates.q.resolve();
  await house.settle();
  const still = await statuses(engine, executionId);
  assert.deepEqual([still.q, still.b], ["completed", "pending"], "nothing starts while it is about to move");
  gates.a.resolve();
  await house.until(async () => (await statuses(engine, executionId)).b === "completed");
  const stayed = await engine.executions.get(executionId);
  assert.deepEqual([stayed.version, stayed.movesTo, stayed.moves, stayed.status], [
    1,
    undefined,
    undefined,
    "waiting",
  ]);
  const told = (await engine.executions.events(executionId, {})).map(({ event }) => event.message);
  const why = 'Not moved to version 2: "a" (a) can be answered by "Yes", a port that it has no more';
  assert.ok(told.includes(why), told.join(" | "));
  await oracle(house.store);
});

Deno.test("startMigration() gives the new version's goals their say: one that was reached before ends it at once", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const nodes = [hookNode("go"), pause("w", 10, "days"), node("b", "probe")];
  const id = await publish(engine, nodes, chain("hook", "w", "b"));
  const ann = await waiting(house);
  const bob = await waiting(house, "go", { email: "bob@example.com" });
  const [annLead, bobLead] = await Promise.all(
    [ann, bob].map(async (each) => (await engine.executions.get(each)).lead!.id),
  );
  await engine.leads.signal(annLead!, { type: "deal.won" });
  await house.settle();
  assert.equal((await engine.executions.get(ann)).status, "waiting", "version 1 has no goal");
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["registration"] } }), []);
  await republish(house, id, nodes, chain("hook", "w", "b"), {
    goals: [{ name: "Won", signal: "deal.won" }],
  });
  await moveAll(house, id, { count: 2 });
  const ended = await engine.executions.get(ann);
  assert.deepEqual([ended.version, ended.status, ended.reason?.code], [2, "completed", "goal"]);
  assert.equal((await engine.executions.get(bob)).status, "waiting");
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["registration"] } }), [
    ["registration", bobLead!, bob],
  ]);
  await engine.leads.signal(bobLead!, { type: "deal.won" });
  await house.until(() => isOver(engine, bob), 5_000);
  assert.equal((await engine.executions.get(bob)).reason?.code, "goal");
  assert.deepEqual(probe.calls, []);
  await oracle(house.store);
});

Deno.test("startMigration() carries a wait for a signal over; a version without goals stops listening", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const listen = (signals: string[]): ReturnType<typeof node> => node("s", "wait_for_signal", { signals });
  const id = await publish(engine, [hookNode("go"), listen(["email.replied"]), node("b", "probe")], [
    edge("hook", "s"),
    edge("s", "b", "received"),
  ]);
  const executionId = await waiting(house);
  const leadId = (await engine.executions.get(executionId)).lead!.id;
  // Waits for something else: not moved.
  await republish(house, id, [hookNode("go"), listen(["call.completed"]), node("c", "probe")], [
    edge("hook", "s"),
    edge("s", "c", "received"),
  ]);
  const [row] = (await running(house, id)).items;
  assert.deepEqual([row!.count, row!.movable], [1, 0]);
  assert.match(
    row!.nodes[0]!.reasons[0]!.text,
    /waits for email\.replied, and version 2 waits for something else/,
  );
  await republish(house, id, [hookNode("go"), listen(["email.replied"]), node("c", "probe")], [
    edge("hook", "s"),
    edge("s", "c", "received"),
  ]);
  await moveAll(house, id, { count: 1 });
  await oracle(house.store);
  await engine.leads.signal(leadId, { type: "email.replied" });
  await house.until(() => isOver(engine, executionId));
  assert.deepEqual(await statuses(engine, executionId), {
    hook: "completed",
    s: "completed",
    c: "completed",
  });
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["registration"] } }), []);
  await oracle(house.store);
});

Deno.test("startMigration() keeps steps of nodes that are gone readable, and does not run one that comes back", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const old = node("a", "probe", { say: "once" }, { label: "First mail" });
  const id = await publish(
    engine,
    [hookNode("go"), old, pause("w"), node("b", "probe")],
    chain("hook", "a", "w", "b"),
  );
  const executionId = await waiting(house);
  await republish(house, id, [hookNode("go"), pause("w"), node("b", "probe")], chain("hook", "w", "b"));
  await moveAll(house, id, { count: 1 });
  const moved = await engine.executions.get(executionId);
  const left = moved.steps.find(({ nodeId }) => nodeId === "a");
  assert.deepEqual(
    [left?.label, left?.type, left?.status, left?.leftIn, left?.input, left?.output],
    ["First mail", "probe", "completed", 1, { say: "once" }, { say: "once" }],
  );
  const names = (await engine.executions.events(executionId, {})).map(({ event }) => event.taskName);
  assert.ok(names.includes("First mail"), "events name it still");
  // Version 3 has it behind the wait: it would be sent twice.
  await republish(house, id, [hookNode("go"), pause("w"), old], chain("hook", "w", "a"));
  const [row] = (await running(house, id)).items;
  assert.deepEqual([row!.version, row!.movable], [2, 0]);
  const why = '"First mail" (a) ran, and "w" (w), which leads there now, has not ended';
  assert.equal(row!.nodes[0]!.reasons[0]!.text, why);
  // Version 4 has it where it was.
  await republish(
    house,
    id,
    [hookNode("go"), old, pause("w"), node("z", "probe")],
    chain("hook", "a", "w", "z"),
  );
  await moveAll(house, id, { count: 1 });
  await house.until(() => isOver(engine, executionId), HOUR_MS);
  const over = await engine.executions.get(executionId);
  assert.deepEqual(over.steps.map(({ nodeId, status, leftIn }) => [nodeId, status, leftIn]), [
    ["hook", "completed", undefined],
    ["a", "completed", undefined],
    ["w", "completed", undefined],
    ["z", "completed", undefined],
  ]);
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "z"]);
  assert.equal(over.moves?.length, 2);
  await oracle(house.store);
});

Deno.test("running() lists what cannot move with its reason, startMigration() leaves it untouched", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const task = (outcomes: string[]): ReturnType<typeof node> =>
    node("t", "task", { title: "Call", outcomes });
  const nodes = [
    hookNode("go"),
    pause("w"),
    task(["Yes", "No"]),
    node("any", "join", { mode: "count", count: 2 }),
    pause("long", 9, "days"),
  ];
  const edges = [
    edge("hook", "w"),
    edge("hook", "t"),
    edge("t", "any", "Yes"),
    edge("hook", "long"),
    edge("long", "any"),
  ];
  const id = await publish(engine, nodes, edges);
  const executionId = await waiting(house);
  const stored = await house.store.get(["execution", executionId]);
  const reasonsFor = async (changed: typeof nodes, drawn = edges): Promise<string[]> => {
    const kept = new Set(changed.map((each) => each.id));
    await republish(
      house,
      id,
      changed,
      drawn.filter((each) => kept.has(each.source) && kept.has(each.target)),
    );
    const { items } = await running(house, id);
    assert.equal(items[0]!.movable, 0);
    return items[0]!.nodes.flatMap(({ reasons }) => reasons.map(({ text }) => text));
  };
  const without = (gone: string): typeof nodes => nodes.filter((each) => each.id !== gone);
  const replaced = (by: ReturnType<typeof node>): typeof nodes =>
    nodes.map((each) => each.id === by.id ? by : each);
  const cases: [typeof nodes, RegExp, typeof edges?][] = [
    [without("w"), /It stands on "w" \(w\), which version \d+ does not have/],
    [replaced(node("w", "probe")), /"w" \(w\) was of type wait and is of type probe now/],
    [
      replaced(node("w", "wait", { kind: "weekday", weekday: "mon", time: "09:00" })),
      /waits "for", and version \d+ waits "weekday"/,
    ],
    [
      replaced(task(["Maybe"])),
      /can be answered by "Yes", a port that it has no more/,
      edges.filter((each) => each.source !== "t"),
    ],
    [
      [...nodes, node("new", "probe")],
      /"new" \(new\) leads to the step in version \d+ and did not run before/,
      [...edges.filter((each) => each.target !== "w"), ...chain("hook", "new", "w")],
    ],
  ];
  for (const [changed, reason, drawn] of cases) {
    const texts = await reasonsFor(changed, drawn);
    assert.ok(texts.some((text) => reason.test(text)), `${reason}: ${texts.join(" | ")}`);
  }
  await assert.rejects(
    engine.mending.startMigration(id, { mode: "migrate", count: 1 }, {}, BOSS),
    (error: unknown) =>
      error instanceof EngineError && error.status === 409 && /^0 executions can move/.test(error.message),
  );
  assert.equal(
    (await house.store.get(["execution", executionId]))?.versionstamp,
    stored?.versionstamp,
    "untouched",
  );
});

Deno.test("running() tells of a loop's rounds with the execution above them: it is not moved, nor are they", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const nodes = [
    hookNode("go"),
    node("each", "for_each", { items: [1, 2], concurrency: 2 }),
    pause("w", 9, "days"),
  ];
  const edges = [edge("hook", "each"), edge("each", "w", "each")];
  const id = await publish(engine, nodes, edges);
  const executionId = await waiting(house);
  await house.until(async () =>
    (await engine.executions.list({ limit: 9, parentId: executionId, status: "waiting" })).items.length === 2
  );
  await republish(house, id, [...nodes, node("end", "probe")], [...edges, edge("each", "end")]);
  const { items } = await running(house, id);
  assert.deepEqual(items.map(({ count, movable, restartable }) => [count, movable, restartable]), [[
    1,
    0,
    1,
  ]]);
  assert.match(items[0]!.nodes[0]!.reasons[0]!.text, /"each" \(each\) has rounds under way/);
  const job = await moveAll(house, id, { mode: "restart", count: 1 });
  assert.deepEqual([job.count, job.done], [1, 1]);
  await house.until(async () => (await engine.executions.get(executionId)).status === "cancelled");
  await house.until(async () =>
    (await engine.executions.list({ limit: 9, parentId: executionId, status: "cancelled" })).items.length ===
      2
  );
  await oracle(house.store);
});

Deno.test("startMigration() refuses another count, naming the new one, and versions that there are not", async () => {
  await using house = await openEngine();
  const { engine } = house;
  const nodes = [hookNode("go"), pause("w"), node("b", "probe")];
  const id = await publish(engine, nodes, chain("hook", "w", "b"));
  const all = [await waiting(house), await waiting(house)];
  await republish(house, id, [...nodes, node("c", "probe")], chain("hook", "w", "b", "c"));
  const refused = async (input: object, status: number, text: RegExp): Promise<void> => {
    await assert.rejects(
      engine.mending.startMigration(id, { mode: "migrate", count: 2, ...input }, {}, BOSS),
      (error: unknown) => error instanceof EngineError && error.status === status && text.test(error.message),
      JSON.stringify(input),
    );
  };
  await refused({ count: 3 }, 409, /^2 executions can move by now, not 3: look again$/);
  await refused({ from: 2 }, 422, /run that version already/);
  await refused({ to: 7 }, 422, /There is no version 7/);
  await refused({ from: 9 }, 409, /^0 executions/);
  await assert.rejects(engine.mending.running("none", {}), /No workflow has the id/);
  for (const each of all) assert.equal((await engine.executions.get(each)).version, 1);
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["bulk"] } }), []);
  const options = { idempotencyKey: "k" };
  const input = { mode: "migrate", count: 2 } as const;
  const [one, two] = await Promise.all([
    engine.mending.startMigration(id, input, options, BOSS),
    engine.mending.startMigration(id, input, options, BOSS),
  ]);
  assert.equal(one.id, two.id, "the same request twice is one action");
});

Deno.test("startMigration() restarts: a new execution with the same lead and input, the old one cancelled with the reason", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const settings = { enrolment: { mode: "once" as const } };
  const nodes = [hookNode("go"), node("a", "probe", { say: "{{ trigger.body.plan }}" }), pause("w")];
  const id = await publish(engine, nodes, chain("hook", "a", "w"), settings);
  const old = await waiting(house, "go", { ...LEAD, plan: "gold" });
  await republish(
    house,
    id,
    [hookNode("go"), node("new", "probe", { say: "{{ trigger.body.plan }}" })],
    chain("hook", "new"),
  );
  const shown = (await running(house, id)).items[0]!;
  assert.deepEqual([shown.movable, shown.restartable], [0, 1]);
  const job = await moveAll(house, id, { mode: "restart", count: 1 });
  assert.deepEqual([job.action, job.done, job.failed], ["restart", 1, 0]);
  await house.until(() => isOver(engine, old), 5_000);
  const before = await engine.executions.get(old);
  assert.deepEqual([before.version, before.status], [1, "cancelled"]);
  assert.equal(before.reason?.text, "Cancelled by Ann: restarted in version 2");
  const [fresh] = before.replayedAs!;
  await house.until(() => isOver(engine, fresh!));
  const after = await engine.executions.get(fresh!);
  assert.deepEqual([after.version, after.status, after.lead?.id, after.replayOf], [
    2,
    "completed",
    before.lead?.id,
    old,
  ]);
  assert.deepEqual(after.steps.find(({ nodeId }) => nodeId === "new")?.output, { say: "gold" });
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "new"]);
  await oracle(house.store);
});

Deno.test("startMigration() moves one that waits in the queue of a limit; when its turn comes it runs the new version", async () => {
  await using house = await openEngine();
  const { engine, probe } = house;
  const limits = { limits: { maxConcurrent: 1 } };
  const nodes = [hookNode("go"), pause("w"), node("b", "probe")];
  const id = await publish(engine, nodes, chain("hook", "w", "b"), limits);
  const first = await waiting(house);
  const { executionId: second } = await hook(engine, "go", { email: "bob@example.com" });
  await house.settle();
  assert.equal((await engine.executions.get(second)).reason?.code, "limit");
  await republish(house, id, [hookNode("go"), pause("w"), node("c", "probe")], chain("hook", "w", "c"));
  const nodesOf = (await running(house, id)).items[0]!.nodes.map(({ nodeId, count }) => [nodeId, count]);
  assert.deepEqual(nodesOf, [["hook", 1], ["w", 1]]);
  await moveAll(house, id, { count: 2 });
  assert.equal((await engine.executions.get(second)).reason?.code, "limit", "it keeps its place");
  await oracle(house.store);
  await house.until(async () => await isOver(engine, first) && await isOver(engine, second), 3 * HOUR_MS);
  assert.deepEqual(probe.calls.map(({ nodeId, executionId }) => [nodeId, executionId]), [["c", first], [
    "c",
    second,
  ]]);
  await oracle(house.store);
});

Deno.test("startMigration() asks the process that holds an execution by mail; it moves once, whoever asks how often", async () => {
  await using first = await openEngine();
  const { engine, probe, real, clock } = first;
  const gate = Promise.withResolvers<void>();
  probe.answer = async ({ nodeId }) => {
    if (nodeId === "a") await gate.promise;
    return { kind: "done" };
  };
  const id = await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "probe")],
    chain("hook", "a", "b"),
  );
  const { executionId } = await hook(engine, "go", LEAD);
  await first.settle();
  await using second = await openEngine({ real, manual: clock, probe });
  await republish(
    second,
    id,
    [hookNode("go"), node("a", "probe"), node("c", "probe")],
    chain("hook", "a", "c"),
  );
  const ask = (): Promise<unknown> =>
    second.engine.mending.startMigration(id, { mode: "migrate", count: 1 }, {}, BOSS);
  await ask();
  await ask();
  await first.until(async () => (await engine.executions.get(executionId)).movesTo === 2);
  gate.resolve();
  await first.until(() => isOver(engine, executionId));
  const over = await engine.executions.get(executionId);
  assert.deepEqual([over.version, over.moves?.length], [2, 1]);
  assert.deepEqual(probe.calls.map(({ nodeId }) => nodeId), ["a", "c"]);
  await second.until(async () =>
    (await second.engine.mending.bulkJobs({ limit: 5 })).items.every(({ status }) => status === "completed")
  );
  await oracle(first.store);
});
