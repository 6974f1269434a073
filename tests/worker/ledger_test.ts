/** Promise 3: what left the house is known, or a person is asked; nothing is sent twice in silence. */
import assert from "node:assert/strict";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import type { Step } from "../../engine/schemas/execution.ts";
import { keys } from "../../engine/store/keys.ts";
import type { LedgerRecord } from "../../engine/store/records.ts";
import { ManualClock } from "../helpers/clock.ts";
import {
  ANN,
  chain,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { Behaviour, FakeServer } from "../messages/smtp_fixture.ts";

const free = { sanitizeOps: false, sanitizeResources: false };
/** Virtual time runs on while a real mail server takes its own. */
const PATIENCE_MS = 48 * 3_600_000;
const LEAD = { email: "ann@example.com", firstName: "Ann" };

function prepare(house: Opened, to = "{{ lead.email }}"): Promise<string> {
  return publish(
    house.engine,
    [hookNode("go"), node("mail", "email", { to, subject: "Hello", text: "Hello" }), node("after", "probe")],
    chain("hook", "mail", "after"),
  );
}

async function stepOf(house: Opened, id: string): Promise<Step> {
  const step = (await house.engine.executions.get(id)).steps.find(({ nodeId }) => nodeId === "mail");
  assert.ok(step);
  return step;
}

async function cards(house: Opened): Promise<InboxItem[]> {
  return (await house.engine.inbox.list({ limit: 10 })).items;
}

async function ledger(house: Opened, id: string, visit = 1): Promise<LedgerRecord | undefined> {
  return (await house.store.get<LedgerRecord>(keys.ledger(id, "mail", visit)))?.value;
}

function messageIds(server: FakeServer): (string | undefined)[] {
  return server.received.map(({ data }) => /^Message-ID: (.*)$/im.exec(data)?.[1]);
}

Deno.test("a mail refused for now is tried again by the policy, with the same Message-ID", free, async () => {
  const behaviour: Behaviour = { onMessage: 451 };
  await using server = await mailServer(behaviour);
  await using house = await openEngine({ smtpUrl: server.url });
  await prepare(house);
  const { executionId } = await hook(house.engine, "go", LEAD);
  await house.until(() => server.received.length === 2, PATIENCE_MS);
  delete behaviour.onMessage;
  await house.until(() => isOver(house.engine, executionId), PATIENCE_MS);
  const step = await stepOf(house, executionId);
  assert.deepEqual([step.status, step.attempts], ["completed", 3]);
  assert.deepEqual(step.tries.map(({ failure }) => failure?.code), ["smtp_451", "smtp_451"]);
  assert.equal(new Set(messageIds(server)).size, 1);
  assert.equal((await ledger(house, executionId))?.state, "sent");
  await oracle(house.store);
});

Deno.test("a mail refused for good fails at once, with the server's words in the inbox", free, async () => {
  await using server = await mailServer({ onRecipient: () => 550 });
  await using house = await openEngine({ smtpUrl: server.url });
  await prepare(house);
  const { executionId } = await hook(house.engine, "go", LEAD);
  await house.until(() => isOver(house.engine, executionId), PATIENCE_MS);
  assert.deepEqual([(await stepOf(house, executionId)).attempts, (await ledger(house, executionId))?.state], [
    1,
    "refused",
  ]);
  const [card] = await cards(house);
  assert.equal(card?.kind, "failed");
  assert.match(card.description, /refused with 550/);
  assert.equal(server.received.length, 0);
  await oracle(house.store);
});

for (const answer of ["sent", "again", "skip"]) {
  Deno.test(
    `a connection lost after the hand-over leaves it uncertain; "${answer}" goes on`,
    free,
    async () => {
      const behaviour: Behaviour = { onMessage: "drop" };
      await using server = await mailServer(behaviour);
      await using house = await openEngine({ smtpUrl: server.url });
      await prepare(house);
      const { executionId } = await hook(house.engine, "go", LEAD);
      await house.until(async () => await house.engine.inbox.count() === 1, PATIENCE_MS);
      const [card] = await cards(house);
      assert.deepEqual([card?.kind, card?.title], ["uncertain", "Ann may have received this"]);
      assert.deepEqual(card?.outcomes.map(({ label }) => label), ["Sent", "Send again", "Skip"]);
      assert.equal((await ledger(house, executionId))?.state, "uncertain");
      // However long nobody decides, nothing is sent.
      house.clock.advance(7 * 86_400_000);
      await house.settle();
      assert.equal(server.received.length, 1);
      await oracle(house.store);
      delete behaviour.onMessage;
      await house.engine.inbox.complete(card!.id, { outcome: answer }, ANN);
      await house.until(() => isOver(house.engine, executionId), PATIENCE_MS);
      assert.equal((await house.engine.executions.get(executionId)).status, "completed");
      assert.equal(house.probe.calls.length, 1);
      const sent = answer === "again" ? 2 : 1;
      assert.equal(server.received.length, sent);
      assert.equal(new Set(messageIds(server)).size, sent, "a person's resend has an id of its own");
      assert.equal((await ledger(house, executionId))?.state, "resolved");
      assert.equal((await ledger(house, executionId, 2))?.state, answer === "again" ? "sent" : undefined);
      assert.equal(await house.engine.inbox.count(), 0);
      await oracle(house.store);
    },
  );
}

for (
  const [to, title] of [
    ["sales@example.com", "sales@example.com may have received this"],
    ["{{ lead.email | upcase }}", "Ann may have received this"],
    ["{{ lead.email }}, bob@example.com", "ann@example.com, bob@example.com may have received this"],
  ] as const
) {
  Deno.test(`an uncertain mail to ${to} is asked about as "${title}"`, free, async () => {
    await using server = await mailServer({ onMessage: "drop" });
    await using house = await openEngine({ smtpUrl: server.url });
    await prepare(house, to);
    await hook(house.engine, "go", LEAD);
    await house.until(async () => await house.engine.inbox.count() === 1, PATIENCE_MS);
    assert.equal((await cards(house))[0]?.title, title);
  });
}

interface Torn {
  server: FakeServer;
  behaviour: Behaviour;
  /** Handed the mail over, and does not know that its lease has run out. */
  zombie: Opened;
  heir: Opened;
  id: string;
  /** The mail server answers the zombie. */
  answer(): void;
}

/** One process holds a mail that its server has not answered; another has taken the execution over. */
async function torn(test: (torn: Torn) => Promise<void>): Promise<void> {
  const real = await emptyDatabase();
  const gate = Promise.withResolvers<void>();
  const behaviour: Behaviour = { beforeAnswer: () => gate.promise };
  await using server = await mailServer(behaviour);
  await using zombie = await openEngine({ real, manual: new ManualClock(), smtpUrl: server.url });
  await prepare(zombie);
  const { executionId: id } = await hook(zombie.engine, "go", LEAD);
  await zombie.until(() => server.received.length === 1, PATIENCE_MS);
  // Its own clock stands still: it renews nothing, and nobody tells it.
  const clock = new ManualClock(zombie.clock.now);
  await using heir = await openEngine({ real, manual: clock, smtpUrl: server.url });
  await heir.until(async () => await heir.engine.inbox.count() === 1, PATIENCE_MS);
  assert.equal((await ledger(heir, id))?.state, "uncertain");
  const answer = (): void => {
    delete behaviour.beforeAnswer;
    gate.resolve();
  };
  await test({ server, behaviour, zombie, heir, id, answer });
  await oracle(heir.store);
  heir.die();
  zombie.die();
  real.close();
}

/** Until a result that came when the lease was lost has been written. */
async function written(zombie: Opened): Promise<void> {
  await zombie.until(() => zombie.faults.batches.flat().includes("ledger_result"), 1_200_000);
}

Deno.test(
  "a result that comes when the lease is lost is written to the ledger, and nobody has to decide",
  free,
  () =>
    torn(async ({ server, zombie, heir, id, answer }) => {
      answer();
      await written(zombie);
      await heir.until(() => isOver(heir.engine, id), PATIENCE_MS);
      const step = await stepOf(heir, id);
      assert.deepEqual([step.status, step.failure], ["completed", null]);
      const record = await ledger(heir, id);
      assert.deepEqual([record?.state, record?.attempt], ["sent", 1]);
      assert.equal(await heir.engine.inbox.count(), 0);
      assert.equal(server.received.length, 1);
      assert.equal((await heir.engine.messages.list({ limit: 10 })).items[0]?.status, "sent");
      assert.equal(heir.probe.calls.length + zombie.probe.calls.length, 1);
    }),
);

Deno.test(
  "a refusal that comes when the lease is lost is known too: the step fails and is not uncertain",
  free,
  () =>
    torn(async ({ behaviour, zombie, heir, id, answer }) => {
      behaviour.onMessage = 554;
      answer();
      await written(zombie);
      await heir.until(() => isOver(heir.engine, id), PATIENCE_MS);
      assert.deepEqual((await cards(heir)).map(({ kind }) => kind), ["failed"]);
      assert.equal((await ledger(heir, id))?.state, "refused");
    }),
);

Deno.test(
  "what a person decided before a late result stays decided; the ledger has both",
  free,
  () =>
    torn(async ({ server, zombie, heir, id, answer }) => {
      const [card] = await cards(heir);
      await heir.engine.inbox.complete(card!.id, { outcome: "skip" }, ANN);
      await heir.until(() => isOver(heir.engine, id), PATIENCE_MS);
      answer();
      await written(zombie);
      await heir.until(
        async () => (await heir.store.keys({ selector: { prefix: ["mail"] } })).length === 0,
        PATIENCE_MS,
      );
      const record = await ledger(heir, id);
      assert.deepEqual([record?.state, record?.result], ["resolved", "sent"]);
      assert.deepEqual((await stepOf(heir, id)).output, { resolved: "skip", by: "Ann" });
      assert.equal(server.received.length, 1);
    }),
);

Deno.test(
  "a connection that is lost when the lease is lost tells nothing: it stays uncertain",
  free,
  () =>
    torn(async ({ behaviour, zombie, heir, id, answer }) => {
      behaviour.onMessage = "drop";
      answer();
      await zombie.settle();
      heir.clock.advance(60_000);
      await heir.settle();
      assert.deepEqual((await cards(heir)).map(({ kind }) => kind), ["uncertain"]);
      assert.equal((await ledger(heir, id))?.state, "uncertain");
    }),
);
