import assert from "node:assert/strict";
import { createLinks } from "../../engine/messages/links.ts";
import { createMailer } from "../../engine/messages/mailer.ts";
import { createTokens } from "../../engine/messages/tokens.ts";
import type { MailAbout, MailRequest } from "../../engine/schemas/outbound.ts";
import { mailServer, scriptedServer } from "./smtp_fixture.ts";

const tokens = createTokens([{ id: "k1", bytes: new Uint8Array(32).fill(7) }]);
const base = {
  from: "LeadFlow <sales@example.com>",
  send: true,
  publicUrl: (): string => "https://flow.example.com",
  tokens,
};
const request: MailRequest = {
  to: ["ann@example.com"],
  cc: [],
  bcc: [],
  subject: "Hello Ann",
  text: "Hello Ann,\n\nsee https://example.com/a?b=1&c=2.\n",
};
const about: MailAbout = {
  id: "01ABC",
  executionId: "E1",
  workflowId: "W1",
  nodeId: "mail",
  leadId: "L1",
  test: false,
  at: Date.UTC(2026, 10, 22, 9),
};

// The mail library keeps idle sockets' timers for a moment after close.
function mailTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

mailTest(
  "send() hands the mail to the server with a stable Message-ID, both parts and tracked links",
  async () => {
    await using server = await mailServer();
    const mailer = createMailer({ ...base, smtpUrl: server.url });
    const result = await mailer.send({
      ...request,
      cc: ["bob@example.com"],
      bcc: ["eve@example.com"],
      replyTo: "team@example.com",
    }, about);
    assert.equal(result.status, "sent");
    assert.equal(result.message.transport, "smtp");
    assert.equal(result.message.status, "sent");
    const mail = server.received[0];
    assert.ok(mail);
    assert.equal(mail.from, "sales@example.com");
    assert.deepEqual(mail.to, ["ann@example.com", "bob@example.com", "eve@example.com"]);
    assert.match(mail.data, /^Message-ID: <01ABC@example\.com>\r$/m);
    assert.match(mail.data, /^Auto-Submitted: auto-generated\r$/m);
    assert.match(mail.data, /^Reply-To: team@example\.com\r$/m);
    assert.match(mail.data, /^Date: Sun, 22 Nov 2026 09:00:00 \+0000\r$/m);
    assert.doesNotMatch(mail.data, /eve@example\.com/);
    assert.match(mail.data, /Content-Type: text\/plain/);
    assert.match(mail.data, /Content-Type: text\/html/);
    const again = await mailer.send(request, about);
    assert.equal(again.message.messageId, result.message.messageId);
    assert.equal(server.connections, 1);
    mailer.close();
  },
);

mailTest("send() lays mail into the outbox without a mail server, with readable tracking", async () => {
  const mailer = createMailer(base);
  assert.equal(mailer.transport, "outbox");
  const { status, message } = await mailer.send(request, about);
  assert.equal(status, "sent");
  assert.deepEqual([message.transport, message.status, message.createdAt], [
    "outbox",
    "sent",
    "2026-11-22T09:00:00.000Z",
  ]);
  const { readToken } = createLinks(base);
  const click = /href="https:\/\/flow\.example\.com\/t\/c\/([A-Za-z0-9_-]+)"/.exec(message.html)?.[1] ?? "";
  assert.deepEqual(readToken(click), {
    kind: "click",
    messageId: "01ABC",
    url: "https://example.com/a?b=1&c=2",
  });
  const open = /src="https:\/\/flow\.example\.com\/t\/o\/([A-Za-z0-9_-]+)\.gif"/.exec(message.html)?.[1] ??
    "";
  assert.deepEqual(readToken(open), { kind: "open", messageId: "01ABC" });
});

mailTest("send() hands nothing over for a test or when sending is off, and says held", async () => {
  await using server = await mailServer();
  const off = createMailer({ ...base, smtpUrl: server.url, send: false });
  const on = createMailer({ ...base, smtpUrl: server.url });
  const results = [await off.send(request, about), await on.send(request, { ...about, test: true })];
  for (const { status, message } of results) {
    assert.deepEqual([status, message.transport, message.status], ["sent", "outbox", "held"]);
  }
  assert.equal(server.connections, 0);
});

const refusals: {
  name: string;
  behaviour: Parameters<typeof mailServer>[0];
  code: string;
  retryable: boolean;
}[] = [
  { name: "the sender, 550", behaviour: { onMail: 550 }, code: "smtp_550", retryable: false },
  { name: "the recipient, 550", behaviour: { onRecipient: () => 550 }, code: "smtp_550", retryable: false },
  { name: "the recipient, 451", behaviour: { onRecipient: () => 451 }, code: "smtp_451", retryable: true },
  { name: "the whole message, 554", behaviour: { onMessage: 554 }, code: "smtp_554", retryable: false },
  { name: "the whole message, 452", behaviour: { onMessage: 452 }, code: "smtp_452", retryable: true },
];
for (const { name, behaviour, code, retryable } of refusals) {
  mailTest(`send() is refused when the server refuses ${name}`, async () => {
    await using server = await mailServer(behaviour);
    const mailer = createMailer({ ...base, smtpUrl: server.url });
    const { status, message, failure } = await mailer.send(request, about);
    assert.deepEqual([status, message.status, failure?.code, failure?.retryable], [
      "refused",
      "refused",
      code,
      retryable,
    ]);
    assert.equal(failure?.host, "127.0.0.1");
    assert.equal(failure?.status, Number(code.slice(5)));
    mailer.close();
  });
}

