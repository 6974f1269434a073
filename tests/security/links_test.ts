/** Attacks on links: approvals on another run, after use, after expiry, opened by whoever opens every link. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createTokens } from "../../engine/messages/tokens.ts";
import { createVoteLinks } from "../../engine/messages/vote_links.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import { createApp } from "../../routes/app.ts";
import { clientAddress } from "../../routes/middleware/context.ts";
import { pageRoutes } from "../../routes/pages/mod.ts";
import { ANN, chain, hook, hookNode, isOver, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

const ORIGIN = "http://leadflow.test";
const BOTH = "ann@example.com, bob@example.com";
const MARK = `<img src=x onerror=alert(1)>"'</script><script>alert(2)</script>`;

interface House extends Opened {
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Starts a run that asks; says which. */
  run(body?: JsonObject): Promise<string>;
  /** The path of a link in this run's mail to an approver. */
  path(run: string, approver: string, choice: "Approve" | "Decline"): Promise<string>;
  votes(run: string): Promise<string[]>;
}

async function open(config: JsonObject = {}): Promise<House> {
  const house = await openEngine();
  const { engine } = house;
  const app = createApp({
    engine,
    environment: { url: ORIGIN },
    log: () => {},
    pages: pageRoutes({
      engine,
      manifest: {},
      signInUser: () => {},
      clientAddress,
      can: () => true,
      logError: () => {},
    }),
  });
  const ask = node("ask", "approval", {
    title: "Go {{ trigger.body.what }}?",
    approvers: BOTH,
    needed: 2,
    ...config,
  });
  await publish(engine, [hookNode("go"), ask], chain("hook", "ask"));
  return Object.assign(house, {
    ask: async (path: string, init?: RequestInit) =>
      await app.fetch(new Request(new URL(path, ORIGIN), init)),
    run: async (body: JsonObject = {}) => {
      const { executionId } = await hook(engine, "go", body);
      await house.until(async () => (await engine.executions.get(executionId)).status === "waiting");
      return executionId;
    },
    path: async (run: string, approver: string, choice: string) => {
      const { items } = await engine.messages.list({ limit: 50, executionId: run });
      const { text } = await engine.messages.get(items.find(({ to }) => to[0] === approver)!.id);
      return `/a/${new RegExp(`${choice}: \\S+/a/(\\S+)`).exec(text)?.[1]}`;
    },
    votes: async (run: string) => {
      await house.until(async () =>
        (await house.store.keys({ selector: { prefix: ["mail"] } })).length === 0
      );
      const { steps } = await engine.executions.get(run);
      return steps.find(({ nodeId }) => nodeId === "ask")?.approval?.votes.map(({ by, choice }) =>
        `${by} ${choice}`
      ) ??
        [];
    },
  });
}

/** What the database holds, whole. */
async function everything(house: Opened): Promise<string> {
  const entries = await Array.fromAsync(house.real.list<Uint8Array>({ prefix: [] }));
  return entries.filter(({ key }) => key[0] !== "due")
    .map(({ key, value }) =>
      `${JSON.stringify(key)} ${value instanceof Uint8Array ? new TextDecoder().decode(value) : ""}`
    )
    .join("\n");
}

const post = (headers: HeadersInit = {}, body = "note="): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN, ...headers },
  body,
});

async function status(answer: Promise<Response>): Promise<number> {
  const response = await answer;
  await response.body?.cancel();
  return response.status;
}

