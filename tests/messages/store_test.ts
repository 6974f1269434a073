import assert from "node:assert/strict";
import { createLeads, type LeadSubject } from "../../engine/leads/mod.ts";
import { createLinks, type LinkToken } from "../../engine/messages/links.ts";
import { createMessages } from "../../engine/messages/outbox.ts";
import { createTokens } from "../../engine/messages/tokens.ts";
import { tracked } from "../../engine/messages/tracking_html.ts";
import { untracked } from "../../engine/messages/untracked.ts";
import { messageKeys, messagesOf, messageWrite } from "../../engine/messages/store.ts";
import type { Messages } from "../../engine/contract.ts";
import type { Message } from "../../engine/schemas/message.ts";
import { keys, shardOf } from "../../engine/store/keys.ts";
import { Store } from "../../engine/store/store.ts";

interface House extends AsyncDisposable {
  store: Store;
  messages: Messages;
  leads: LeadSubject;
  clock: { now: number };
  notified: string[];
  signalled: string[];
}

const LINKS = createLinks({
  tokens: createTokens([{ id: "test", bytes: new Uint8Array(32) }]),
  publicUrl: () => "https://leads.example.com",
});

/** Tokens are JSON of what they say, where signing does not matter. */
function readToken(token: string): LinkToken | null {
  return token.startsWith("{") ? JSON.parse(token) : LINKS.readToken(token);
}
const open = (messageId: string): string => JSON.stringify({ kind: "open", messageId });
const click = (messageId: string): string =>
  JSON.stringify({ kind: "click", messageId, url: "https://www.example.com/" });

async function openHouse(): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const clock = { now: Date.UTC(2026, 10, 22) };
  const [notified, signalled]: [string[], string[]] = [[], []];
  let serial = 0;
  const now = (): number => clock.now;
  const newId = (): string => `01${String(++serial).padStart(24, "0")}`;
  const onSignal = (id: string): void => void signalled.push(id);
  return {
    store,
    clock,
    notified,
    signalled,
    leads: createLeads({ store, now, newId, onSignal }),
    messages: createMessages({ store, readToken, now, newId, onSignal, notify: (id) => notified.push(id) }),
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
}

function message(id: string, change: Partial<Message> = {}): Message {
  return {
    id,
    channel: "email",
    transport: "outbox",
    status: "sent",
    test: false,
    workflowId: "workflow",
    executionId: "execution",
    nodeId: "mail",
    leadId: null,
    from: "sales@example.com",
    to: ["ann@example.com"],
    cc: [],
    bcc: [],
    replyTo: null,
    subject: "Hello",
    text: "Hello Ann",
    html: "<p>Hello Ann</p>",
    messageId: `<${id}@example.com>`,
    createdAt: "2026-11-22T00:00:00.000Z",
    openedAt: null,
    clickedAt: null,
    opens: 0,
    clicks: 0,
    ...change,
  };
}

async function put({ store }: House, one: Message): Promise<void> {
  const { sets, before } = messageWrite(one);
  for (const write of before) assert.equal((await store.commit(write)).ok, true);
  assert.equal((await store.commit({ name: "settle", sets })).ok, true);
}

Deno.test("messageWrite() stores a message that get() gives back whole", async () => {
  await using house = await openHouse();
  const texts = ["Hello", "ü".repeat(70_000), "x".repeat(600_000)];
  for (const [index, text] of texts.entries()) {
    const one = message(`m${index}`, { text, html: `<p>${text}</p>`, subject: "s".repeat(2_000) });
    await put(house, one);
    assert.deepEqual(await house.messages.get(one.id), one);
  }
  await assert.rejects(house.messages.get("nothing"), { status: 404 });
});

Deno.test("messageWrite() again replaces the message, also by a shorter one at another time", async () => {
  await using house = await openHouse();
  await put(house, message("m", { status: "refused", text: "x".repeat(200_000) }));
  const sent = message("m", { createdAt: "2026-11-22T00:00:05.000Z" });
  await put(house, sent);
  assert.deepEqual(await house.messages.get("m"), sent);
  const { items } = await house.messages.list({ limit: 10 });
  assert.deepEqual(items.map((item) => item.createdAt), [sent.createdAt]);
});

Deno.test("messageKeys() names every key of an execution's messages", async () => {
  await using house = await openHouse();
  await put(house, message("m1", { text: "x".repeat(200_000) }));
  await put(house, message("m2", { nodeId: "other" }));
  const all = await house.store.keys({ selector: { prefix: [] } });
  const named = await messageKeys(house.store, "execution");
  assert.deepEqual(named.map((key) => key.join()).sort(), all.map((key) => key.join()).sort());
  assert.equal((await messagesOf(house.store, "execution")).length, 2);
});

