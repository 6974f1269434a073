import assert from "node:assert/strict";
import type { User } from "../../engine/contract.ts";
import { isSame } from "../../routes/api/streams.ts";
import { followed } from "../helpers/fake_records.ts";
import { eventStream } from "../../routes/sse.ts";
import type { StreamMessage } from "../../routes/sse.ts";
import { useApp } from "./app_fixture.ts";

const STREAM = "/api/monitoring/executions/e1/stream";

/** Reads until the text satisfies the test; fails when the stream ends before. */
async function readUntil(response: Response, done: (text: string) => boolean): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  let text = "";
  while (!done(text)) {
    const { value, done: ended } = await reader.read();
    assert.ok(!ended, `ended early: ${text}`);
    text += value;
  }
  await reader.cancel();
  return text;
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/^id: (.*)$/gm)].map((match) => match[1] ?? "");
}

Deno.test("a stream starts at the first event, carries ids as cursors and closes after the last", () =>
  useApp(async ({ ask }) => {
    const response = await ask(STREAM, { as: "token" });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.match(response.headers.get("cache-control") ?? "", /no-transform/);
    const text = await response.text();
    assert.deepEqual(idsIn(text), ["1", "2", "3"]);
    assert.ok(!text.includes("event:"), "default message events");
    const first = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? "");
    assert.deepEqual([first.type, first.executionId, first.taskId], ["progress", "e1", null]);
  }));

Deno.test("Last-Event-ID goes on behind the event; the header wins over the query; at the end it is 204", () =>
  useApp(async ({ ask }) => {
    const rest = await ask(STREAM, { as: "token", headers: { "last-event-id": "1" } });
    assert.deepEqual(idsIn(await rest.text()), ["2", "3"]);
    const query = await ask(`${STREAM}?lastEventId=2`, { as: "token" });
    assert.deepEqual(idsIn(await query.text()), ["3"]);
    const both = await ask(`${STREAM}?lastEventId=1`, { as: "token", headers: { "last-event-id": "2" } });
    assert.deepEqual(idsIn(await both.text()), ["3"]);
    const end = await ask(STREAM, { as: "token", headers: { "last-event-id": "3" } });
    assert.deepEqual([end.status, await end.text()], [204, ""]);
  }));

Deno.test("a cursor that is none is 400, an unknown execution 404", () =>
  useApp(async ({ ask }) => {
    for (const cursor of ["v9.0", "-1", "1e3", "a b"]) {
      assert.equal(
        (await ask(STREAM, { as: "token", headers: { "last-event-id": cursor } })).status,
        400,
        cursor,
      );
    }
    assert.equal((await ask("/api/monitoring/executions/e2/stream", { as: "token" })).status, 404);
  }));

Deno.test("a running execution keeps its stream open; leaving ends the following", () =>
  useApp(async ({ ask, engine }) => {
    engine.stored.execution.status = "running";
    let ended = false;
    const follow = engine.executions.follow;
    engine.executions.follow = async function* (...args): ReturnType<typeof follow> {
      try {
        yield* follow(...args);
      } finally {
        ended = true;
      }
    };
    const response = await ask(STREAM, { as: "token", headers: { "last-event-id": "3" } });
    assert.equal(response.status, 200, "no 204 while events can come");
    await readUntil(response, (text) => text.includes(": open"));
    assert.equal(ended, true);
  }));

Deno.test("the stream of all says reset when the cursor is too old", () =>
  useApp(async ({ ask }) => {
    const response = await ask("/api/monitoring/stream?lastEventId=old.0", { as: "token" });
    const text = await readUntil(response, (got) => got.includes("id: 3"));
    assert.match(text, /id: v9\.0\ndata: \{"reset":true\}\n\n/);
  }));

