import assert from "node:assert/strict";
import { createMailer } from "../../engine/messages/mailer.ts";
import { createTokens } from "../../engine/messages/tokens.ts";
import type { StepContext } from "../../engine/nodes/define.ts";
import type { Json } from "../../engine/schemas/json.ts";
import { failureOf } from "../egress/target_fixture.ts";
import { mailServer } from "../messages/smtp_fixture.ts";
import type { Behaviour } from "../messages/smtp_fixture.ts";
import { done, fails, node, NOW, problems, runNode, stepContext } from "./context_fixture.ts";

const about = {
  id: "M1",
  executionId: "E1",
  workflowId: "W1",
  nodeId: "n1",
  leadId: null,
  test: false,
  at: NOW,
};
const config = { to: "ann@example.com", subject: "Hello", text: "Hello Ann" };

function mailing(smtpUrl?: string): { context: StepContext; close(): void } {
  const mailer = createMailer({
    from: "sales@example.com",
    send: true,
    publicUrl: () => "https://flow.example.com",
    tokens: createTokens([{ id: "k1", bytes: new Uint8Array(32) }]),
    ...(smtpUrl === undefined ? {} : { smtpUrl }),
  });
  return {
    context: stepContext({ mail: (request) => mailer.send(request, about) }),
    close: () => mailer.close(),
  };
}

// The mail library keeps idle sockets' timers for a moment after close.
function mailTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

mailTest("email is done when the server has taken it, and says to whom", async () => {
  await using server = await mailServer();
  const { context, close } = mailing(server.url);
  const outcome = done(
    await runNode("email", {
      ...config,
      to: "ann@example.com, bob@example.com",
      cc: "cc@example.com,",
      bcc: " ",
    }, context),
  );
  assert.deepEqual(outcome.output, {
    messageId: "M1",
    to: ["ann@example.com", "bob@example.com"],
    subject: "Hello",
    transport: "smtp",
  });
  assert.equal(outcome.message?.status, "sent");
  assert.deepEqual(server.received[0]?.to, ["ann@example.com", "bob@example.com", "cc@example.com"]);
  close();
});

mailTest("email lies in the outbox when there is no mail server", async () => {
  const outcome = done(await runNode("email", config, mailing().context));
  assert.deepEqual(outcome.output, {
    messageId: "M1",
    to: ["ann@example.com"],
    subject: "Hello",
    transport: "outbox",
  });
  assert.equal(outcome.message?.transport, "outbox");
});

const ends: { name: string; behaviour: Behaviour; code: string; uncertain: boolean }[] = [
  {
    name: "fails when the server refuses it",
    behaviour: { onRecipient: () => 550 },
    code: "smtp_550",
    uncertain: false,
  },
  {
    name: "fails so that it may be tried again when the server is busy",
    behaviour: { onRecipient: () => 451 },
    code: "smtp_451",
    uncertain: false,
  },
  {
    name: "is uncertain when the line is cut after the message",
    behaviour: { onMessage: "drop" },
    code: "ECONNRESET",
    uncertain: true,
  },
];
for (const { name, behaviour, code, uncertain } of ends) {
  mailTest(`email ${name}`, async () => {
    await using server = await mailServer(behaviour);
    const { context, close } = mailing(server.url);
    const outcome = fails(await runNode("email", config, context));
    assert.deepEqual([outcome.failure.code, outcome.uncertain ?? false], [code, uncertain]);
    assert.equal(outcome.failure.retryable, code === "smtp_451");
    assert.equal(outcome.message?.status, uncertain ? "uncertain" : "refused");
    close();
  });
}

const many = Array.from({ length: 51 }, (_, i) => `a${i}@example.com`).join(",");
const hostile: { name: string; change: { [field: string]: Json }; field: string; code?: string }[] = [
  { name: "nobody", change: { to: "" }, field: "to" },
  { name: "no address", change: { to: "Ann" }, field: "to" },
  { name: "a template's empty text", change: { to: " , " }, field: "to" },
  { name: "CR LF with a header", change: { to: "ann@example.com\r\nBcc: eve@example.com" }, field: "to" },
  { name: "LF alone at the end", change: { to: "ann@example.com\n" }, field: "to" },
  { name: "NUL", change: { to: "ann@example.com\0" }, field: "to" },
  { name: "a second address in angle brackets", change: { to: "a@b.c>,<x@y.z" }, field: "to" },
  { name: "a route", change: { to: "@a.example,@b.example:c@d.example" }, field: "to" },
  { name: "CR LF in cc", change: { cc: "a@example.com\r\nX: y" }, field: "cc" },
  { name: "CR LF in bcc", change: { bcc: "a@example.com\r\nX: y" }, field: "bcc" },
  { name: "CR LF in reply-to", change: { replyTo: "a@example.com\r\nX: y" }, field: "replyTo" },
  { name: "two reply-to", change: { replyTo: "a@example.com, b@example.com" }, field: "replyTo" },
  { name: "51 recipients", change: { to: many }, field: "to" },
  { name: "51 copies", change: { cc: many }, field: "cc" },
  { name: "51 recipients in all", change: { bcc: many.split(",").slice(0, 50).join(",") }, field: "to" },
  {
    name: "CR LF in the subject",
    change: { subject: "Hi\r\nBcc: eve@example.com" },
    field: "subject",
    code: "bad_subject",
  },
];
for (const { name, change, field, code } of hostile) {
  Deno.test(`email refuses ${name} before anything is sent, and names ${field}`, async () => {
    let asked = 0;
    const context = stepContext({
      mail: () => {
        asked++;
        return Promise.reject(new Error("reached the mailer"));
      },
    });
    const failure = await failureOf(runNode("email", { ...config, ...change }, context));
    assert.deepEqual([failure.code, failure.details, failure.retryable], [
      code ?? "bad_address",
      { field },
      false,
    ]);
    assert.match(failure.message, new RegExp(`\\b${field}\\b`));
    assert.equal(asked, 0);
  });
}

Deno.test("email writes its intent first and encodes each field in its own way", async () => {
  const type = await node("email");
  assert.ok(type.kind === "effect" && type.ledger);
  assert.deepEqual(type.templates, {
    to: "header",
    cc: "header",
    bcc: "header",
    replyTo: "header",
    subject: "header",
    text: "text",
    html: "html",
  });
});

Deno.test("email names the field of a config that could not run", async () => {
  assert.deepEqual(await problems("email", { to: " ", subject: "", text: "" }), ["to", "subject", "text"]);
  assert.deepEqual(
    await problems("email", { to: "{{ lead.email }}", subject: "s", text: "", html: "<p>x</p>" }),
    [],
  );
  assert.deepEqual(await problems("email", { subject: "s", text: "t" }), ["to"]);
});
