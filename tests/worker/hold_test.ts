import assert from "node:assert/strict";
import type { NodeType } from "../../engine/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import { WEEKDAYS } from "../../engine/schemas/weekday.ts";
import type { Window } from "../../engine/schemas/window.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  createProbe,
  edge,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
  statuses,
} from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";

const DAY = 86_400_000;
const OFFICE: Window = { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" };
const EMAIL = "ann@example.com";
const SETTINGS = { timezone: "Europe/Zurich", sendWindow: OFFICE };
const COLD: JsonObject = { all: [{ field: "lead.score", op: "lt", value: 50 }] };

/** An engine with a step that reaches a person, and the seconds at which it did. The clock begins on a Sunday. */
async function open(options: OpenOptions = {}): Promise<{ house: Opened; reached: [string, string][] }> {
  const probe = options.probe ?? createProbe();
  const manual = options.manual ?? new ManualClock();
  const reached: [string, string][] = [];
  const reach: NodeType = { ...probe.type, type: "reach", reaches: true } as NodeType;
  const house = await openEngine({ ...options, probe, manual, extraNodeTypes: [probe.type, reach] });
  const { answer } = probe;
  probe.answer = (context, say) => {
    reached.push([context.nodeId, second(new Date(manual.now).toISOString())]);
    return answer(context, say);
  };
  return { house, reached };
}

/** The loop gathers bells for a few milliseconds; earlier by one would be another second. */
function second(iso: string): string {
  return `${iso.slice(0, 19)}Z`;
}

function leadOf(house: Opened, more: Partial<Lead> = {}): Promise<Lead> {
  return house.engine.leads.create({ email: EMAIL, ...more, score: more.score ?? 10 });
}

async function go(house: Opened): Promise<string> {
  return (await hook(house.engine, "go", { email: EMAIL })).executionId;
}

/** Changes the lead's score, as a person does while a step is held. */
async function warm(house: Opened, lead: Lead): Promise<void> {
  await house.engine.leads.update(lead.id, { score: 90 });
}

Deno.test("a step that reaches a person is held until the window opens, and says so; others are not", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const { engine } = house;
  await publish(
    engine,
    [hookNode("go"), node("a", "probe"), node("b", "reach")],
    chain("hook", "a", "b"),
    SETTINGS,
  );
  const id = await go(house);
  await house.settle();
  const held = await engine.executions.get(id);
  const step = held.steps.find(({ nodeId }) => nodeId === "b");
  assert.deepEqual([held.status, held.reason?.code, step?.status], ["waiting", "send_window", "waiting"]);
  assert.equal(step?.reason?.text, "Held until Mon 09:00 — outside Mon–Fri 09:00–17:00 in Europe/Zurich");
  assert.deepEqual(step.waitingFor, { kind: "window" });
  assert.equal(step.until, "2026-11-23T08:00:00.000Z");
  await oracle(house.store);
  await house.until(() => isOver(engine, id), 3 * DAY);
  assert.deepEqual(reached, [["a", "2026-11-22T09:00:00Z"], ["b", "2026-11-23T08:00:00Z"]]);
  assert.equal((await engine.executions.get(id)).steps.find(({ nodeId }) => nodeId === "b")?.reason, null);
  await oracle(house.store);
});

Deno.test("a mail is a step that reaches a person", async () => {
  const { house } = await open();
  await using _ = house;
  const { engine } = house;
  await leadOf(house);
  await publish(
    engine,
    [hookNode("go"), node("mail", "email", { to: "{{ lead.email }}", subject: "s", text: "t" })],
    chain("hook", "mail"),
    SETTINGS,
  );
  const id = await go(house);
  await house.settle();
  assert.equal((await engine.messages.list({ limit: 10 })).items.length, 0);
  await house.until(() => isOver(engine, id), 3 * DAY);
  assert.deepEqual(
    (await engine.messages.list({ limit: 10 })).items.map(({ createdAt }) => second(createdAt)),
    [
      "2026-11-23T08:00:00Z",
    ],
  );
});