Deno.test("the stream of all for screens: events in one piece, a reset with the pace where they were passed over", () =>
  useApp(async ({ ask }) => {
    const response = await ask("/api/monitoring/stream?busy=skip&lastEventId=old.0", { as: "token" });
    const text = await readUntil(response, (got) => got.includes("id: 3"));
    assert.match(text, /id: v9\.0\ndata: \{"reset":true,"readMs":4000\}\n\n/);
    assert.deepEqual(idsIn(text), ["v9.0", "1", "2", "3"]);
    assert.equal((await ask("/api/monitoring/stream?busy=x", { as: "token" })).status, 400);
  }));

Deno.test("a viewer's stream carries no bodies", () => {
  const user = { id: "u2", email: "ann@example.com", name: "Ann", role: "viewer" } as const;
  return useApp(async ({ ask }) => {
    const text = await (await ask(STREAM, { as: "token" })).text();
    assert.deepEqual(idsIn(text), ["1", "2", "3"]);
    assert.ok(text.includes('"seq":1') && !text.includes("payload marker"));
    const all = await ask("/api/monitoring/stream?busy=skip", { as: "token" });
    const shown = await readUntil(all, (got) => got.includes("id: 3"));
    assert.ok(shown.includes('"seq":1') && !shown.includes("payload marker"));
    for (
      const path of [
        "/api/monitoring/executions/e1",
        "/api/outbox/m1",
        "/api/monitoring/executions/e1/events",
      ]
    ) {
      const body = await (await ask(path, { as: "token" })).text();
      assert.ok(!body.includes("payload marker"), path);
    }
  }, { user });
});

Deno.test("eventStream() beats while nothing happens and loses nothing over a beat", async () => {
  const bell = Promise.withResolvers<void>();
  let checks = 0;
  const response = eventStream({
    follow: async function* (): AsyncGenerator<StreamMessage> {
      await bell.promise;
      yield { id: "1", data: followed(1).event };
    },
    stillAllowed: () => {
      // The third beat rings: the event comes after beats, not instead of them.
      if (++checks === 3) bell.resolve();
      return Promise.resolve(true);
    },
    failed: () => {},
    heartbeatMs: 2,
  });
  const text = await response.text();
  assert.ok(text.split(": beat\n\n").length >= 3, text);
  assert.deepEqual(idsIn(text), ["1"]);
});

Deno.test("eventStream() ends when the session has ended, when following fails and when the server stops", async () => {
  // deno-lint-ignore require-yield -- nothing happens until it is told to stop
  const never = async function* (signal: AbortSignal): AsyncGenerator<StreamMessage> {
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  };
  const failures: unknown[] = [];
  const failed = (error: unknown): number => failures.push(error);
  const revoked = eventStream({
    follow: never,
    stillAllowed: () => Promise.resolve(false),
    failed,
    heartbeatMs: 2,
  });
  assert.ok(!(await revoked.text()).includes("id:"));
  const broken = eventStream({
    // deno-lint-ignore require-yield -- it fails before it yields
    follow: async function* (): AsyncGenerator<StreamMessage> {
      await Promise.reject(new Error("store is gone"));
    },
    stillAllowed: () => Promise.resolve(true),
    failed,
  });
  await broken.text();
  assert.match(String(failures), /store is gone/);
  const stop = new AbortController();
  const stopped = eventStream({
    follow: never,
    stillAllowed: () => Promise.resolve(true),
    failed,
    stopping: stop.signal,
  });
  const text = stopped.text();
  stop.abort();
  await text;
});

Deno.test("isSame() ends the streams of whoever signed out, is another by now or has another role", () => {
  const ann: User = { id: "ann", email: "ann@example.com", name: "Ann", role: "operator" };
  assert.equal(isSame(ann, { ...ann, name: "Ann Lee" }), true);
  assert.equal(isSame(ann, null), false);
  assert.equal(isSame(ann, { ...ann, id: "bob" }), false);
  assert.equal(isSame(ann, { ...ann, role: "viewer" }), false);
  assert.equal(isSame(undefined, ann), false);
});
