import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import type { Engine, WebhookAnswer } from "../../engine/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { ANN, hookNode, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const KEY = new Uint8Array(24).fill(7);
type Headers = { [name: string]: string };
type Encoding = "hex" | "base64";

function mac(key: string | Uint8Array, text: string, encoding: Encoding): string {
  return createHmac("sha256", key).update(text).digest(encoding);
}

/** How a sender signs, by its own documentation. */
interface Scheme {
  secret: string;
  sign(secret: string, body: string, at: string): Headers;
  /** The time is signed too. */
  timed: boolean;
  header: string;
}

const SCHEMES: { [kind: string]: Scheme } = {
  hmac: {
    secret: "correct horse",
    sign: (secret, body) => ({ "x-signature": mac(secret, body, "hex") }),
    timed: false,
    header: "x-signature",
  },
  github: {
    secret: "correct horse",
    sign: (secret, body) => ({ "x-hub-signature-256": `sha256=${mac(secret, body, "hex")}` }),
    timed: false,
    header: "x-hub-signature-256",
  },
  shopify: {
    secret: "correct horse",
    sign: (secret, body) => ({ "x-shopify-hmac-sha256": mac(secret, body, "base64") }),
    timed: false,
    header: "x-shopify-hmac-sha256",
  },
  stripe: {
    secret: "whsec_abc",
    sign: (secret, body, at) => ({
      "stripe-signature": `t=${at},v1=${"0".repeat(64)},v1=${mac(secret, `${at}.${body}`, "hex")},v0=x`,
    }),
    timed: true,
    header: "stripe-signature",
  },
  slack: {
    secret: "8f742231b10e8888abcd99yyyzzz85a5",
    sign: (secret, body, at) => ({
      "x-slack-request-timestamp": at,
      "x-slack-signature": `v0=${mac(secret, `v0:${at}:${body}`, "hex")}`,
    }),
    timed: true,
    header: "x-slack-signature",
  },
  standard: {
    secret: `whsec_${KEY.toBase64()}`,
    sign: (secret, body, at) => {
      const key = Uint8Array.fromBase64(secret.slice("whsec_".length));
      return {
        "webhook-id": "msg_1",
        "webhook-timestamp": at,
        "webhook-signature": `v1a,x v1,${mac(key, `msg_1.${at}.${body}`, "base64")}`,
      };
    },
    timed: true,
    header: "webhook-signature",
  },
};

interface Signed extends Opened {
  send(body: string, headers: Headers, key?: string): Promise<WebhookAnswer>;
  count(): Promise<number>;
}

async function openSigned(kind: string, secrets: { [name: string]: string }): Promise<Signed> {
  const house = await openEngine();
  const { engine } = house;
  for (const [name, value] of Object.entries(secrets)) await engine.secrets.put(name, value, [], ANN);
  const auth: JsonObject = { kind, secret: { secret: "now" }, previous: { secret: "before" } };
  await publish(engine, [hookNode("go", "accepted", auth)], []);
  return {
    ...house,
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
    send: (body, headers, key) => send(engine, body, headers, key),
    count: async () => (await engine.executions.list({ limit: 200 })).items.length,
  };
}

function send(engine: Engine, body: string, headers: Headers, key?: string): Promise<WebhookAnswer> {
  return engine.triggers.webhook({
    method: "POST",
    path: "go",
    rawBody: new TextEncoder().encode(body),
    headers: { "content-type": "application/json", ...headers },
    query: {},
    ...(key ? { idempotencyKey: key } : {}),
  });
}

function seconds(house: Opened, after = 0): string {
  return String(Math.floor(house.clock.now / 1_000) + after);
}