Deno.test("the window is read on the lead's clock where it says so, else on the workflow's", async () => {
  const at = async (zone: string, sendZone: string | undefined): Promise<string | undefined> => {
    const { house, reached } = await open();
    await using _ = house;
    await leadOf(house, { timezone: zone });
    const sendWindow = { ...OFFICE, ...(sendZone ? { zone: sendZone } : {}) };
    await publish(house.engine, [hookNode("go"), node("b", "reach")], chain("hook", "b"), {
      ...SETTINGS,
      sendWindow,
    });
    const id = await go(house);
    await house.until(() => isOver(house.engine, id), 3 * DAY);
    return reached[0]?.[1];
  };
  assert.equal(await at("Asia/Tokyo", "lead"), "2026-11-23T00:00:00Z");
  assert.equal(await at("", "lead"), "2026-11-23T08:00:00Z");
  assert.equal(await at("Asia/Tokyo", undefined), "2026-11-23T08:00:00Z");
  assert.equal(await at("Asia/Tokyo", "America/New_York"), "2026-11-23T14:00:00Z");
});

const FORK = [hookNode("go"), node("cold", "condition", COLD), node("b", "reach"), node("other", "probe")];
const WAYS = [...chain("hook", "cold"), edge("cold", "b", "true"), edge("cold", "other", "false")];

Deno.test("what led to a held step is decided anew: it leads elsewhere, and the step is skipped with the reason", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const { engine } = house;
  const lead = await leadOf(house);
  await publish(engine, FORK, WAYS, SETTINGS);
  const id = await go(house);
  await house.settle();
  await warm(house, lead);
  await house.until(() => isOver(engine, id), 3 * DAY);
  assert.deepEqual(reached, [["other", "2026-11-23T08:00:00Z"]]);
  assert.deepEqual(await statuses(engine, id), {
    hook: "completed",
    cold: "completed",
    b: "skipped",
    other: "completed",
  });
  const { steps, status, progress } = await engine.executions.get(id);
  assert.deepEqual([status, progress], ["completed", 100]);
  const skipped = steps.find(({ nodeId }) => nodeId === "b");
  assert.equal(skipped?.reason?.code, "led_elsewhere");
  assert.match(
    skipped.reason.text,
    /^Not started: after the hold, cold leads to "false" \(.*lead.score was 90/,
  );
  assert.equal(steps.find(({ nodeId }) => nodeId === "cold")?.port, "false");
  await oracle(house.store);
});

Deno.test("what led to a held step is decided anew: it leads there still, and the step starts", async () => {
  const { house, reached } = await open();
  await using _ = house;
  await leadOf(house);
  await publish(house.engine, FORK, WAYS, SETTINGS);
  const id = await go(house);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached, [["b", "2026-11-23T08:00:00Z"]]);
  assert.equal((await statuses(house.engine, id)).other, "skipped");
  await oracle(house.store);
});

Deno.test("values between a decision and the held step are computed anew, too", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const lead = await leadOf(house);
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("copy", "set", { fields: [{ name: "score", value: "{{ lead.score }}" }] }),
      node("cold", "condition", { all: [{ field: "steps.copy.output.score", op: "lt", value: 50 }] }),
      node("b", "reach"),
      node("other", "probe"),
      node("join", "probe"),
    ],
    [
      ...chain("hook", "copy", "cold"),
      edge("cold", "b", "true"),
      edge("cold", "other", "false"),
      ...chain("b", "join"),
      ...chain("other", "join"),
    ],
    SETTINGS,
  );
  const id = await go(house);
  await house.settle();
  await warm(house, lead);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached.map(([nodeId]) => nodeId), ["other", "join"]);
  await oracle(house.store);
});

