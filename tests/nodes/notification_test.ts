/** Notifications against a real receiver of Slack's messages and a real mail server. */
import assert from "node:assert/strict";
import type { StepContext } from "../../engine/nodes/define.ts";
import type { Json } from "../../engine/schemas/json.ts";
import { keys } from "../../engine/store/keys.ts";
import type { LedgerRecord } from "../../engine/store/records.ts";
import { egressTo, failureOf, rawTarget, target } from "../egress/target_fixture.ts";
import { ANN, chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import { done, fails, problems, runNode, stepContext } from "./context_fixture.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
const PATIENCE_MS = 48 * 3_600_000;
const LOCAL = { channel: "slack", host: "127.0.0.1" };

interface Posted {
  text: string;
  attachments: { color: string; blocks: { type: string; text: { type: string; text: string } }[] }[];
}

/** A receiver of Slack's messages; `context` reaches it by the secret's address. */
async function posted(
  config: { [key: string]: Json },
  answer = (): Response => new Response("ok"),
): Promise<{ body: Posted; outcome: Awaited<ReturnType<typeof runNode>>; asked: unknown[] }> {
  const bodies: Posted[] = [];
  await using server = target(async (request) => {
    assert.equal(request.headers.get("content-type"), "application/json");
    assert.equal(new URL(request.url).pathname, "/services/T0/B0/x");
    bodies.push(await request.json());
    return answer();
  });
  await using egress = egressTo("127.0.0.1");
  const asked: unknown[] = [];
  const context: StepContext = stepContext({
    http: (request) => egress.fetch(request, { signal: new AbortController().signal, depth: 0 }),
    secret: (name, host) => {
      asked.push([name, host]);
      return Promise.resolve(`${server.url}/services/T0/B0/x\n`);
    },
  });
  const outcome = await runNode("notification", { ...LOCAL, ...config }, context);
  assert.equal(bodies.length, 1);
  return { body: bodies[0]!, outcome, asked };
}

Deno.test("notification posts blocks beside the priority's colour, and says the priority in words", async () => {
  const { body, outcome, asked } = await posted({ message: "Acme asks for an offer", priority: "high" });
  assert.equal(body.text, "High priority: Acme asks for an offer");
  const [attachment] = body.attachments;
  assert.equal(attachment?.color, "#dc2626");
  assert.deepEqual(attachment?.blocks, [{
    type: "section",
    text: { type: "mrkdwn", text: "High priority: Acme asks for an offer" },
  }]);
  assert.deepEqual(asked, [["slack_webhook", "127.0.0.1"]]);
  assert.deepEqual(done(outcome).output, { channel: "slack", host: "127.0.0.1", status: 200 });
  const normal = await posted({ message: "Acme" });
  assert.equal(normal.body.text, "Acme");
  assert.notEqual(normal.body.attachments[0]?.color, attachment?.color);
});

Deno.test("notification lets no lead call the channel or hide an address, and cuts nothing that is escaped", async () => {
  const { body } = await posted({ message: "<!channel> <https://a.example|bank> & co" });
  assert.equal(body.text, "&lt;!channel&gt; &lt;https://a.example|bank&gt; &amp; co");
  const long = await posted({ message: "<&>".repeat(3_000) });
  const parts = long.body.attachments[0]!.blocks.map((block) => block.text.text);
  assert.ok(parts.length > 1 && parts.length <= 50, `${parts.length} sections`);
  for (const part of parts) {
    assert.ok(part.length <= 3_000, `${part.length} characters`);
    assert.match(part, /^(&(lt|gt|amp);)+$/);
  }
  assert.equal(parts.join("").length, 3_000 * "&lt;&amp;&gt;".length);
});

Deno.test("notification fails with Slack's own words, and with how long to wait", async () => {
  const refused = fails(
    (await posted({ message: "x" }, () => new Response("no_service", { status: 404 }))).outcome,
  );
  assert.deepEqual([refused.failure.code, refused.uncertain], ["http_404", undefined]);
  assert.match(refused.failure.message, /no_service/);
  const headers = { "retry-after": "30" };
  const busy = fails(
    (await posted({ message: "x" }, () => new Response("", { status: 429, headers }))).outcome,
  );
  assert.deepEqual([busy.failure.status, busy.failure.retryAfterMs], [429, 30_000]);
});

for (const value of ["", "no address", "https://evil.example/services/x", "javascript:alert(1)"]) {
  Deno.test(`notification sends nothing when the secret holds ${JSON.stringify(value)}`, async () => {
    const context = stepContext({
      secret: () => Promise.resolve(value),
      http: () => assert.fail("nothing is sent"),
    });
    const failure = await failureOf(runNode("notification", { channel: "slack", message: "x" }, context));
    assert.deepEqual([failure.code, failure.retryable], ["bad_slack_webhook", false]);
    assert.ok(!failure.message.includes("evil"), "the value is not told");
  });
}

Deno.test("notification names what is missing, and takes what scripts rely on", async () => {
  assert.deepEqual(await problems("notification", { channel: "slack", message: "x", priority: "high" }), []);
  assert.deepEqual(await problems("notification", { channel: "slack", message: " " }), ["message"]);
  assert.deepEqual(await problems("notification", { channel: "email", message: "x" }), ["to"]);
  assert.deepEqual(await problems("notification", { channel: "fax", message: "x" }), ["channel"]);
  const urgent = { channel: "slack", message: "x", priority: "urgent" };
  assert.deepEqual(await problems("notification", urgent), ["priority"]);
});

function prepare(house: Opened, config: { [key: string]: Json }, settings = {}): Promise<string> {
  const nodes = [hookNode("go"), node("tell", "notification", config), node("after", "probe")];
  return publish(house.engine, nodes, chain("hook", "tell", "after"), settings);
}

Deno.test(
  "notification by mail reaches colleagues at any hour, and is none of the lead's messages",
  free,
  async () => {
    await using server = await mailServer();
    await using house = await openEngine({ smtpUrl: server.url });
    const to = "bob@example.com, sue@example.com";
    const config = {
      channel: "email",
      to,
      priority: "high",
      message: "{{ lead.firstName }} is hot\nSee https://a.example",
    };
    // The clock begins on a Sunday: a lead would have to wait until Monday.
    await prepare(house, config, { sendWindow: { days: ["mon"], from: "09:00", to: "17:00" } });
    const { executionId } = await hook(house.engine, "go", { email: "ann@example.com", firstName: "Ann" });
    await house.until(() => isOver(house.engine, executionId), 60_000);
    assert.equal((await house.engine.executions.get(executionId)).status, "completed");
    assert.deepEqual(server.received[0]?.to, ["bob@example.com", "sue@example.com"]);
    const mail = server.received[0]!.data;
    assert.match(mail, /^Subject: High priority: Ann is hot\r?$/m);
    assert.doesNotMatch(mail, /\/t\/[oc]\//, "no pixel and no counted link");
    const record = await house.store.get<LedgerRecord>(keys.ledger(executionId, "tell", 1));
    assert.equal(record?.value.state, "sent");
    await oracle(house.store);
  },
);

Deno.test(
  "notification whose connection is lost after the hand-over asks a person and is not repeated",
  free,
  async () => {
    await using server = rawTarget(() => Promise.resolve());
    await using house = await openEngine({ allowHosts: [`127.0.0.1:${server.port}`] });
    await house.engine.secrets.put("slack_webhook", `${server.url}/x`, ["127.0.0.1"], ANN);
    await prepare(house, { ...LOCAL, message: "Acme" });
    const { executionId } = await hook(house.engine, "go");
    await house.until(async () => await house.engine.inbox.count() === 1, PATIENCE_MS);
    const [card] = (await house.engine.inbox.list({ limit: 10 })).items;
    assert.equal(card?.kind, "uncertain");
    house.clock.advance(7 * 86_400_000);
    await house.settle();
    assert.equal(server.heads.length, 1, "sent once");
    await house.engine.inbox.complete(card.id, { outcome: "sent" }, ANN);
    await house.until(() => isOver(house.engine, executionId));
    assert.equal(house.probe.calls.length, 1);
    await oracle(house.store);
  },
);

Deno.test(
  "notification whose process dies while Slack is asked is not repeated by the next one",
  free,
  async () => {
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using server = target(async () => {
      asked.resolve();
      await release.promise;
      return new Response("ok");
    });
    const allowHosts = [`127.0.0.1:${server.port}`];
    await using first = await openEngine({ allowHosts });
    await first.engine.secrets.put("slack_webhook", `${server.url}/x`, ["127.0.0.1"], ANN);
    await prepare(first, { ...LOCAL, message: "Acme" });
    const { executionId } = await hook(first.engine, "go");
    await asked.promise;
    first.die();
    await using second = await openEngine({ real: first.real, manual: first.clock, allowHosts });
    await second.until(async () => await second.engine.inbox.count() === 1, PATIENCE_MS);
    assert.equal((await second.engine.inbox.list({ limit: 1 })).items[0]?.kind, "uncertain");
    assert.equal(server.requests.length, 1);
    assert.equal((await second.engine.executions.get(executionId)).status, "waiting");
    release.resolve();
  },
);

Deno.test(
  "notification to a host that refuses the connection fails by its policy and asks nobody",
  free,
  async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    await using house = await openEngine({ allowHosts: [`127.0.0.1:${port}`] });
    await house.engine.secrets.put("slack_webhook", `http://127.0.0.1:${port}/x`, ["127.0.0.1"], ANN);
    await prepare(house, { ...LOCAL, message: "Acme" });
    const { executionId } = await hook(house.engine, "go");
    await house.until(() => isOver(house.engine, executionId), PATIENCE_MS);
    const step = (await house.engine.executions.get(executionId)).steps.find(({ nodeId }) =>
      nodeId === "tell"
    );
    assert.deepEqual([step?.status, step?.failure?.code], ["failed", "ECONNREFUSED"]);
  },
);