Deno.test("an approval link that scanners open, by GET and HEAD and again and again, changes nothing", async () => {
  await using house = await open();
  const run = await house.run();
  const paths = await Promise.all(
    ["Approve", "Decline"].map((choice) => house.path(run, "ann@example.com", choice as "Approve")),
  );
  const before = await everything(house);
  for (const path of paths) {
    for (const method of ["GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE", "PATCH"]) {
      const response = await house.ask(path, { method, headers: { origin: ORIGIN } });
      const text = await response.text();
      if (method === "GET") {
        assert.equal(response.status, 200);
        assert.match(text, /<form method="post"/);
        assert.equal(response.headers.get("cache-control"), "no-store");
        assert.match(response.headers.get("x-robots-tag") ?? "", /noindex/);
      } else if (method === "HEAD") assert.deepEqual([response.status, text], [200, ""]);
      else assert.ok(response.status === 404 || response.status === 405, `${method} ${response.status}`);
    }
  }
  await house.settle();
  assert.equal(await everything(house), before);
});

Deno.test("an approval link works once: the second use, and its other choice, say so politely", async () => {
  await using house = await open();
  const run = await house.run();
  const approve = await house.path(run, "ann@example.com", "Approve");
  const decline = await house.path(run, "ann@example.com", "Decline");
  const voted = await house.ask(approve, post());
  assert.deepEqual([voted.status, voted.headers.get("location")], [303, approve]);
  for (const path of [approve, decline]) {
    const again = await house.ask(path, post());
    assert.equal(again.status, 409);
    assert.match(await again.text(), /You approved.*Each person answers once/s);
    const seen = await house.ask(path);
    assert.equal(seen.status, 200);
    assert.doesNotMatch(await seen.text(), /<form method="post"/);
  }
  assert.deepEqual(await house.votes(run), ["ann@example.com approved"]);
});

Deno.test("100 posts of one link at once, of both choices, are one vote", async () => {
  await using house = await open();
  const run = await house.run();
  const paths = [
    await house.path(run, "ann@example.com", "Approve"),
    await house.path(run, "ann@example.com", "Decline"),
  ];
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => status(house.ask(paths[i % 2]!, post()))),
  );
  assert.equal(answers.filter((code) => code === 303).length, 1);
  assert.equal(answers.filter((code) => code === 409).length, 99);
  assert.equal((await house.votes(run)).length, 1);
});

Deno.test("an approval link moves its own run and approver, and no other", async () => {
  await using house = await open();
  const [one, two] = [await house.run(), await house.run()];
  assert.equal(await status(house.ask(await house.path(one, "ann@example.com", "Approve"), post())), 303);
  // Whoever it says it is in the address, body or header, the token decides.
  const path = await house.path(one, "bob@example.com", "Decline");
  assert.equal(
    await status(
      house.ask(
        `${path}?approver=cas@example.com&executionId=${two}`,
        post({}, `note=&approver=eve@example.com&executionId=${two}`),
      ),
    ),
    303,
  );
  assert.deepEqual(await house.votes(one), ["ann@example.com approved", "bob@example.com declined"]);
  assert.deepEqual(await house.votes(two), []);
});

Deno.test("an approval link that is over, by decision, deadline, cancel or retention, changes nothing and says so", async () => {
  await using house = await open({ deadline: { value: 1, unit: "days" } });
  const { engine } = house;
  const runs = { decided: await house.run(), late: await house.run(), cancelled: await house.run() };
  const links = await Promise.all(
    Object.values(runs).map((run) => house.path(run, "bob@example.com", "Approve")),
  );
  assert.equal(
    await status(house.ask(await house.path(runs.decided, "ann@example.com", "Decline"), post())),
    303,
  );
  await engine.executions.cancel(runs.cancelled, {}, ANN);
  await house.until(() => isOver(engine, runs.late), 90_000_000);
  const before = await everything(house);
  for (const path of links) {
    for (const init of [undefined, post()]) {
      const response = await house.ask(path, init);
      assert.equal(response.status, 410);
      assert.match(await response.text(), /This request is over/);
    }
  }
  assert.equal(await everything(house), before);
  house.clock.advance(40 * 86_400_000);
  await house.until(async () => (await engine.executions.list({ limit: 10 })).items.length === 0, 86_400_000);
  const forgotten = await everything(house);
  for (const path of links) assert.equal(await status(house.ask(path, post())), 410);
  assert.equal(await everything(house), forgotten);
});

