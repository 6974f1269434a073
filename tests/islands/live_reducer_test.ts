import assert from "node:assert/strict";
import fc from "fast-check";
import type { ExecutionEvent } from "../../engine/schemas/event.ts";
import type { Execution } from "../../engine/schemas/execution.ts";
import { eventData, mergeFetched, reduceExecution } from "../../islands/shared/live_reducer.ts";
import { liveList, reduceList, showGathered, takeFirstPage } from "../../islands/shared/list_reducer.ts";
import { at, event, execution, step, summary } from "./samples.ts";
import type { Happening } from "./samples.ts";

function all(start: Execution, events: readonly ExecutionEvent[]): Execution {
  return events.reduce(reduceExecution, start);
}

const FAILURE = { code: "http_503", message: "503 from api.example.com", status: 503 };

/** One step that fails, is tried again, waits and completes; then the end. */
const STORY: Happening[] = [
  { type: "started", execution: "running" },
  { type: "started", node: "a", step: "running", attempt: 1 },
  {
    type: "retry",
    node: "a",
    step: "retrying",
    attempt: 1,
    until: at(10_000),
    failure: FAILURE,
    progress: 0,
  },
  { type: "started", node: "a", step: "running", attempt: 2 },
  { type: "completed", node: "a", step: "completed", attempt: 2, port: "out", progress: 33 },
  {
    type: "waiting",
    node: "b",
    step: "waiting",
    execution: "waiting",
    until: at(90_000),
    reason: { code: "wait", text: "Wait 1 minute" },
    progress: 33,
  },
  { type: "completed", node: "b", step: "completed", progress: 66 },
  {
    type: "skipped",
    node: "c",
    step: "skipped",
    reason: { code: "unreached", text: "Not reached: a left by out" },
    progress: 100,
  },
  { type: "completed", execution: "completed", progress: 100 },
];
const EVENTS = STORY.map((happening, i) => event(i + 1, happening));
const BEFORE = execution([step("a"), step("b"), step("c")]);

Deno.test("reduceExecution() repaints a step that is retried, with its tries", () => {
  const retrying = all(BEFORE, EVENTS.slice(0, 3)).steps[0];
  assert.equal(retrying?.status, "retrying");
  assert.equal(retrying?.until, at(10_000));
  assert.deepEqual(retrying?.tries, [
    { number: 1, startedAt: at(2_000), endedAt: at(3_000), failure: FAILURE },
  ]);
  const again = all(BEFORE, EVENTS.slice(0, 4)).steps[0];
  assert.equal(again?.status, "running");
  assert.equal(again?.attempts, 2);
  assert.equal(again?.until, null);
  assert.equal(again?.failure, null);
  assert.deepEqual(again?.tries.map((one) => [one.number, one.endedAt]), [[1, at(3_000)], [2, null]]);
  const done = all(BEFORE, EVENTS.slice(0, 5)).steps[0];
  assert.equal(done?.port, "out");
  assert.equal(done?.endedAt, at(5_000));
  assert.deepEqual(done?.tries.map((one) => one.number), [1]);
});

Deno.test("reduceExecution() says what a waiting execution waits for, and until when", () => {
  const waiting = all(BEFORE, EVENTS.slice(0, 6));
  assert.equal(waiting.status, "waiting");
  assert.equal(waiting.until, at(90_000));
  assert.equal(waiting.reason?.text, "Wait 1 minute");
  const after = all(BEFORE, EVENTS.slice(0, 7));
  assert.equal(after.status, "running");
  assert.equal(after.until, null);
  assert.equal(after.reason, null);
});

Deno.test("reduceExecution() settles with the last event and reopens with a retry", () => {
  const settled = all(BEFORE, EVENTS);
  assert.equal(settled.status, "completed");
  assert.equal(settled.progress, 100);
  assert.equal(settled.startedAt, at(1_000));
  assert.equal(settled.endedAt, at(9_000));
  assert.deepEqual(settled.steps.map((one) => one.status), ["completed", "completed", "skipped"]);
  assert.equal(settled.steps[2]?.startedAt, null);
  const reopened = reduceExecution(settled, event(10, { type: "queued", execution: "queued" }));
  assert.equal(reopened.status, "queued");
  assert.equal(reopened.endedAt, null);
});

Deno.test("reduceExecution() leaves a step alone that only has news, and fills in what goes without saying", () => {
  const done = reduceExecution(BEFORE, event(1, { type: "completed", node: "a", step: "completed" }));
  assert.deepEqual([done.steps[0]?.port, done.steps[0]?.attempts], ["out", 1]);
  const news = event(2, {
    type: "progress",
    node: "a",
    reason: { code: "email.opened", text: "The mail was opened" },
    ms: 9_000,
  });
  assert.deepEqual(reduceExecution(done, news).steps, done.steps);
  const skipped = reduceExecution(BEFORE, event(1, { type: "skipped", node: "a", step: "skipped" }));
  assert.deepEqual([skipped.steps[0]?.endedAt, skipped.steps[0]?.attempts], [null, 0]);
});

