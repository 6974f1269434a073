/** Attacks on secrets: five marker values are used, told back by hosts, and found only as ciphertext. */
import assert from "node:assert/strict";
import { Hidden } from "../../engine/core/hidden.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { rawTarget, target } from "../egress/target_fixture.ts";
import { ANN, chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const VALUES = {
  bearer: "marker-bearer-4711",
  password: "marker pässwörd/4712",
  header: 'marker"header\\4713',
  given: "marker-given-4714",
  slack: "",
};
const HOOK_PATH = "/services/T000/B000/marker-slack-4715";

/** Tells everything back that it was sent: as JSON, as text within text, in a header and as raw bytes. */
async function echo(request: Request): Promise<Response> {
  const headers = Object.fromEntries(request.headers);
  const told = { url: request.url, headers, body: await request.text(), quoted: JSON.stringify(headers) };
  const { authorization = "", "x-key": key = "" } = headers;
  const basic = authorization.startsWith("Basic ") ? atob(authorization.slice(6)) : "";
  return new Response(
    JSON.stringify({ ...told, [`key ${authorization}`]: basic, query: encodeURIComponent(key) }),
    {
      status: request.url.includes("ok") ? 200 : 422,
      headers: { "content-type": "application/json", "x-echo": encodeURIComponent(`${authorization}${key}`) },
    },
  );
}

async function say(conn: Deno.Conn, text: string): Promise<void> {
  await conn.write(new TextEncoder().encode(text));
}

/** Every byte of the database, of the log, and of what the API tells of executions and the inbox. */
async function everything({ real, engine, logs }: Opened): Promise<string> {
  const parts = [JSON.stringify(logs)];
  const decoder = new TextDecoder();
  for await (const { key, value } of real.list({ prefix: [] })) {
    parts.push(
      key.map(String).join("/"),
      value instanceof Uint8Array ? decoder.decode(value) : Deno.inspect(value),
    );
  }
  const { items } = await engine.executions.list({ limit: 100 });
  for (const { id } of items) {
    parts.push(
      JSON.stringify([
        await engine.executions.get(id),
        await engine.executions.events(id, { after: 0, limit: 1_000 }),
      ]),
    );
  }
  parts.push(JSON.stringify([await engine.inbox.cards({ limit: 100 }), await engine.secrets.list()]));
  return parts.join("\n");
}

function forms(value: string): string[] {
  const bytes = new TextEncoder().encode(value);
  return [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), bytes.toBase64()];
}

Deno.test("what hosts tell back of secrets is kept, logged and shown by name only", async () => {
  await using server = target(echo);
  await using cut = rawTarget((conn) => say(conn, "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx"));
  const values = { ...VALUES, slack: `${server.url}${HOOK_PATH}` };
  const cutOff = `${cut.url}${HOOK_PATH}`;
  await using house = await openEngine({
    allowHosts: ["127.0.0.1"],
    environmentSecrets: [
      { variable: "LEADFLOW_SECRET_GIVEN", name: "given", value: VALUES.given, hosts: ["127.0.0.1"] },
    ],
  });
  const { engine } = house;
  const { given: _given, ...stored } = values;
  for (const [name, value] of Object.entries({ ...stored, cut: cutOff })) {
    await engine.secrets.put(name, value, ["127.0.0.1"], ANN);
  }
  const key = (name: string): JsonObject => ({ secret: name });
  const auths: JsonObject[] = [
    { kind: "bearer", token: key("bearer") },
    { kind: "basic", username: "ann", password: key("password") },
    { kind: "header", name: "x-key", value: key("given") },
  ];
  const once = { retry: { maxRetries: 0 } };
  const calls = auths.flatMap((auth, i) =>
    ["ok", "no"].map((path) =>
      node(`${path}${i}`, "api", { method: "POST", url: `${server.url}/${path}`, auth }, once)
    )
  );
  const told = ["slack", "cut"].map((name) =>
    node(
      name,
      "notification",
      { channel: "slack", message: "m", webhook: key(name), host: "127.0.0.1" },
      once,
    )
  );
  const after = node("after", "set", {
    fields: [{ name: "copy", value: "{{ steps.ok0.output.body.quoted }}" }],
  });
  const nodes = [...calls, ...told];
  await publish(engine, [hookNode("go"), ...nodes, after], [
    ...nodes.flatMap(({ id }) => chain("hook", id)),
    ...chain("ok0", "after"),
  ]);
  const { executionId } = await hook(engine, "go", {});
  await house.until(async () =>
    (await engine.executions.get(executionId)).steps.every(({ status }) =>
      !["queued", "running", "pending"].includes(status)
    )
  );
  const sent = JSON.stringify(server.requests.map((request) => [request.url, ...request.headers]));
  for (const value of [VALUES.bearer, VALUES.given, HOOK_PATH]) {
    assert.ok(sent.includes(value), `${value} was used`);
  }
  const kept = await everything(house);
  for (const name of ["bearer", "password", "given"]) assert.ok(kept.includes(`[secret ${name}]`), name);
  for (const value of [...Object.values(values), HOOK_PATH]) {
    for (const form of forms(value)) assert.ok(!kept.includes(form), `${form} was kept`);
  }
});

