/** Each rule on virtual time: it speaks once, and says when it is over. */
import assert from "node:assert/strict";
import { judge } from "../../engine/alerts/judge.ts";
import type { Measures } from "../../engine/alerts/judge.ts";
import { measure } from "../../engine/alerts/measure.ts";
import type { EnteredRecord } from "../../engine/alerts/records.ts";
import { AlertRuleInput } from "../../engine/schemas/alert.ts";
import type { AlertRule } from "../../engine/schemas/alert.ts";
import { ANN, chain, hook, hookNode, node, publish } from "../helpers/engine.ts";
import { cron, scheduled } from "../scheduling/house.ts";
import { DAY, HOUR, incidents, MINUTE, openHouse, pass, runs, told, workflow } from "./house.ts";

const NOON = Date.UTC(2026, 10, 25, 12);

function rule(input: { kind: string; [name: string]: unknown }): AlertRule {
  return { ...AlertRuleInput.parse(input), id: input.kind, words: "", isDefault: true };
}

function measures(changes: Partial<Measures>): Measures {
  return {
    now: NOON,
    pulses: [],
    streaks: new Map(),
    missed: new Map(),
    entered: new Map(),
    late: { since: null },
    uncertain: 0,
    ...changes,
  };
}

Deno.test("streak: three failures in a row are told once, with their cause; a completion ends it", async () => {
  await using house = await openHouse();
  const id = await workflow(house, "go");
  await runs(house, "go", "bad", 2);
  await pass(house, 2 * MINUTE);
  assert.deepEqual(await incidents(house), []);
  await runs(house, "go", "bad", 1);
  await pass(house, 10 * MINUTE);
  const [incident, ...others] = await incidents(house);
  assert.deepEqual(others, []);
  const { name } = await house.engine.workflows.get(id);
  assert.equal(incident?.title, `3 runs of ${name} failed in a row`);
  assert.equal(
    incident?.detail,
    "3 so far, and none completed between them. The last one: Call failed, 401 from api.example.com.",
  );
  const [card] = (await house.engine.inbox.cards({ limit: 10 })).causes;
  assert.equal(incident?.link, `/inbox?card=${encodeURIComponent(card!.id)}`);
  assert.deepEqual(await told(house), [incident!.title]);
  await runs(house, "go", "bad", 2);
  await pass(house, 5 * MINUTE);
  assert.match((await incidents(house))[0]!.detail, /^5 so far/);
  assert.equal((await told(house)).length, 1, "it is the same incident");
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  const [over] = await incidents(house);
  assert.deepEqual([over?.status, over?.recovery], ["recovered", "A run completed"]);
  assert.deepEqual(await told(house), [incident!.title, `Recovered: ${incident!.title}`]);
  await runs(house, "go", "bad", 3);
  await pass(house, 2 * MINUTE);
  assert.equal((await incidents(house, "open")).length, 1, "what comes back is another incident");
});

Deno.test("streak: a completion between them keeps them from being in a row, also within a minute", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "bad", 2);
  await runs(house, "go", "good", 1);
  await runs(house, "go", "bad", 2);
  await pass(house, 3 * MINUTE);
  assert.deepEqual(await incidents(house), []);
});

Deno.test("failure_rate: from two of ten on, and not of nine; over when runs complete, and not when none runs", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "good", 7);
  await runs(house, "go", "bad", 2);
  await pass(house, 2 * MINUTE);
  assert.deepEqual(await incidents(house), []);
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  const [incident] = await incidents(house);
  assert.deepEqual([incident?.kind, incident?.status], ["failure_rate", "open"]);
  assert.match(incident!.detail, /^2 of 10 failed within 15 minutes\./);
  await pass(house, 30 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "open", "nothing has shown that it works");
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "recovered");
  assert.equal((await told(house)).length, 2);
});

Deno.test("a burst is one incident, not one of each rule; retried and completed, it is over and nothing else begins", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "bad", 20);
  await pass(house, 3 * MINUTE);
  assert.deepEqual((await incidents(house)).map(({ kind, status }) => [kind, status]), [["streak", "open"]]);
  house.probe.answer = () => ({ kind: "done" });
  const [card] = (await house.engine.inbox.cards({ limit: 10 })).causes;
  const input = { action: "retry", filter: { cause: card!.id }, expect: 20 } as const;
  await house.engine.mending.startBulk(input, {}, ANN);
  await pass(house, 10 * MINUTE);
  assert.deepEqual((await incidents(house)).map(({ kind, status }) => [kind, status]), [[
    "streak",
    "recovered",
  ]]);
});

