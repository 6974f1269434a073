import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import { castVote } from "../../engine/monitoring/votes.ts";
import {
  ANN,
  chain,
  edge,
  emptyDatabase,
  hook,
  hookNode,
  isOver,
  node,
  openEngine,
  publish,
} from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { oracle } from "../helpers/oracle.ts";
import { mailServer } from "../messages/smtp_fixture.ts";

const THREE = "ann@example.com, Bob@example.com, cas@example.com";
const HOUR_MS = 3_600_000;
const BOB = { userId: "bob", name: "Bob", email: "bob@example.com" };

/** An execution that asks; each port leads to a probe of its name. */
async function asked(
  config: JsonObject,
  options: OpenOptions = {},
): Promise<Opened & { id: string; card(): Promise<InboxItem | undefined> }> {
  const house = await openEngine(options);
  const { engine } = house;
  await publish(
    engine,
    [
      hookNode("go"),
      node("ask", "approval", { title: "20 % off for {{ lead.company }}", ...config }),
      ...["approved", "declined", "timeout"].map((id) => node(id, "probe")),
    ],
    [...chain("hook", "ask"), ...["approved", "declined", "timeout"].map((port) => edge("ask", port, port))],
  );
  const { executionId } = await hook(engine, "go", { email: "lead@example.com", company: "Acme" });
  await house.settle();
  if (!options.smtpUrl) {
    await house.until(async () => (await engine.executions.get(executionId)).status === "waiting");
  }
  return Object.assign(house, {
    id: executionId,
    card: async () => (await engine.inbox.list({ limit: 10 })).items[0],
  });
}

async function mails(engine: Engine): Promise<Message[]> {
  const { items } = await engine.messages.list({ limit: 50 });
  return await Promise.all(items.toReversed().map(({ id }) => engine.messages.get(id)));
}

/** The token of one choice in the newest mail to this address. */
async function tokenOf(engine: Engine, address: string, choice: "Approve" | "Decline"): Promise<string> {
  const mail = (await mails(engine)).findLast(({ to }) => to[0] === address);
  const token = new RegExp(`${choice}: \\S+/a/(\\S+)`).exec(mail?.text ?? "")?.[1];
  assert.ok(token, `no link for ${address} in ${mail?.text}`);
  return token;
}

async function byLink(house: Opened, address: string, choice: "Approve" | "Decline"): Promise<boolean> {
  const voted = await house.engine.approvals.vote(await tokenOf(house.engine, address, choice), { note: "" });
  await mailIsRead(house);
  return voted?.cast ?? false;
}

/** Until every vote has been counted. */
async function mailIsRead(house: Opened): Promise<void> {
  await house.until(async () => (await house.store.keys({ selector: { prefix: ["mail"] } })).length === 0);
}

async function wentBy(house: Opened & { id: string }, port: string, votes: string[]): Promise<void> {
  await house.until(() => isOver(house.engine, house.id), 48 * HOUR_MS);
  const { steps, status } = await house.engine.executions.get(house.id);
  const step = steps.find(({ nodeId }) => nodeId === "ask");
  assert.equal(status, "completed");
  assert.equal(step?.port, port);
  const output = step.output as { approved: boolean; votes: { by: string; choice: string }[] };
  assert.equal(output.approved, port === "approved");
  assert.deepEqual(output.votes.map(({ by, choice }) => `${by} ${choice}`), votes);
  assert.deepEqual(house.probe.calls.map(({ nodeId }) => nodeId), [port]);
  assert.equal(await house.engine.inbox.count(), 0);
  await oracle(house.store);
}

Deno.test("approval without approvers: anybody in the inbox answers, and it says who and when", async () => {
  await using house = await asked({});
  const card = await house.card();
  assert.equal(card?.kind, "task");
  assert.equal(card.title, "20 % off for Acme");
  assert.deepEqual(card.outcomes, [{ id: "approved", label: "Approve" }, {
    id: "declined",
    label: "Decline",
  }]);
  assert.deepEqual(await mails(house.engine), []);
  await oracle(house.store);
  await house.engine.inbox.complete(card.id, { outcome: "approved", note: "fine" }, ANN);
  await wentBy(house, "approved", ["Ann approved"]);
  const events = await house.engine.executions.events(house.id, {});
  const vote = events.find(({ event }) => event.message === "Ann approved");
  assert.equal(vote?.event.taskId, "ask");
  assert.equal(vote.event.timestamp, new Date(house.clock.now).toISOString());
});

