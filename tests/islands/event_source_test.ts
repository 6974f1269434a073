import assert from "node:assert/strict";
import fc from "fast-check";
import { LiveSource } from "../../islands/shared/event_source.ts";
import type { SourceState, Surroundings } from "../../islands/shared/event_source.ts";
import type { ServerEvent } from "../../islands/shared/sse_parser.ts";

interface Connection {
  lastEventId: string | null;
  /** Answers the request. */
  answer(status: number): void;
  refuse(): void;
  send(text: string): void;
  end(): void;
  aborted(): boolean;
}

/** A server and a clock in the test's hand. */
class FakeServer implements Surroundings {
  readonly connections: Connection[] = [];
  readonly delays: number[] = [];
  #timers = new Map<number, { ms: number; call: () => void }>();
  #next = 1;
  #frames: (() => void)[] = [];

  fetch(_url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const encoder = new TextEncoder();
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    this.connections.push({
      lastEventId: init.headers["last-event-id"] ?? null,
      answer: (status) => {
        const body = status === 200
          ? new ReadableStream<Uint8Array>({ start: (made) => void (controller = made) })
          : null;
        resolve(new Response(body, { status }));
      },
      refuse: () => reject(new TypeError("network")),
      send: (text) => controller?.enqueue(encoder.encode(text)),
      end: () => controller?.close(),
      aborted: () => init.signal.aborted,
    });
    init.signal.addEventListener("abort", () => {
      reject(new DOMException("aborted", "AbortError"));
      try {
        controller?.error(new DOMException("aborted", "AbortError"));
      } catch { /* already closed */ }
    });
    return promise;
  }

  after(ms: number, call: () => void): () => void {
    const id = this.#next++;
    this.#timers.set(id, { ms, call });
    return () => void this.#timers.delete(id);
  }

  frame(call: () => void): void {
    this.#frames.push(call);
  }

  random(): number {
    return 1;
  }

  /** Lets every timer up to `limit` ms ring and notes how long it was. */
  ring(limit: number): void {
    for (const [id, timer] of [...this.#timers]) {
      if (timer.ms > limit) continue;
      this.#timers.delete(id);
      this.delays.push(timer.ms);
      timer.call();
    }
  }

  paint(): void {
    const frames = this.#frames;
    this.#frames = [];
    for (const call of frames) call();
  }

  get last(): Connection {
    const last = this.connections.at(-1);
    assert.ok(last, "nobody connected");
    return last;
  }
}

/** Lets every promise that can go on go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function follow(lastEventId: string | null = null): {
  server: FakeServer;
  source: LiveSource;
  batches: ServerEvent[][];
  states: SourceState[];
  ids(): string[];
} {
  const server = new FakeServer();
  const batches: ServerEvent[][] = [];
  const states: SourceState[] = [];
  const source = new LiveSource({
    url: "/stream",
    lastEventId,
    onEvents: (events) => void batches.push(events),
    onState: (state) => void states.push(state),
  }, server);
  source.connect();
  return { server, source, batches, states, ids: () => batches.flat().map((event) => event.id) };
}

function message(id: number | string): string {
  return `id: ${id}\ndata: {"n":${JSON.stringify(id)}}\n\n`;
}

Deno.test("LiveSource batches what arrives before one repaint", async () => {
  const { server, batches, states } = follow();
  server.last.answer(200);
  await settle();
  server.last.send(message(1) + message(2));
  server.last.send(message(3));
  await settle();
  assert.equal(batches.length, 0);
  server.paint();
  assert.deepEqual(batches.map((batch) => batch.map((event) => event.id)), [["1", "2", "3"]]);
  assert.deepEqual(states, ["open"]);
});

Deno.test("LiveSource continues by Last-Event-ID and drops what overlaps", async () => {
  const { server, ids } = follow("4");
  assert.equal(server.last.lastEventId, "4");
  server.last.answer(200);
  await settle();
  server.last.send(message(4) + message(5) + message(6));
  await settle();
  server.last.end();
  await settle();
  server.ring(100);
  assert.equal(server.last.lastEventId, "6");
  server.last.answer(200);
  await settle();
  server.last.send(message(5) + message(6) + message(7));
  await settle();
  server.paint();
  assert.deepEqual(ids(), ["5", "6", "7"]);
});

Deno.test("LiveSource ends at 204 and asks no more", async () => {
  const { server, states, source } = follow("9");
  server.last.answer(204);
  await settle();
  assert.deepEqual(states, ["ended"]);
  server.ring(Infinity);
  source.connect();
  assert.equal(server.connections.length, 1);
});

Deno.test("LiveSource is refused at 401 and asks no more", async () => {
  const { server, states } = follow();
  server.last.answer(401);
  await settle();
  server.ring(Infinity);
  assert.deepEqual(states, ["refused"]);
  assert.equal(server.connections.length, 1);
});

Deno.test("LiveSource tries again with growing delays up to 15 s and says that it is lost", async () => {
  const { server, states } = follow();
  for (let i = 0; i < 9; i++) {
    if (i % 2 === 0) server.last.refuse();
    else server.last.answer(503);
    await settle();
    server.ring(15_000);
  }
  assert.deepEqual(server.delays, [100, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
  assert.deepEqual(states, ["lost"]);
  server.last.answer(200);
  await settle();
  assert.deepEqual(states, ["lost", "open"]);
});

Deno.test("LiveSource does not hammer a server that opens and hangs up", async () => {
  const { server } = follow();
  for (let i = 0; i < 5; i++) {
    server.last.answer(200);
    await settle();
    server.last.send(": welcome\n\n");
    server.last.end();
    await settle();
    server.ring(15_000);
  }
  assert.deepEqual(server.delays, [100, 1_000, 2_000, 4_000, 8_000]);
});

Deno.test("LiveSource replaces a line that has been silent for 40 s", async () => {
  const { server, ids } = follow();
  server.last.answer(200);
  await settle();
  server.last.send(message(1));
  await settle();
  const dead = server.last;
  server.ring(40_000);
  assert.equal(dead.aborted(), true);
  server.ring(100);
  assert.equal(server.connections.length, 2);
  assert.equal(server.last.lastEventId, "1");
  server.paint();
  assert.deepEqual(ids(), ["1"]);
});

Deno.test("LiveSource pauses and resumes at the same place", async () => {
  const { server, source } = follow();
  server.last.answer(200);
  await settle();
  server.last.send(message(3));
  await settle();
  source.pause();
  assert.equal(server.last.aborted(), true);
  await settle();
  server.ring(Infinity);
  assert.equal(server.connections.length, 1);
  source.connect();
  assert.equal(server.last.lastEventId, "3");
});

Deno.test("LiveSource neither loses nor repeats, wherever the line breaks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ take: fc.nat(6), overlap: fc.nat(3) }), { minLength: 1, maxLength: 8 }),
      async (lives) => {
        const { server, ids } = follow();
        let sent = 0;
        for (const { take, overlap } of lives) {
          server.last.answer(200);
          await settle();
          const from = Math.max(0, Number(server.last.lastEventId ?? 0) - overlap);
          for (let id = from + 1; id <= sent + take; id++) server.last.send(message(id));
          sent += take;
          await settle();
          server.last.end();
          await settle();
          server.ring(15_000);
        }
        server.paint();
        assert.deepEqual(ids(), Array.from({ length: sent }, (_, i) => `${i + 1}`));
      },
    ),
    { numRuns: 30 },
  );
});