Deno.test("list() pages newest first, whatever the ids are, without loss or repeat while more come", async () => {
  await using house = await openHouse();
  const sent: string[] = [];
  for (let i = 0; i < 120; i++) {
    const id = `${(i * 7919) % 1000}-hash`;
    // Two share each moment: the id decides between them.
    await put(house, message(id, { createdAt: new Date(house.clock.now + Math.floor(i / 2)).toISOString() }));
    sent.push(id);
  }
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await house.messages.list({ limit: 33, cursor });
    seen.push(...page.items.map((item) => item.id));
    assert.equal("text" in (page.items[0] ?? {}), false);
    await put(house, message(`late${seen.length}`, { createdAt: "2027-01-01T00:00:00.000Z" }));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  assert.equal(seen.length, 120);
  assert.deepEqual(new Set(seen), new Set(sent));
  assert.deepEqual(new Set(seen.slice(0, 2)), new Set(sent.slice(-2)));
  await assert.rejects(house.messages.list({ limit: 1, cursor: "no" }), { status: 422 });
});

Deno.test("list() keeps to an execution or a lead", async () => {
  await using house = await openHouse();
  for (let i = 0; i < 5; i++) {
    const createdAt = new Date(house.clock.now + i).toISOString();
    await put(house, message(`a${i}`, { createdAt, nodeId: `n${9 - i}`, leadId: "ann" }));
    await put(house, message(`b${i}`, { createdAt, executionId: "other" }));
  }
  const first = await house.messages.list({ limit: 3, executionId: "execution" });
  assert.deepEqual(first.items.map((item) => item.id), ["a4", "a3", "a2"]);
  const rest = await house.messages.list({
    limit: 3,
    executionId: "execution",
    cursor: first.nextCursor ?? "",
  });
  assert.deepEqual(rest.items.map((item) => item.id), ["a1", "a0"]);
  assert.equal(rest.nextCursor, null);
  const about = await house.messages.list({ limit: 10, leadId: "ann" });
  assert.deepEqual(about.items.map((item) => item.id), ["a4", "a3", "a2", "a1", "a0"]);
});

Deno.test("opened() counts, signals the lead and mails the execution in one commit, then notifies", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  await put(house, message("m", { leadId: lead.id, transport: "smtp" }));
  assert.equal(await house.messages.opened(open("m")), true);
  const { opens, openedAt, clicks } = await house.messages.get("m");
  assert.deepEqual([opens, openedAt, clicks], [1, "2026-11-22T00:00:00.000Z", 0]);
  const [signal] = (await house.leads.signals(lead.id, { limit: 1 })).items;
  assert.equal(signal?.type, "email.opened");
  assert.deepEqual(signal?.data, { nodeId: "mail", executionId: "execution", messageId: "m" });
  const mails = await Array.fromAsync(house.store.list({ selector: { prefix: ["mail", "execution"] } }));
  assert.deepEqual(mails.map((mail) => mail.value), [
    { v: 1, kind: "message", nodeId: "mail", messageId: "m", what: "opened", at: house.clock.now },
  ]);
  const stored = await house.store.getMany([
    keys.message("m"),
    keys.clock(lead.id),
    keys.due(shardOf("execution"), 0, house.clock.now, "mail", "execution"),
    keys.due(shardOf(lead.id), 0, house.clock.now, "deliver", lead.id),
  ]);
  assert.deepEqual(
    new Set(stored.map((entry) => entry?.versionstamp)),
    new Set([mails[0]?.versionstamp]),
    "one commit",
  );
  assert.deepEqual(house.notified, ["execution"]);
  assert.deepEqual(house.signalled, [lead.id]);
});

Deno.test("opened() counts repeats within a second without telling anybody again", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  await put(house, message("m", { leadId: lead.id, transport: "smtp" }));
  const signals = async (): Promise<number> =>
    (await house.leads.signals(lead.id, { limit: 50 })).items.length - 1;
  await Promise.all([1, 2, 3, 4].map(() => house.messages.opened(open("m"))));
  house.clock.now += 999;
  await house.messages.opened(open("m"));
  assert.equal((await house.messages.get("m")).opens, 5);
  assert.equal(await signals(), 1);
  assert.equal((await house.store.keys({ selector: { prefix: ["mail"] } })).length, 1);
  assert.equal(house.notified.length, 1);
  house.clock.now += 1;
  await house.messages.opened(open("m"));
  assert.equal(await signals(), 2);
  assert.equal((await house.messages.get("m")).openedAt, "2026-11-22T00:00:00.000Z", "the first one stays");
});