for (const [kind, { secret, sign, timed, header }] of Object.entries(SCHEMES)) {
  Deno.test(`webhook() takes the signed calls of ${kind}, and none that is changed, cut, unsigned or by another secret`, async () => {
    await using house = await openSigned(kind, { now: secret });
    const at = seconds(house);
    const good = sign(secret, '{"n":1}', at);
    const other = kind === "standard" ? `whsec_${new Uint8Array(24).toBase64()}` : "wrong";
    const { [header]: signature = "", ...rest } = good;
    const bad: [string, string, Headers][] = [
      ["body changed", '{"n":2}', good],
      ["body written anew", '{ "n": 1 }', good],
      ["another secret", '{"n":1}', sign(other, '{"n":1}', at)],
      ["no signature", '{"n":1}', rest],
      ["empty", '{"n":1}', { ...rest, [header]: "" }],
      ["cut", '{"n":1}', { ...rest, [header]: signature.split(",v0")[0]!.slice(0, -2) }],
      ["only the scheme's name", '{"n":1}', { ...rest, [header]: "sha256=" }],
    ];
    for (const [name, body, headers] of bad) {
      await assert.rejects(house.send(body, headers), { status: 401 }, name);
    }
    assert.equal(await house.count(), 0);
    const { executionId } = await house.send('{"n":1}', good);
    const kept = JSON.stringify(await house.engine.executions.get(executionId));
    assert.ok(!kept.includes(JSON.stringify(signature).slice(1, -1)), "a signature is not stored");
  });

  Deno.test(`the same signed call of ${kind} again, later, under other keys and 100 times at once, runs once`, async () => {
    await using house = await openSigned(kind, { now: secret });
    const good = sign(secret, '{"n":1}', seconds(house));
    const keys = Array.from({ length: 100 }, (_, i) => `k${i % 7}`);
    const answers = await Promise.all(keys.map((key) => house.send('{"n":1}', good, key)));
    assert.equal(new Set(answers.map(({ executionId }) => executionId)).size, 1);
    await house.clock.advance(200_000);
    await house.send('{"n":1}', good, "later");
    assert.equal(await house.count(), 1);
    await house.clock.advance(200_000);
    // With a time in it the signature is over by now; without one it is still known.
    const again = house.send('{"n":1}', good, "much later");
    if (timed) await assert.rejects(again, { status: 401 });
    else assert.equal((await again).executionId, answers[0]!.executionId);
    assert.equal(await house.count(), 1);
  });

  Deno.test(`two secrets of ${kind} are live while callers change over, and the secret that is gone is not`, async () => {
    const before = kind === "standard" ? `whsec_${new Uint8Array(32).fill(9).toBase64()}` : "earlier";
    await using house = await openSigned(kind, { now: secret, before });
    const at = seconds(house);
    // Standard Webhooks tells deliveries apart by id; here both are of one.
    const first = await house.send('{"n":1}', sign(before, '{"n":1}', at));
    assert.equal((await house.send('{"n":1}', sign(secret, '{"n":1}', at))).executionId, first.executionId);
    await house.engine.secrets.remove("before");
    await assert.rejects(house.send('{"n":1}', sign(before, '{"n":1}', at)), { status: 401 });
    await house.engine.secrets.remove("now");
    await assert.rejects(house.send('{"n":1}', sign(secret, '{"n":1}', at)), { status: 401 });
  });

  if (timed) {
    Deno.test(`a signature of ${kind} counts five minutes before and after its time, and not without one`, async () => {
      await using house = await openSigned(kind, { now: secret });
      for (const [after, welcome] of [[-301, false], [-299, true], [299, true], [302, false]] as const) {
        const body = JSON.stringify({ after });
        const headers = sign(secret, body, seconds(house, after));
        if (kind === "standard") Object.assign(headers, signedAs(secret, body, seconds(house, after)));
        const asked = house.send(body, headers);
        if (welcome) await asked;
        else await assert.rejects(asked, { status: 401 }, `${after} s`);
      }
      for (const at of ["", "now", "1e9", `${seconds(house)} `.repeat(2), "-1"]) {
        await assert.rejects(house.send("{}", sign(secret, "{}", at)), { status: 401 }, at);
      }
    });
  }
}

/** Each delivery of Standard Webhooks has an id of its own. */
function signedAs(secret: string, body: string, at: string): Headers {
  const key = Uint8Array.fromBase64(secret.slice("whsec_".length));
  const id = `msg_${at}`;
  const signature = `v1,${mac(key, `${id}.${at}.${body}`, "base64")}`;
  return { "webhook-id": id, "webhook-signature": signature };
}

Deno.test("the calls of these tests are signed as Slack's documentation signs its example", () => {
  const secret = "8f742231b10e8888abcd99yyyzzz85a5";
  const body =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&" +
    "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&" +
    "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&" +
    "trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
  const expected = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  assert.equal(SCHEMES.slack?.sign(secret, body, "1531420618")["x-slack-signature"], expected);
});

Deno.test("a whsec_ secret that was cut is no key that anybody has", async () => {
  await using house = await openSigned("standard", { now: "whsec_" });
  const at = seconds(house);
  const signature = `v1,${mac(new Uint8Array(0), `m.${at}.{}`, "base64")}`;
  const headers = { "webhook-id": "m", "webhook-timestamp": at, "webhook-signature": signature };
  await assert.rejects(house.send("{}", headers), { status: 401 });
});

Deno.test("a key in a header changes over too, and its calls go by their Idempotency-Key", async () => {
  await using house = await openEngine();
  const { engine } = house;
  await engine.secrets.put("now", "new-key", [], ANN);
  await engine.secrets.put("before", "old-key", [], ANN);
  const auth = { kind: "header", header: "x-key", secret: { secret: "now" }, previous: { secret: "before" } };
  await publish(engine, [hookNode("go", "accepted", auth)], []);
  const ids = [];
  for (const key of ["new-key", "old-key"]) {
    ids.push((await send(engine, "{}", { "x-key": key })).executionId);
  }
  assert.equal(new Set(ids).size, 2);
  await assert.rejects(send(engine, "{}", { "x-key": "new-key old-key" }), { status: 401 });
});