Deno.test("an approval link that we did not sign, for this, is no link", async () => {
  await using house = await open();
  const run = await house.run();
  const path = await house.path(run, "ann@example.com", "Approve");
  const token = path.slice("/a/".length);
  const bytes = Buffer.from(token, "base64url");
  const swapped = Buffer.from(
    bytes.toString("latin1").replace("ann@example.com", "bob@example.com"),
    "latin1",
  );
  const own = createTokens([{ id: "k1", bytes: new Uint8Array(32) }]);
  const ballot = {
    executionId: run,
    nodeId: "ask",
    visit: 1,
    approver: "ann@example.com",
    choice: "approved",
  } as const;
  const { items } = await house.engine.messages.list({ limit: 1 });
  const forged = [
    `${token}x`,
    token.slice(0, -1),
    swapped.toString("base64url"),
    // The server's key, but not the one that it derives for links.
    createVoteLinks({ tokens: own, publicUrl: () => ORIGIN }).sign(ballot),
    own.sign({ k: "open", m: items[0]!.id }),
    "%00",
    "..%2f..%2fapi%2finbox",
    "constructor",
    "a".repeat(20_000),
  ];
  for (const each of forged) {
    assert.equal(await status(house.ask(`/a/${each}`)), 404, each.slice(0, 60));
    assert.equal(await status(house.ask(`/a/${each}`, post())), 404, each.slice(0, 60));
  }
  // And a vote's token opens nothing else.
  assert.equal(await status(house.ask(`/t/c/${token}`)), 404);
  await status(house.ask(`/t/o/${token}.gif`));
  assert.deepEqual(await house.votes(run), []);
});

Deno.test("an approval cannot be posted from another site, nor with more than a form holds", async () => {
  await using house = await open();
  const run = await house.run();
  const path = await house.path(run, "ann@example.com", "Approve");
  const foreign: Record<string, string>[] = [
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: ORIGIN, "sec-fetch-site": "cross-site" },
    { origin: `${ORIGIN}.evil.example` },
  ];
  for (const headers of foreign) {
    assert.equal(await status(house.ask(path, post(headers))), 403, JSON.stringify(headers));
  }
  assert.equal(await status(house.ask(path, post({}, `note=${"x".repeat(1_000_000)}`))), 413);
  assert.deepEqual(await house.votes(run), []);
  // What is no form votes without a note; a long note is cut.
  assert.equal(await status(house.ask(path, post({ "content-type": "text/plain" }, "{"))), 303);
  assert.equal(
    await status(
      house.ask(await house.path(run, "bob@example.com", "Approve"), post({}, `note=${"y".repeat(9_000)}`)),
    ),
    303,
  );
  const { steps } = await house.engine.executions.get(run);
  assert.ok(steps.every(({ approval }) => approval?.votes.every(({ note }) => note.length <= 200) ?? true));
  assert.equal((await house.votes(run)).length, 2);
});

Deno.test("an approval's page shows what people wrote as text", async () => {
  await using house = await open({ description: `Why: {{ trigger.body.what }} ${MARK}` });
  const run = await house.run({ what: MARK });
  const path = await house.path(run, "ann@example.com", "Approve");
  for (const init of [undefined, post({}, `note=${encodeURIComponent(MARK)}`), undefined]) {
    const response = await house.ask(path, init);
    const html = await response.text();
    assert.doesNotMatch(html, /<img|<script>alert/);
    assert.match(response.headers.get("content-security-policy") ?? "", /script-src 'self'/);
  }
  const { items } = await house.engine.messages.list({ limit: 1, executionId: run });
  const mail = await house.engine.messages.get(items[0]!.id);
  assert.doesNotMatch(mail.html, /<img|<script/);
  assert.doesNotMatch(mail.subject, /[\r\n]/);
});