Deno.test("approval by N of M: each gets one mail, each votes once, the card shows the votes so far", async () => {
  await using house = await asked({ approvers: THREE, needed: 2 });
  const sent = await mails(house.engine);
  assert.deepEqual(sent.map(({ to }) => to.join()).sort(), [
    "ann@example.com",
    "bob@example.com",
    "cas@example.com",
  ]);
  assert.equal(new Set(sent.map(({ messageId }) => messageId)).size, 3);
  for (const mail of sent) {
    assert.equal(mail.leadId, null, "a colleague's mail is none of the lead's");
    assert.doesNotMatch(mail.html, /\/t\/[oc]\//, "nothing in it is counted");
    assert.match(mail.subject, /^Approval needed: 20 % off for Acme$/);
  }
  assert.equal(await byLink(house, "bob@example.com", "Approve"), true);
  assert.equal(await byLink(house, "bob@example.com", "Approve"), false, "a link is used once");
  assert.equal(await byLink(house, "bob@example.com", "Decline"), false, "the other link is used with it");
  const card = await house.card();
  assert.deepEqual(card?.approval?.votes.map(({ by, choice }) => `${by} ${choice}`), [
    "bob@example.com approved",
  ]);
  assert.equal(
    (await house.engine.executions.get(house.id)).reason?.text,
    "Waiting — for 1 more of 2 approvals: 20 % off for Acme",
  );
  await oracle(house.store);
  assert.equal(await byLink(house, "cas@example.com", "Approve"), true);
  assert.equal(await byLink(house, "ann@example.com", "Decline"), false, "it is over");
  await wentBy(house, "approved", ["bob@example.com approved", "cas@example.com approved"]);
});

Deno.test("approval with a veto: one who declines declines; without one the number decides", async () => {
  {
    await using house = await asked({ approvers: THREE, needed: 2 });
    await byLink(house, "ann@example.com", "Approve");
    await byLink(house, "cas@example.com", "Decline");
    await wentBy(house, "declined", ["ann@example.com approved", "cas@example.com declined"]);
  }
  await using house = await asked({ approvers: THREE, needed: 2, veto: false });
  await byLink(house, "ann@example.com", "Decline");
  assert.equal(await house.engine.inbox.count(), 1, "two can still approve");
  await byLink(house, "cas@example.com", "Decline");
  await wentBy(house, "declined", ["ann@example.com declined", "cas@example.com declined"]);
});

Deno.test("approval in the inbox counts each person once, and only those who are asked", async () => {
  await using house = await asked({ approvers: THREE, needed: 2 });
  const { id } = (await house.card())!;
  const complete = house.engine.inbox.complete;
  await assert.rejects(complete(id, { outcome: "approved" }, ANN), { status: 403, slug: "not-asked" });
  await assert.rejects(complete(id, { outcome: "timeout" }, BOB), { status: 422 });
  const twice = await Promise.allSettled([1, 2, 3].map(() => complete(id, { outcome: "approved" }, BOB)));
  assert.equal(twice.filter(({ status }) => status === "fulfilled").length, 1);
  await house.settle();
  await assert.rejects(complete(id, { outcome: "declined" }, BOB), { status: 409 });
  assert.equal(await byLink(house, "bob@example.com", "Decline"), false, "one vote, by whatever way");
  assert.equal(await byLink(house, "ann@example.com", "Approve"), true);
  await wentBy(house, "approved", ["bob@example.com approved", "ann@example.com approved"]);
  await assert.rejects(complete(id, { outcome: "approved" }, { ...BOB, email: "cas@example.com" }), {
    status: 409,
  });
});

Deno.test("approval's deadline leaves by timeout, never early, and its links are over", async () => {
  await using house = await asked({ approvers: THREE, deadline: { value: 2, unit: "hours" }, needed: 2 });
  const deadline = Date.parse((await house.engine.executions.get(house.id)).until ?? "");
  await byLink(house, "ann@example.com", "Approve");
  const late = await tokenOf(house.engine, "bob@example.com", "Approve");
  assert.equal((await house.engine.approvals.look(late))?.state, "open");
  house.clock.advanceTo(deadline - 1);
  await house.settle();
  assert.equal(house.probe.calls.length, 0);
  await wentBy(house, "timeout", ["ann@example.com approved"]);
  assert.ok(house.clock.now - deadline <= 1_000);
  assert.deepEqual(
    await house.engine.approvals.vote(late, { note: "" }).then((voted) => [voted?.cast, voted?.link.state]),
    [
      false,
      "over",
    ],
  );
});

Deno.test("approval counts a vote that came in time, though it is read after the deadline", async () => {
  await using house = await asked({ approvers: THREE, deadline: { value: 2, unit: "hours" } });
  const token = await tokenOf(house.engine, "ann@example.com", "Approve");
  const late = await tokenOf(house.engine, "bob@example.com", "Decline");
  // The process sleeps over the deadline with the vote in its database.
  house.clock.skip(2 * HOUR_MS - 1_000);
  assert.equal((await house.engine.approvals.vote(token, { note: "" }))?.cast, true);
  house.clock.skip(HOUR_MS);
  assert.equal((await house.engine.approvals.vote(late, { note: "" }))?.link.state, "over");
  await wentBy(house, "approved", ["ann@example.com approved"]);
});

Deno.test("approval counts a vote that was committed while its deadline was being decided, or says that it is over", async () => {
  const real = await emptyDatabase();
  let reads: (() => Promise<void>) | null = null;
  // After the worker has read the mail, and before it commits.
  const watched = new Proxy(real, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== "list") return typeof value === "function" ? value.bind(target) : value;
      return async function* (...args: Parameters<Deno.Kv["list"]>): AsyncGenerator<unknown> {
        yield* target.list(...args);
        const [{ prefix }] = args as [{ prefix?: Deno.KvKey }];
        const then = prefix?.[0] === "mail" ? reads : null;
        if (then) reads = null;
        await then?.();
      };
    },
  });
  await using house = await asked({ deadline: { value: 2, unit: "hours" } }, { real: watched });
  const card = await house.card();
  const told = Promise.withResolvers<string>();
  reads = async () => {
    const now = Date.parse(card!.dueAt!) - 1;
    const ballot = { executionId: house.id, nodeId: "ask", visit: 1, voter: "ann", by: "Ann", note: "" };
    const deps = { store: house.store, now: () => now, newId: () => crypto.randomUUID() };
    told.resolve(await castVote(deps, { ...ballot, choice: "approved" }));
  };
  house.clock.advance(2 * HOUR_MS);
  await house.until(() => isOver(house.engine, house.id), HOUR_MS);
  assert.equal(await told.promise, "cast");
  await wentBy(house, "approved", ["Ann approved"]);
  real.close();
});