Deno.test("failure_rate: what failed sixteen minutes before is no part of it", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "bad", 2);
  await pass(house, 17 * MINUTE);
  await runs(house, "go", "good", 10);
  await pass(house, 2 * MINUTE);
  assert.deepEqual(await incidents(house), []);
});

Deno.test("a rule of one workflow stands in for the one for all; what is switched off closes without a word", async () => {
  await using house = await openHouse();
  const id = await workflow(house, "go");
  await workflow(house, "other");
  const own = await house.engine.alerts.createRule({ kind: "streak", workflowId: id, count: 5 });
  assert.equal(own.words, "5 runs failed in a row");
  await runs(house, "go", "bad", 4);
  await runs(house, "other", "bad", 4);
  await pass(house, 2 * MINUTE);
  const [incident, ...others] = await incidents(house);
  assert.deepEqual(others, []);
  assert.notEqual(incident?.workflowId, id);
  await house.engine.alerts.saveRule("streak", { kind: "streak", enabled: false });
  await pass(house, 2 * MINUTE);
  const [closed] = await incidents(house);
  assert.deepEqual([closed?.status, closed?.recovery], ["recovered", "The rule watches it no more"]);
  assert.equal((await told(house)).length, 1);
  await house.engine.alerts.removeRule("streak");
  assert.equal((await house.engine.alerts.rule("streak")).enabled, true, "a default is what it was");
});

Deno.test("a deleted workflow has no incident", async () => {
  await using house = await openHouse();
  const id = await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  await pass(house, 2 * MINUTE);
  await house.engine.workflows.remove(id, {}, ANN);
  await pass(house, 2 * MINUTE);
  const [closed] = await incidents(house);
  assert.deepEqual([closed?.status, closed?.recovery], ["recovered", "The workflow was deleted"]);
});

Deno.test("unsent: three sends that failed for good within 15 minutes, also where an error port takes them", async () => {
  await using house = await openHouse();
  const mail = node("mail", "email", { to: "{{ trigger.body.to }}", subject: "Hello", text: "Hello" });
  await publish(house.engine, [hookNode("go"), mail, node("after", "probe")], [
    ...chain("hook", "mail"),
    { id: "e", source: "mail", sourceHandle: "error", target: "after", targetHandle: "in" },
  ]);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await incidents(house), []);
    await hook(house.engine, "go", { to: "nobody" });
    await pass(house, MINUTE);
  }
  await pass(house, MINUTE);
  const [incident] = await incidents(house);
  assert.deepEqual([incident?.kind, incident?.status], ["unsent", "open"]);
  assert.match(incident!.title, /^3 messages of .* could not be sent$/);
  await pass(house, 20 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "recovered");
});

Deno.test("uncertain: one is told, with the way to the inbox; over when somebody has said", async () => {
  await using house = await openHouse();
  house.probe.answer = () => ({
    kind: "fail",
    failure: { code: "lost", message: "The line was lost" },
    uncertain: true,
  });
  await workflow(house, "go");
  await hook(house.engine, "go", {});
  await pass(house, 2 * MINUTE);
  const [incident] = await incidents(house);
  assert.deepEqual([incident?.kind, incident?.link], ["uncertain", "/inbox"]);
  const [item] = (await house.engine.inbox.cards({ limit: 10 })).items;
  await house.engine.inbox.complete(item!.id, { outcome: "sent" }, ANN);
  await pass(house, 2 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "recovered");
});

Deno.test("missed: a scheduled run that an outage took, and that is not made up; over with the next one", async () => {
  await using house = await openHouse();
  const { workflowId } = await scheduled(house.engine, cron("0 * * * *", {}, { missed: "none" }));
  await pass(house, 65 * MINUTE);
  assert.deepEqual(await incidents(house), [], "10:00 was on time");
  house.clock.skip(2 * HOUR);
  await pass(house, 3 * MINUTE);
  const [incident] = await incidents(house);
  assert.deepEqual([incident?.kind, incident?.workflowId, incident?.status], ["missed", workflowId, "open"]);
  assert.match(incident!.detail, /^Planned for 2026-11-22 12:00 UTC: ./);
  await pass(house, 60 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "recovered");
});

