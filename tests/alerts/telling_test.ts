/** How alerts are told: once, by one process, not in quiet hours, gathered where asked; and seen where they could not be. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { quietUntil, tellAt } from "../../engine/alerts/settings.ts";
import { AlertSettings } from "../../engine/schemas/alert.ts";
import type { Opened } from "../helpers/engine.ts";
import { ANN } from "../helpers/engine.ts";
import { HOUR, incidents, MAIL, messages, MINUTE, openHouse, pass, runs, told, workflow } from "./house.ts";

const ALL = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
const NIGHT = { days: [...ALL], from: "20:00", to: "07:30" };
const at = (text: string): number => Date.parse(text);

Deno.test("two processes: one incident, told once", async () => {
  await using house = await openHouse({ overNetwork: true });
  await using other = await openHouse({
    overNetwork: true,
    real: house.real,
    manual: house.clock,
    probe: house.probe,
  });
  await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  for (let i = 0; i < 5; i++) {
    await pass(house, MINUTE);
    await other.settle();
  }
  assert.equal((await incidents(house)).length, 1);
  assert.equal((await told(house)).length, 1);
  await runs(house, "go", "good", 1);
  for (let i = 0; i < 5; i++) {
    await pass(house, MINUTE);
    await other.settle();
  }
  assert.equal((await told(house)).length, 2);
});

Deno.test("check() looks at once, and does no more than a look", async () => {
  await using house = await openHouse();
  await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  await Promise.all([house.engine.alerts.check(), house.engine.alerts.check()]);
  await house.until(async () => (await told(house)).length === 1, 5_000);
  assert.equal((await incidents(house)).length, 1);
  await pass(house, 2 * MINUTE);
  assert.equal((await told(house)).length, 1);
});

Deno.test("quietUntil() ends to the minute, over midnight, weekends and clocks that change", () => {
  const zurich = "Europe/Zurich";
  assert.equal(quietUntil(NIGHT, at("2026-11-22T11:00Z"), zurich), at("2026-11-22T11:00Z"));
  assert.equal(quietUntil(NIGHT, at("2026-11-22T20:10Z"), zurich), at("2026-11-23T06:30Z"));
  const odd = { days: [...ALL], from: "22:00", to: "06:47" };
  assert.equal(quietUntil(odd, at("2026-11-22T23:59:30Z"), "UTC"), at("2026-11-23T06:47Z"));
  // Clocks go forward at 02:00 on 28 March 2027 in Zurich.
  assert.equal(quietUntil(NIGHT, at("2027-03-27T22:00Z"), zurich), at("2027-03-28T05:30Z"));
  assert.equal(
    quietUntil({ days: [...ALL], from: "00:00", to: "24:00" }, at("2026-11-22T11:00Z"), zurich),
    null,
  );
});

Deno.test("tellAt() of what is urgent is now; a digest waits for its time, and for the end of quiet hours", () => {
  const settings = AlertSettings.parse({ quiet: NIGHT, timezone: "Europe/Zurich" });
  const evening = at("2026-11-22T20:10:00Z");
  assert.equal(tellAt(settings, evening, true), evening);
  assert.equal(tellAt(settings, evening, false), at("2026-11-23T06:30Z"));
  const noon = at("2026-11-22T11:05Z");
  assert.equal(tellAt({ ...settings, digest: "hourly" }, noon, false), at("2026-11-22T12:00Z"));
  assert.equal(
    tellAt({ ...settings, digest: "daily", digestAt: "08:00" }, noon, false),
    at("2026-11-23T07:00Z"),
  );
  assert.equal(
    tellAt({ ...settings, digest: "daily", digestAt: "23:59" }, noon, false),
    at("2026-11-23T06:30Z"),
  );
});

Deno.test("quiet hours: seen at once, told in the morning; what is over by then is one message with both", async () => {
  await using house = await openHouse();
  await house.engine.alerts.saveSettings({
    channels: [MAIL],
    quiet: { ...NIGHT, from: "08:30", to: "10:00" },
  });
  await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  await pass(house, 3 * MINUTE);
  assert.deepEqual([(await incidents(house, "open")).length, await told(house)], [1, []]);
  assert.equal((await incidents(house))[0]?.tellAt, "2026-11-22T10:00:00.000Z");
  await runs(house, "go", "good", 1);
  await pass(house, 3 * MINUTE);
  assert.deepEqual([(await incidents(house, "open")).length, await told(house)], [0, []]);
  await pass(house, HOUR);
  assert.deepEqual(await told(house), ["2 alerts from LeadFlow"]);
  const [message] = await messages(house);
  const { text } = await house.engine.messages.get(message!.id);
  assert.match(text, /^3 runs of .* failed in a row\n[\s\S]*\nRecovered: 3 runs of .* failed in a row\n/);
});

Deno.test("a digest gathers what came within the hour", async () => {
  await using house = await openHouse();
  await house.engine.alerts.saveSettings({ channels: [MAIL], digest: "hourly" });
  for (const path of ["one", "two", "three"]) {
    await workflow(house, path);
    await runs(house, path, "bad", 3);
    await pass(house, 5 * MINUTE);
  }
  assert.deepEqual([(await incidents(house, "open")).length, await told(house)], [3, []]);
  await pass(house, HOUR);
  assert.deepEqual(await told(house), ["3 alerts from LeadFlow"]);
});

async function undelivered({ engine }: Opened): Promise<[string, number, boolean][]> {
  return (await engine.alerts.undelivered()).map(({ problem, attempts, nextAt }) => [
    problem,
    attempts,
    nextAt !== null,
  ]);
}

Deno.test("what cannot be delivered is seen, tried five times, and told by the way that works by then", async () => {
  await using house = await openHouse();
  const { alerts } = house.engine;
  await alerts.saveSettings({ channels: [{ id: "mail", kind: "email" }] });
  await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  await pass(house, MINUTE);
  const nobody = "There is nobody to tell: no owner or admin yet";
  assert.deepEqual(await undelivered(house), [[nobody, 1, true]]);
  assert.deepEqual(await alerts.count(), { open: 1, undelivered: 1 });
  await pass(house, 7 * MINUTE);
  assert.deepEqual(await undelivered(house), [[nobody, 3, true]]);
  await pass(house, 80 * MINUTE);
  assert.deepEqual(await undelivered(house), [[nobody, 5, false]]);
  await alerts.saveSettings({ channels: [MAIL] });
  const [lost] = await alerts.undelivered();
  assert.match(lost!.titles[0]!, /failed in a row$/);
  await alerts.sendAgain(lost!.id);
  await house.until(async () => (await told(house)).length === 1, 5_000);
  await house.settle();
  assert.deepEqual(await undelivered(house), []);
  await assert.rejects(alerts.sendAgain(lost!.id), { status: 404 });
});

Deno.test("what nobody wants to be told any more is dismissed; without channels nobody is told and nothing is missing", async () => {
  await using house = await openHouse();
  const { alerts } = house.engine;
  await alerts.saveSettings({ channels: [{ id: "mail", kind: "email" }] });
  await workflow(house, "go");
  await workflow(house, "other");
  await runs(house, "go", "bad", 3);
  await pass(house, MINUTE);
  const [lost] = await alerts.undelivered();
  await alerts.dismiss(lost!.id);
  await pass(house, 10 * MINUTE);
  assert.deepEqual(await undelivered(house), []);
  await alerts.saveSettings({ channels: [] });
  await runs(house, "other", "bad", 3);
  await pass(house, 3 * MINUTE);
  assert.deepEqual([(await incidents(house, "open")).length, await undelivered(house)], [2, []]);
  assert.equal((await incidents(house))[0]?.tellAt, null);
});

Deno.test("webhook: signed by Standard Webhooks, with the same id over attempts; Slack: escaped, by the secret's address", async () => {
  const got: { path: string; headers: Headers; body: string }[] = [];
  let status = 500;
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    got.push({ path: new URL(request.url).pathname, headers: request.headers, body: await request.text() });
    return new Response(null, { status });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  await using house = await openHouse({ allowHosts: [host] });
  const key = new Uint8Array(32).fill(7);
  await house.engine.secrets.put("signing", `whsec_${key.toBase64()}`, ["127.0.0.1"], ANN);
  await house.engine.secrets.put("slack_webhook", `http://${host}/slack`, ["127.0.0.1"], ANN);
  await house.engine.alerts.saveSettings({
    channels: [
      { id: "hook", kind: "webhook", url: `http://${host}/hook`, secret: { secret: "signing" } },
      { id: "slack", kind: "slack", host: "127.0.0.1" },
    ],
  });
  const id = await workflow(house, "go");
  const { revision } = await house.engine.workflows.get(id);
  await house.engine.workflows.save(id, revision, { name: "<!channel> & *co*" }, ANN);
  await runs(house, "go", "bad", 3);
  await pass(house, MINUTE);
  await house.until(() => got.length === 2);
  status = 204;
  await house.until(() => got.length === 4, 10 * MINUTE);
  await house.until(async () => (await house.engine.alerts.undelivered()).length === 0);
  const hooks = got.filter(({ path }) => path === "/hook");
  assert.equal(hooks.length, 2);
  assert.equal(hooks[0]?.headers.get("webhook-id"), hooks[1]?.headers.get("webhook-id"));
  for (const { headers, body } of hooks) {
    const content = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
    const signature = createHmac("sha256", key).update(content).digest("base64");
    assert.equal(headers.get("webhook-signature"), `v1,${signature}`);
  }
  const { type, data } = JSON.parse(hooks[0]!.body);
  assert.equal(type, "alert.opened");
  assert.match(data.alerts[0].title, /^3 runs of <!channel> & \*co\* failed in a row$/);
  assert.match(data.alerts[0].url, /^http:\/\/leadflow\.test\/inbox\?card=/);
  const { text } = JSON.parse(got.find(({ path }) => path === "/slack")!.body);
  assert.match(text, /^\*3 runs of &lt;!channel&gt; &amp; ∗co∗ failed in a row\*\n/);
  assert.match(text, /<http:\/\/leadflow\.test\/inbox\?card=[^|]+\|See it in LeadFlow>$/);
});

Deno.test("test() says what came of it, and tells nobody else", async () => {
  await using house = await openHouse();
  const { alerts } = house.engine;
  assert.deepEqual(await alerts.test(MAIL), {
    ok: true,
    detail: "Laid into the outbox, as there is no mail server: ann@example.com",
  });
  assert.deepEqual(await told(house), ["A test of this channel"]);
  const refused = await alerts.test({ id: "hook", kind: "webhook", url: "http://127.0.0.1:9/x" });
  assert.equal(refused.ok, false);
  assert.match(refused.detail, /127\.0\.0\.1/);
  const secret = await alerts.test({ id: "slack", kind: "slack" });
  assert.equal(secret.ok, false);
  assert.match(secret.detail, /slack_webhook/);
  await assert.rejects(alerts.test({ id: "hook", kind: "webhook", url: "ftp://x" }), { status: 422 });
  assert.deepEqual(await undelivered(house), []);
});

Deno.test("acknowledge() says who is at it; mute() keeps it from being told, also when it comes back", async () => {
  await using house = await openHouse();
  const { alerts } = house.engine;
  await workflow(house, "go");
  await runs(house, "go", "bad", 3);
  await pass(house, MINUTE);
  const [incident] = await incidents(house);
  assert.equal((await alerts.acknowledge(incident!.id, ANN)).acknowledged?.by, "Ann");
  assert.equal(
    (await alerts.acknowledge(incident!.id, { userId: "bob", name: "Bob" })).acknowledged?.by,
    "Ann",
  );
  assert.ok((await alerts.mute(incident!.id, 1, ANN)).mutedUntil);
  await runs(house, "go", "good", 1);
  await pass(house, 2 * MINUTE);
  await runs(house, "go", "bad", 3);
  await pass(house, 2 * MINUTE);
  const [again] = await incidents(house, "open");
  assert.equal(again?.tellAt, null);
  assert.equal((await told(house)).length, 1);
  await runs(house, "go", "good", 1);
  await pass(house, 61 * MINUTE);
  await runs(house, "go", "bad", 3);
  await pass(house, 2 * MINUTE);
  assert.equal((await told(house)).length, 2, "the hour is over");
  await assert.rejects(alerts.acknowledge("nothing", ANN), { status: 404 });
  await assert.rejects(alerts.mute("nothing", 1, ANN), { status: 404 });
});

Deno.test("rules and settings refuse what is none, and name the field", async () => {
  await using house = await openHouse();
  const { alerts } = house.engine;
  const refused = async (asked: Promise<unknown>): Promise<string | undefined> => {
    const error: unknown = await asked.then(() => null, (error) => error);
    assert.ok(error instanceof Error && "issues" in error && Array.isArray(error.issues));
    return error.issues[0].path;
  };
  assert.equal(await refused(alerts.createRule({ kind: "streak", count: 1 })), "count");
  assert.equal(await refused(alerts.createRule({ kind: "streak", workflowId: "none" })), "workflowId");
  assert.equal(await refused(alerts.createRule({ kind: "late", workflowId: "w" })), "workflowId");
  assert.equal(await refused(alerts.saveRule("streak", { kind: "silence" })), "kind");
  const id = await workflow(house, "go");
  assert.equal(await refused(alerts.saveRule("streak", { kind: "streak", workflowId: id })), "workflowId");
  await assert.rejects(alerts.saveRule("none", { kind: "streak" }), { status: 404 });
  assert.equal(await refused(alerts.saveSettings({ timezone: "Mars/Base" })), "timezone");
  assert.equal(await refused(alerts.saveSettings({ channels: [MAIL, MAIL] })), "channels.1.id");
  assert.equal(
    await refused(alerts.saveSettings({ channels: [{ ...MAIL, to: ["nobody"] }] })),
    "channels.0.to.0",
  );
  const always = { days: [...ALL], from: "00:00", to: "24:00" };
  assert.equal(await refused(alerts.saveSettings({ quiet: always })), "quiet");
  assert.deepEqual(await alerts.settings(), AlertSettings.parse({ channels: [MAIL] }), "nothing was changed");
  const own = await alerts.createRule({ kind: "unsent", workflowId: id, count: 1 });
  assert.deepEqual((await alerts.rules()).map(({ kind, isDefault }) => [kind, isDefault]).at(-1), [
    "unsent",
    false,
  ]);
  await alerts.removeRule(own.id);
  await assert.rejects(alerts.rule(own.id), { status: 404 });
});