Deno.test("approval reminds once, and only those who have not answered", async () => {
  await using house = await asked({
    approvers: THREE,
    needed: 3,
    reminder: { value: 1, unit: "hours" },
    deadline: { value: 1, unit: "days" },
  });
  await byLink(house, "bob@example.com", "Approve");
  house.clock.advance(HOUR_MS);
  await house.until(async () => (await mails(house.engine)).length === 5);
  const reminders = (await mails(house.engine)).slice(3);
  assert.deepEqual(reminders.map(({ to }) => to.join()).sort(), ["ann@example.com", "cas@example.com"]);
  for (const { subject } of reminders) assert.match(subject, /^Reminder: approval needed: /);
  assert.equal((await house.engine.executions.get(house.id)).status, "waiting");
  await oracle(house.store);
  assert.equal(await byLink(house, "ann@example.com", "Approve"), true, "by the link of the reminder");
  await house.until(() => isOver(house.engine, house.id), 25 * HOUR_MS);
  assert.equal((await mails(house.engine)).length, 5);
  await wentBy(house, "timeout", ["bob@example.com approved", "ann@example.com approved"]);
});

Deno.test("approval that is cancelled takes its card along; its links are over", async () => {
  await using house = await asked({ approvers: THREE });
  const token = await tokenOf(house.engine, "ann@example.com", "Approve");
  await house.engine.executions.cancel(house.id, { reason: "no" }, ANN);
  await house.settle();
  assert.equal(await house.engine.inbox.count(), 0);
  assert.equal((await house.engine.approvals.vote(token, { note: "" }))?.link.state, "over");
  await oracle(house.store);
});

Deno.test("approval names an approver that is no address, or too few of them, before any mail", async () => {
  for (
    const [config, field] of [
      [{ approvers: "{{ trigger.body.who }}, ann@example.com" }, "approvers"],
      [{ approvers: "{{ trigger.body.email }}", needed: 2 }, "needed"],
    ] as const
  ) {
    await using house = await openEngine();
    await publish(
      house.engine,
      [hookNode("go"), node("ask", "approval", { title: "Go?", ...config })],
      chain("hook", "ask"),
    );
    const { executionId } = await hook(house.engine, "go", {
      email: "ann@example.com",
      who: "Ann <ann@example.com>",
    });
    await house.until(() => isOver(house.engine, executionId));
    const step = (await house.engine.executions.get(executionId)).steps.find(({ nodeId }) =>
      nodeId === "ask"
    );
    assert.deepEqual([step?.failure?.code, step?.failure?.details], ["bad_approvers", { field }]);
    assert.deepEqual(await mails(house.engine), []);
  }
});

const mailed = { sanitizeOps: false, sanitizeResources: false };
/** Virtual time runs on while a real mail server takes its own. */
const PATIENCE_MS = 48 * HOUR_MS;