mailTest("send() is sent when one of two recipients is taken, and names the other", async () => {
  await using server = await mailServer({
    onRecipient: (address) => address.startsWith("bad") ? 550 : undefined,
  });
  const mailer = createMailer({ ...base, smtpUrl: server.url });
  const { status, failure } = await mailer.send(
    { ...request, to: ["ann@example.com", "bad@example.com"] },
    about,
  );
  assert.deepEqual([status, failure?.code], ["sent", "smtp_partly_refused"]);
  assert.match(failure?.message ?? "", /bad@example\.com/);
  mailer.close();
});

mailTest(
  "send() is uncertain when the line is cut after the message, and does not send it again",
  async () => {
    await using server = await mailServer({ onMessage: "drop" });
    const mailer = createMailer({ ...base, smtpUrl: server.url });
    const { status, message, failure } = await mailer.send(request, about);
    assert.deepEqual([status, message.status, failure?.code], ["uncertain", "uncertain", "ECONNRESET"]);
    assert.equal(failure?.retryable, false);
    assert.equal(server.received.length, 1);
    mailer.close();
  },
);

mailTest("send() is uncertain when the line is cut in the middle of the message", async () => {
  await using server = scriptedServer((line) =>
    line.startsWith("EHLO")
      ? "250 hi"
      : line === "DATA"
      ? "354 go on"
      : line.startsWith("Subject:")
      ? "drop"
      : /^(MAIL|RCPT)/.test(line)
      ? "250 ok"
      : undefined
  );
  const mailer = createMailer({ ...base, smtpUrl: server.url });
  const { status } = await mailer.send(request, about);
  assert.equal(status, "uncertain");
  assert.equal(server.lines.filter((line) => line === "DATA").length, 1);
  mailer.close();
});

mailTest(
  "send() is refused and may be tried again when the line is cut before DATA is answered",
  async () => {
    await using server = scriptedServer((line) =>
      line.startsWith("EHLO")
        ? "250 hi"
        : line === "DATA"
        ? "drop"
        : /^(MAIL|RCPT)/.test(line)
        ? "250 ok"
        : undefined
    );
    const mailer = createMailer({ ...base, smtpUrl: server.url });
    const { status, failure } = await mailer.send(request, about);
    assert.deepEqual([status, failure?.code, failure?.retryable], ["refused", "ECONNRESET", true]);
    mailer.close();
  },
);

mailTest("send() is refused by a greeting of 554", async () => {
  await using server = scriptedServer(() => undefined, "554 no service");
  const mailer = createMailer({ ...base, smtpUrl: server.url });
  const { status, failure } = await mailer.send(request, about);
  assert.deepEqual([status, failure?.code, failure?.retryable], ["refused", "smtp_554", false]);
  mailer.close();
});

mailTest("send() is refused with ECONNREFUSED where nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const mailer = createMailer({ ...base, smtpUrl: `smtp://user:hidden-password@127.0.0.1:${port}` });
  const { status, failure } = await mailer.send(request, about);
  assert.deepEqual([status, failure?.code, failure?.retryable], ["refused", "ECONNREFUSED", true]);
  assert.doesNotMatch(JSON.stringify(failure), /hidden-password/);
  mailer.close();
});

const hostile: { name: string; change: Partial<MailRequest>; field: string }[] = [
  { name: "CR LF in to", change: { to: ["ann@example.com\r\nBcc: eve@example.com"] }, field: "to" },
  { name: "a second address in angle brackets", change: { to: ["a@b.c>,<x@y.z"] }, field: "to" },
  { name: "CR LF in reply-to", change: { replyTo: "a@b.ch\r\nX: y" }, field: "replyTo" },
  { name: "CR LF in subject", change: { subject: "Hi\r\nBcc: eve@example.com" }, field: "subject" },
  {
    name: "1,000 recipients",
    change: { to: Array.from({ length: 1_000 }, (_, i) => `a${i}@example.com`) },
    field: "to",
  },
  { name: "nobody", change: { to: [] }, field: "to" },
];
for (const { name, change, field } of hostile) {
  mailTest(`send() refuses ${name} and names the field`, async () => {
    await using server = await mailServer();
    const mailer = createMailer({ ...base, smtpUrl: server.url });
    const { status, failure } = await mailer.send({ ...request, ...change }, about);
    assert.equal(status, "refused");
    assert.deepEqual(failure?.details, { field });
    assert.equal(failure?.retryable, false);
    assert.equal(server.connections, 0);
  });
}