Deno.test("clicked() goes where the token says, and counts as an opening when there was none", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  await put(house, message("m", { leadId: lead.id, transport: "smtp" }));
  assert.equal(await house.messages.clicked(click("m")), "https://www.example.com/");
  const { opens, clicks, clickedAt } = await house.messages.get("m");
  assert.deepEqual([opens, clicks, clickedAt], [1, 1, "2026-11-22T00:00:00.000Z"]);
  const { items } = await house.leads.signals(lead.id, { limit: 2 });
  assert.deepEqual(items.map((item) => item.type), ["email.clicked", "email.opened"]);
  assert.deepEqual(items[0]?.data, {
    nodeId: "mail",
    executionId: "execution",
    messageId: "m",
    url: "https://www.example.com/",
  });
  house.clock.now += 5_000;
  await house.messages.clicked(click("m"));
  assert.deepEqual((await house.messages.get("m")).opens, 1);
  const mails = await Array.fromAsync(
    house.store.list<{ what: string }>({ selector: { prefix: ["mail", "execution"] } }),
  );
  assert.deepEqual(mails.map((mail) => mail.value.what), ["opened", "clicked", "clicked"]);
});

Deno.test("opened() and clicked() refuse foreign tokens and tokens of the other kind", async () => {
  await using house = await openHouse();
  await put(house, message("m"));
  assert.equal(await house.messages.opened("forged"), false);
  assert.equal(await house.messages.opened(click("m")), false);
  assert.equal(await house.messages.clicked("forged"), null);
  assert.equal(await house.messages.clicked(open("m")), null);
  const { opens, clicks } = await house.messages.get("m");
  assert.deepEqual([opens, clicks], [0, 0]);
  assert.deepEqual(house.notified, []);
});

Deno.test("clicked() still leads on when message or lead are gone", async () => {
  await using house = await openHouse();
  assert.equal(await house.messages.clicked(click("gone")), "https://www.example.com/");
  assert.equal(await house.messages.opened(open("gone")), true);
  assert.deepEqual(await house.store.keys({ selector: { prefix: [] } }), []);
  await put(house, message("m", { leadId: "deleted" }));
  await house.messages.opened(open("m"));
  assert.deepEqual(await house.store.keys({ selector: { prefix: ["signal"] } }), []);
  assert.deepEqual(house.notified, ["execution"]);
});

Deno.test("opened() and clicked() say of what stays in the outbox that it was read there", async () => {
  await using house = await openHouse();
  const lead = await house.leads.create({ email: "ann@example.com" });
  const told = async (change: Partial<Message>): Promise<unknown[]> => {
    const id = `${change.transport}-${change.status}`;
    await put(house, message(id, { leadId: lead.id, ...change }));
    await house.messages.clicked(click(id));
    house.clock.now += 5_000;
    const { items } = await house.leads.signals(lead.id, { limit: 2 });
    const mails = await Array.fromAsync(
      house.store.list<{ messageId: string; outbox?: true }>({ selector: { prefix: ["mail", "execution"] } }),
    );
    const data = items.map((item) => Object(item.data).outbox);
    return [...data, ...mails.flatMap(({ value }) => value.messageId === id ? [value.outbox] : [])];
  };
  assert.deepEqual(await told({ transport: "outbox", status: "sent" }), [true, true, true, true]);
  assert.deepEqual(await told({ transport: "outbox", status: "held" }), [true, true, true, true]);
  const nothing = [undefined, undefined, undefined, undefined];
  assert.deepEqual(await told({ transport: "smtp", status: "sent" }), nothing);
});

Deno.test("readable() takes pixel and counted links out of what others have, or nobody should", async () => {
  await using house = await openHouse();
  const signed = tracked(
    '<p><a class="x" href="https://www.example.com/?a=1&amp;b=2">Look</a></p>',
    "m",
    LINKS,
  );
  assert.match(signed, /\/t\/o\/.*\/t\/c\/|\/t\/c\/.*\/t\/o\//s);
  const plain = '<p><a class="x" href="https://www.example.com/?a=1&amp;b=2">Look</a></p>';
  const read = async (change: Partial<Message>): Promise<string> => {
    await put(house, message("m", { html: signed, ...change }));
    assert.equal((await house.messages.get("m")).html, signed, "as it was sent");
    return (await house.messages.readable("m")).html;
  };
  assert.equal(await read({}), signed);
  assert.equal(await read({ status: "held" }), signed);
  assert.equal(await read({ status: "refused" }), plain);
  assert.equal(await read({ test: true, status: "held" }), plain);
  for (const status of ["sent", "uncertain", "refused"] as const) {
    assert.equal(await read({ transport: "smtp", status }), plain);
  }
});

Deno.test("untracked() leaves links that are not ours, and those whose signature is not", () => {
  const foreign = '<a href="https://shop.example.com/t/c/abc">a</a><a href="https://example.com/">b</a>';
  assert.equal(untracked(foreign, () => null), foreign);
  assert.equal(untracked(foreign, () => ({ kind: "open", messageId: "m" })), foreign);
});