Deno.test("a mail that was opened during the hold keeps the next from being sent", async () => {
  const manual = new ManualClock(Date.UTC(2026, 10, 20, 15, 30));
  const { house, reached } = await open({ manual });
  await using _ = house;
  const { engine } = house;
  await leadOf(house);
  await publish(
    engine,
    [
      hookNode("go"),
      node("first", "email", { to: EMAIL, subject: "s", text: "t" }),
      node("pause", "wait", { kind: "for", duration: { value: 1, unit: "hours" } }),
      node("opened", "condition", { all: [{ field: "messages.first.opened", op: "is_true" }] }),
      node("again", "reach"),
    ],
    [...chain("hook", "first", "pause", "opened"), edge("opened", "again", "false")],
    SETTINGS,
  );
  const id = await go(house);
  await house.until(async () => (await statuses(engine, id)).again === "waiting", 2 * 3_600_000);
  const { items } = await engine.messages.list({ limit: 10 });
  const { html } = await engine.messages.get(items[0]!.id);
  const token = /\/t\/o\/([^"]+)\.gif/.exec(html)?.[1] ?? "";
  // The mail to the execution is written in the minute of the opening, and nobody has read it by then.
  manual.advanceTo(Date.UTC(2026, 10, 23, 8) - 1);
  await engine.messages.opened(token);
  await house.until(() => isOver(engine, id), 3 * DAY);
  assert.deepEqual(reached, []);
  assert.equal((await statuses(engine, id)).again, "skipped");
});

Deno.test("a decision behind which others have begun keeps its way; only the held step is skipped", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const lead = await leadOf(house);
  await publish(
    house.engine,
    [...FORK, node("beside", "probe")],
    [...WAYS, edge("cold", "beside", "true")],
    SETTINGS,
  );
  const id = await go(house);
  await house.settle();
  await warm(house, lead);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached.map(([nodeId]) => nodeId), ["beside"]);
  const all = await statuses(house.engine, id);
  assert.deepEqual([all.b, all.other, all.beside], ["skipped", "skipped", "completed"]);
  const { steps } = await house.engine.executions.get(id);
  assert.equal(steps.find(({ nodeId }) => nodeId === "b")?.reason?.code, "led_elsewhere");
  await oracle(house.store);
});

Deno.test("a held step that another way still leads to starts", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const lead = await leadOf(house);
  await publish(
    house.engine,
    [...FORK, node("always", "probe")],
    [...WAYS, ...chain("hook", "always", "b")],
    SETTINGS,
  );
  const id = await go(house);
  await house.settle();
  await warm(house, lead);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached.map(([nodeId]) => nodeId).sort(), ["always", "b", "other"]);
  await oracle(house.store);
});

Deno.test("decisions before the last wait stand", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const lead = await leadOf(house);
  await publish(
    house.engine,
    [...FORK, node("pause", "wait", { kind: "for", duration: { value: 1, unit: "minutes" } })],
    [
      ...chain("hook", "cold"),
      edge("cold", "pause", "true"),
      edge("pause", "b"),
      edge("cold", "other", "false"),
    ],
    SETTINGS,
  );
  const id = await go(house);
  await house.until(async () => (await statuses(house.engine, id)).b === "waiting", 120_000);
  await warm(house, lead);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached.map(([nodeId]) => nodeId), ["b"]);
});

Deno.test("steps in the rounds of a loop are held, and decided anew, each by itself", async () => {
  const { house, reached } = await open();
  await using _ = house;
  const lead = await leadOf(house);
  await publish(
    house.engine,
    [
      hookNode("go"),
      node("loop", "for_each", { items: "{{ trigger.body.list }}", concurrency: 2 }),
      ...FORK.slice(1),
      node("after", "probe"),
    ],
    [...chain("hook", "loop", "after"), edge("loop", "cold", "each"), ...WAYS.slice(1)],
    SETTINGS,
  );
  const { executionId } = await hook(house.engine, "go", { email: EMAIL, list: [1, 2] });
  await house.settle();
  await warm(house, lead);
  await house.until(() => isOver(house.engine, executionId), 3 * DAY);
  assert.deepEqual(reached.map(([nodeId]) => nodeId), ["other", "other", "after"]);
});