Deno.test(
  "approval with an approver whom the mail server refuses asks the others and says so",
  mailed,
  async () => {
    await using server = await mailServer({
      onRecipient: (address) => address.startsWith("bob") ? 550 : undefined,
    });
    await using house = await asked({ approvers: THREE, needed: 2 }, { smtpUrl: server.url });
    await house.until(() => server.received.length === 2, PATIENCE_MS);
    await house.until(
      async () => (await house.engine.executions.get(house.id)).status === "waiting",
      PATIENCE_MS,
    );
    const [refused] = (await house.card())?.approval?.unasked ?? [];
    assert.equal(refused?.to, "bob@example.com");
    assert.match(refused.why, /refused with 550/);
    const ledger = await Array.fromAsync(
      house.store.list<{ state: string }>({ selector: { prefix: ["ledger"] } }),
    );
    assert.deepEqual(ledger.map(({ key, value }) => [key.at(-1), value.state]), [
      ["ann@example.com.ask", "sent"],
      ["bob@example.com.ask", "refused"],
      ["cas@example.com.ask", "sent"],
    ]);
    await oracle(house.store);
    await byLink(house, "ann@example.com", "Approve");
    await byLink(house, "cas@example.com", "Approve");
    await wentBy(house, "approved", ["ann@example.com approved", "cas@example.com approved"]);
  },
);

Deno.test(
  "approval that could mail nobody fails with the mail server's words; retried, it asks again",
  mailed,
  async () => {
    const behaviour: { onMail?: number } = { onMail: 550 };
    await using server = await mailServer(behaviour);
    await using house = await asked({ approvers: "ann@example.com, bob@example.com" }, {
      smtpUrl: server.url,
    });
    await house.until(() => isOver(house.engine, house.id), PATIENCE_MS);
    const card = await house.card();
    assert.equal(card?.kind, "failed");
    assert.match(card.description, /refused with 550/);
    await oracle(house.store);
    delete behaviour.onMail;
    await house.engine.executions.retry(house.id, {}, ANN);
    await house.until(
      async () => (await house.engine.executions.get(house.id)).status === "waiting",
      PATIENCE_MS,
    );
    assert.equal(server.received.length, 2);
    await byLink(house, "ann@example.com", "Approve");
    await wentBy(house, "approved", ["ann@example.com approved"]);
  },
);

Deno.test("approval counts votes that come while its mails are under way", mailed, async () => {
  const gate = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using server = await mailServer({
    beforeAnswer: async (mail) => {
      if (!mail.to.includes("ann@example.com")) return;
      arrived.resolve();
      await gate.promise;
    },
  });
  await using house = await asked({ approvers: THREE, needed: 2 }, { smtpUrl: server.url });
  await arrived.promise;
  const { id } = (await house.card())!;
  await house.engine.inbox.complete(id, { outcome: "approved" }, { ...BOB, email: "ann@example.com" });
  await house.engine.inbox.complete(id, { outcome: "approved" }, BOB);
  await mailIsRead(house);
  gate.resolve();
  await wentBy(house, "approved", ["ann@example.com approved", "bob@example.com approved"]);
  assert.equal(server.received.length, 1, "whoever has answered is not asked");
});

for (const [answer, again] of [["sent", 0], ["again", 1], ["skip", 0]] as const) {
  Deno.test(
    `approval whose mail may have arrived is asked about, and goes on by "${answer}"`,
    mailed,
    async () => {
      const behaviour: { onMessage?: "drop" } = { onMessage: "drop" };
      await using server = await mailServer(behaviour);
      await using house = await asked(
        { approvers: "ann@example.com", deadline: { value: 9, unit: "days" } },
        {
          smtpUrl: server.url,
        },
      );
      await house.until(async () => (await house.card())?.kind === "uncertain", PATIENCE_MS);
      const card = (await house.card())!;
      assert.equal(card.title, "ann@example.com may have received this");
      await oracle(house.store);
      delete behaviour.onMessage;
      await house.engine.inbox.complete(card.id, { outcome: answer }, ANN);
      await house.until(async () =>
        (await house.engine.executions.get(house.id)).steps.some((step) => step.waitingFor?.kind === "person")
      );
      assert.equal(server.received.length, 1 + again);
      const ids = server.received.map(({ data }) => /^Message-ID: (.*)$/im.exec(data)?.[1]);
      assert.equal(new Set(ids).size, 1 + again, "a deliberate second mail has an id of its own");
      await oracle(house.store);
      await house.engine.inbox.complete(card.id, { outcome: "approved" }, {
        ...ANN,
        email: "ann@example.com",
      });
      await wentBy(house, "approved", ["ann@example.com approved"]);
    },
  );
}

Deno.test("approval is decided by a vote from a mail that nobody was sure of", mailed, async () => {
  await using server = await mailServer({ onMessage: "drop" });
  await using house = await asked({ approvers: "ann@example.com" }, { smtpUrl: server.url });
  await house.until(async () => (await house.card())?.kind === "uncertain", PATIENCE_MS);
  assert.equal(await byLink(house, "ann@example.com", "Approve"), true);
  await wentBy(house, "approved", ["ann@example.com approved"]);
});
