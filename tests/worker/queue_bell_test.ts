import assert from "node:assert/strict";
import { listenForBells } from "../../engine/queue_bell.ts";
import { bellDelay } from "../../engine/store/commit.ts";

const DAY = 86_400_000;

/** A queue that delivers when its time is moved, and refuses what KV refuses: delays over 30 days. */
function queue(): {
  kv: Pick<Deno.Kv, "listenQueue" | "enqueue">;
  clock: { now(): number };
  rings: number[];
  next(): Promise<boolean>;
} {
  let now = Date.UTC(2026, 10, 22);
  let handler: ((message: unknown) => Promise<void> | void) | undefined;
  const messages: { at: number; message: unknown }[] = [];
  const rings: number[] = [];
  return {
    kv: {
      listenQueue: (given) => {
        handler = given;
        return Promise.resolve();
      },
      enqueue: (message, { delay = 0 } = {}) => {
        assert.ok(delay <= 30 * DAY, `a delay of ${delay} ms is refused`);
        messages.push({ at: now + delay, message });
        return Promise.resolve({ ok: true, versionstamp: "" });
      },
    },
    clock: { now: () => now },
    rings,
    async next(): Promise<boolean> {
      const [first] = messages.splice(0, 1);
      if (!first) return false;
      now = first.at;
      rings.push(now);
      await handler?.(first.message);
      return true;
    },
  };
}

Deno.test("listenForBells() chains bells over 30 days to two years, and rings at the moment", async () => {
  const { kv, clock, rings, next } = queue();
  const expected: number[] = [];
  listenForBells(kv, clock, { expect: (at) => void expected.push(at) }, () => {});
  const due = clock.now() + 730 * DAY;
  await kv.enqueue({ bell: due }, { delay: bellDelay(due - clock.now()) });
  while (await next()) assert.ok(rings.length < 100);
  assert.deepEqual(expected, [due]);
  assert.equal(rings.length, 25);
  assert.equal(rings.at(-1), due);
});

Deno.test("listenForBells() lets be what is no bell", async () => {
  const { kv, clock, next } = queue();
  const expected: number[] = [];
  listenForBells(kv, clock, { expect: (at) => void expected.push(at) }, () => {});
  for (const message of [null, "bell", {}, { bell: "soon" }]) await kv.enqueue(message, { delay: 0 });
  while (await next());
  assert.deepEqual(expected, []);
});