Deno.test("reduceExecution() ignores what is not for it or says nothing", () => {
  const foreign = event(1, { type: "completed", execution: "completed", executionId: "other" });
  assert.equal(reduceExecution(BEFORE, foreign), BEFORE);
  assert.equal(reduceExecution(BEFORE, { ...event(1, { type: "started" }), data: "text" }), BEFORE);
  assert.equal(
    eventData({ ...event(1, { type: "started" }), data: { seq: "1", execution: "running" } }),
    null,
  );
  const unknown = reduceExecution(BEFORE, event(1, { type: "progress", execution: "dreaming", step: "x" }));
  assert.equal(unknown.status, "queued");
});

const anyHappening: fc.Arbitrary<Happening> = fc.record({
  type: fc.constantFrom(
    "started",
    "progress",
    "waiting",
    "retry",
    "completed",
    "failed",
    "skipped",
    "cancelled",
  ),
  node: fc.option(fc.constantFrom("a", "b", "c"), { nil: undefined }),
  step: fc.constantFrom("running", "waiting", "retrying", "completed", "failed", "skipped", "cancelled"),
  execution: fc.constantFrom("running", "waiting", "completed", "failed", "cancelled"),
  attempt: fc.integer({ min: 1, max: 4 }),
  until: fc.option(fc.integer({ min: 0, max: 1e6 }).map(at), { nil: undefined }),
  failure: fc.option(fc.constant(FAILURE), { nil: undefined }),
  progress: fc.nat(100),
}).map(({ node, until, failure, ...rest }) => ({
  ...rest,
  ...(node === undefined ? {} : { node }),
  ...(until === undefined ? {} : { until }),
  ...(failure === undefined ? {} : { failure }),
}));

Deno.test("reduceExecution() gives the same picture after any break and overlap as in one go", () => {
  fc.assert(fc.property(
    fc.array(anyHappening, { maxLength: 20 }),
    fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 4 }),
    (happenings, repeats) => {
      const events = happenings.map((happening, i) => event(i + 1, happening));
      const once = all(BEFORE, events);
      let broken = BEFORE;
      for (const [reached, back] of repeats) {
        broken = all(broken, events.slice(Math.max(0, broken.seq - back), reached));
      }
      broken = all(broken, events.slice(0));
      assert.deepEqual(broken, once);
    },
  ));
});

Deno.test("mergeFetched() takes a newer reading whole and lends bodies from an older one", () => {
  const live = all(BEFORE, EVENTS.slice(0, 5));
  const read = {
    ...all(BEFORE, EVENTS.slice(0, 5)),
    steps: live.steps.map((one) => one.nodeId === "a" ? { ...one, output: { ok: true } } : one),
  };
  assert.equal(mergeFetched(live, read), read);
  const further = all(live, EVENTS.slice(5, 7));
  const merged = mergeFetched(further, read);
  assert.equal(merged.seq, 7);
  assert.equal(merged.status, further.status);
  assert.deepEqual(merged.steps[0]?.output, { ok: true });
  assert.equal(merged.steps[1]?.status, "completed");
});

Deno.test("reduceExecution() reaches the same statuses from any reading as from the start", () => {
  fc.assert(fc.property(fc.nat(EVENTS.length), fc.nat(EVENTS.length), (shown, read) => {
    const merged = mergeFetched(all(BEFORE, EVENTS.slice(0, shown)), all(BEFORE, EVENTS.slice(0, read)));
    assert.deepEqual(all(merged, EVENTS), all(BEFORE, EVENTS));
  }));
});

Deno.test("reduceList() repaints rows in place and gathers new ones", () => {
  const rows = [summary({ id: "03" }), summary({ id: "02" })];
  let list = liveList(rows);
  const done = event(5, { type: "completed", execution: "completed", progress: 100, executionId: "02" });
  list = reduceList(list, done);
  assert.deepEqual(list.items.map((row) => [row.id, row.status]), [["03", "queued"], ["02", "completed"]]);
  const late = event(4, { type: "started", execution: "running", executionId: "02" });
  assert.equal(reduceList(list, late), list);

  list = reduceList(list, event(1, { type: "queued", execution: "queued", executionId: "04" }));
  assert.equal(list.stale, true);
  assert.equal(list.items.length, 2);
  list = takeFirstPage(list, list, [summary({ id: "04" }), ...rows]);
  assert.deepEqual(list.gathered.map((row) => row.id), ["04"]);
  assert.deepEqual(list.items.map((row) => row.id), ["03", "02"]);
  list = reduceList(list, event(2, { type: "started", execution: "running", executionId: "04" }));
  assert.equal(list.gathered[0]?.status, "running");
  assert.deepEqual(showGathered(list).items.map((row) => row.id), ["04", "03", "02"]);
});

Deno.test("takeFirstPage() keeps rows that moved while it was read", () => {
  const before = liveList([summary({ id: "03" }), summary({ id: "02" })]);
  const moved = reduceList(
    before,
    event(5, { type: "completed", execution: "completed", executionId: "02", progress: 100 }),
  );
  const read = [summary({ id: "03", status: "waiting" }), summary({ id: "02", status: "running" })];
  const merged = takeFirstPage(moved, before, read);
  assert.deepEqual(merged.items.map((row) => row.status), ["waiting", "completed"]);
});