Deno.test("a retry that falls outside the window is held as well", async () => {
  const manual = new ManualClock(Date.UTC(2026, 10, 23, 15, 59, 59));
  const probe = createProbe();
  probe.answer = ({ attempt }) =>
    attempt === 1
      ? { kind: "fail", failure: { code: "busy", message: "Busy", retryable: true, retryAfterMs: 10_000 } }
      : { kind: "done" };
  const { house, reached } = await open({ manual, probe });
  await using _ = house;
  await publish(house.engine, [hookNode("go"), node("b", "reach")], chain("hook", "b"), SETTINGS);
  const id = await go(house);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached.map(([, at]) => at), ["2026-11-23T15:59:59Z", "2026-11-24T08:00:00Z"]);
  await oracle(house.store);
});

Deno.test("a host that slept over the opening holds until the next one; a cancel ends the hold", async () => {
  const real = await emptyDatabase();
  const manual = new ManualClock();
  const first = await open({ real, manual });
  await publish(first.house.engine, [hookNode("go"), node("b", "reach")], chain("hook", "b"), SETTINGS);
  const [id, other] = [await go(first.house), await go(first.house)];
  await first.house.settle();
  first.house.die();
  manual.advanceTo(Date.UTC(2026, 10, 23, 20));
  const { house, reached } = await open({ real, manual });
  await house.until(async () => {
    const { until } = await house.engine.executions.get(id);
    return until === "2026-11-24T08:00:00.000Z";
  }, 60_000);
  await house.engine.executions.cancel(other, {}, ANN);
  await house.until(() => isOver(house.engine, id), 3 * DAY);
  assert.deepEqual(reached, [["b", "2026-11-24T08:00:00Z"]]);
  assert.equal((await house.engine.executions.get(other)).status, "cancelled");
  await house[Symbol.asyncDispose]();
  real.close();
});

const ZONES = [
  "Europe/Zurich",
  "America/New_York",
  "Australia/Lord_Howe",
  "America/Santiago",
  "Pacific/Auckland",
];
const NIGHTS: Window[] = [
  { days: [...WEEKDAYS], from: "02:15", to: "02:45", zone: "lead" },
  { days: [...WEEKDAYS], from: "23:45", to: "03:15", zone: "lead" },
  { days: [...WEEKDAYS], from: "00:30", to: "02:05", zone: "lead" },
];

for (const zone of ZONES) {
  Deno.test(`no send falls outside the window over both clock changes of a year in ${zone}`, async () => {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
    const shown = (at: number): string => format.format(at);
    const changes: number[] = [];
    for (let day = Date.UTC(2026, 10, 23, 12); day < Date.UTC(2027, 10, 23); day += DAY) {
      if (shown(day) !== shown(day + DAY)) changes.push(day);
    }
    assert.equal(changes.length, 2);
    for (const change of changes) {
      let started = 0;
      const { house, reached } = await open({ manual: new ManualClock(change) });
      await using _ = house;
      await house.engine.leads.create({ email: EMAIL, timezone: zone });
      for (const [index, sendWindow] of NIGHTS.entries()) {
        const nodes = [hookNode(`go${index}`), node(`b${index}`, "reach")];
        await publish(house.engine, nodes, chain("hook", `b${index}`), { sendWindow });
      }
      for (let half = 0; half <= 44 * 2; half++) {
        house.clock.advanceTo(change + half * 1_800_000);
        await house.settle();
        if (half % 5 !== 0 || half > 24 * 2) continue;
        for (const index of NIGHTS.keys()) await hook(house.engine, `go${index}`, { email: EMAIL });
        started += NIGHTS.length;
      }
      assert.ok(reached.length === started, `${reached.length} of ${started} sent`);
      for (const [nodeId, at] of reached) {
        const { from, to } = NIGHTS[Number(nodeId.slice(1))]!;
        const time = shown(Date.parse(at));
        const inside = from < to ? time >= from && time < to : time >= from || time < to;
        assert.ok(inside, `${nodeId} at ${at}, ${time}`);
      }
    }
  });
}