Deno.test("late: what fell due a minute ago, unless the host slept; over when it is taken up", async () => {
  await using house = await openHouse();
  const { store, clock, real } = house;
  const about = { now: clock.now, watched: new Set<string>() };
  const before = clock.now - MINUTE;
  const late = async (since: number | null): Promise<Measures["late"]> => {
    const { measures } = await measure(store, { ...about, before: since });
    return measures.late;
  };
  assert.deepEqual(await late(before), { since: null });
  await real.set(["due", 5, 0, clock.now - 61_000, "execution", "e1"], new Uint8Array());
  const found = await late(before);
  assert.deepEqual(found, { since: clock.now - 61_000 });
  assert.equal(await late(clock.now - 10 * MINUTE), null, "it slept, and is still at it");
  assert.equal(await late(null), null);
  const at = (late: Measures["late"]): string =>
    judge(rule({ kind: "late" }), null, { ...measures({ late }), now: clock.now }).is;
  assert.deepEqual([at(found), at({ since: clock.now - 59_000 }), at({ since: null }), at(null)], [
    "wrong",
    "over",
    "over",
    "unknown",
  ]);
});

/** Used on these days before NOON's (which is a Wednesday), last at noon of the newest. */
function entered(...ago: number[]): EnteredRecord {
  const today = Math.floor(NOON / DAY);
  const days = ago.map((one) => today - one).sort((a, b) => a - b);
  return { v: 1, days, since: Math.min(...days), last: NOON - Math.min(...ago) * DAY };
}

function silence(record: EnteredRecord, now = NOON): string {
  return judge(rule({ kind: "silence" }), "w", { ...measures({ entered: new Map([["w", record]]) }), now })
    .is;
}

Deno.test("silence: 24 hours without anybody after a week with some", () => {
  assert.equal(silence(entered(1, 2, 3, 4, 5, 6, 7)), "wrong");
  assert.equal(silence(entered(1, 2, 3), NOON - 1), "over", "a millisecond short of 24 hours");
  assert.equal(silence(entered(0, 1, 2, 3)), "over");
  assert.equal(silence(entered(1)), "unknown", "somebody tried it once");
  assert.equal(silence(entered(9, 10, 11, 12)), "unknown", "nobody misses it any more");
});

Deno.test("silence: days that were silent a week before do not count, such as a weekend", () => {
  // Weekdays only, for two weeks: last on Friday at noon.
  const weekdays = entered(5, 6, 7, 8, 9, 12, 13, 14, 15, 16);
  const sunday = NOON - 3 * DAY;
  const monday = Date.UTC(2026, 10, 23);
  assert.equal(silence(weekdays, sunday), "over");
  assert.equal(silence(weekdays, monday + 11 * HOUR), "over", "12 hours of Friday and 11 of Monday");
  assert.equal(silence(weekdays, monday + 12 * HOUR), "wrong");
});

Deno.test("silence: on virtual time, over as soon as somebody enters", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  for (let day = 0; day < 4; day++) {
    await runs(house, "go", "good", 1);
    await pass(house, 2 * MINUTE);
    house.clock.advance(day < 3 ? DAY : DAY - HOUR);
  }
  await pass(house, 20 * MINUTE);
  assert.deepEqual(await incidents(house), []);
  await pass(house, 60 * MINUTE);
  const [incident] = await incidents(house);
  assert.deepEqual([incident?.kind, incident?.status], ["silence", "open"]);
  assert.match(incident!.title, /^Nobody has entered .* for 24 hours$/);
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  assert.equal((await incidents(house))[0]?.status, "recovered");
});

Deno.test("a look reads what was active, and not what is stored", async () => {
  const cost = async (workflows: number): Promise<number> => {
    await using house = await openHouse();
    await workflow(house, "go");
    for (let i = 0; i < workflows; i++) await workflow(house, `idle-${i}`);
    await runs(house, "go", "good", 3);
    await pass(house, 10 * MINUTE);
    const before = house.faults.reads;
    await pass(house, 10 * MINUTE);
    return house.faults.reads - before;
  };
  const [few, many] = [await cost(2), await cost(60)];
  assert.ok(many <= few * 1.1, `${few} reads with 2 idle workflows, ${many} with 60`);
});

Deno.test("what no rule looks at any more is not kept", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "bad", 5);
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  assert.notDeepEqual(await house.store.keys({ selector: { prefix: ["pulse"] } }), []);
  await pass(house, 65 * MINUTE);
  await runs(house, "go", "bad", 1);
  await pass(house, 2 * MINUTE);
  assert.equal((await house.store.keys({ selector: { prefix: ["failing"] } })).length, 1);
  assert.equal((await house.store.keys({ selector: { prefix: ["pulse"] } })).length, 1);
});