Deno.test("a header value that no header can hold is refused without being told", async () => {
  await using server = target(echo);
  await using house = await openEngine({ allowHosts: ["127.0.0.1"] });
  await house.engine.secrets.put("header", "marker\r\nx-injected: 1", ["127.0.0.1"], ANN);
  const auth = { kind: "header", name: "x-key", value: { secret: "header" } };
  await publish(
    house.engine,
    [hookNode("go"), node("a", "api", { url: server.url, auth })],
    chain("hook", "a"),
  );
  const { executionId } = await hook(house.engine, "go", {});
  await house.until(async () => (await house.engine.executions.get(executionId)).status === "failed");
  assert.equal(server.requests.length, 0);
  assert.ok(!(await everything(house)).includes("marker"));
});

Deno.test("an alert that reached nobody tells of its channel's secret by name only", async () => {
  await using cut = rawTarget((conn) => say(conn, "x\r\n\r\n"));
  await using house = await openEngine({ allowHosts: ["127.0.0.1"] });
  await house.engine.secrets.put("slack", `${cut.url}${HOOK_PATH}`, ["127.0.0.1"], ANN);
  const channel = { id: "s", kind: "slack" as const, webhook: { secret: "slack" }, host: "127.0.0.1" };
  const { ok, detail } = await house.engine.alerts.test(channel);
  assert.equal(ok, false);
  assert.match(detail, /127\.0\.0\.1/);
  assert.ok(!detail.includes("services"), detail);
});

Deno.test("hidden values are found in every encoding, the longest first, and short ones are left", () => {
  const hidden = new Hidden();
  hidden.learn("pw", "correct horse battery");
  hidden.learn("hook", "https://hooks.example.com/s/abcdef");
  hidden.learn("pin", "123456");
  hidden.learn("tiny", "abc");
  for (let before = 0; before < 4; before++) {
    const told = btoa(`${"u".repeat(before)}:correct horse battery`);
    assert.ok(!atob(hidden.text(told).replaceAll(/\[.*\]/g, "")).includes("horse"), told);
  }
  assert.equal(hidden.text("at https://hooks.example.com/s/abcdef, abc"), "at [secret hook], abc");
  assert.equal(hidden.text("POST /s/abcdef"), "POST [secret hook]");
  assert.deepEqual(hidden.json({ "123456": [123456, 12, "x123456"], __proto__: null }), {
    "[secret pin]": ["[secret pin]", 12, "x[secret pin]"],
  });
  assert.deepEqual(
    hidden.json(JSON.parse('{"__proto__":{"a":"123456"}}')),
    JSON.parse('{"__proto__":{"a":"[secret pin]"}}'),
  );
});
