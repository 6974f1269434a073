import type { Tail } from "./monitoring/feed.ts";
import { bellDelay } from "./store/commit.ts";
import type { Write } from "./store/commit.ts";
import type { Clock } from "./worker/clock.ts";
import type { Loop } from "./worker/loop.ts";
import type { Log } from "./worker/services.ts";

/** A queue message is a bell and carries no truth: the loop looks. One that rings too early is rung again. */
export function listenForBells(
  kv: Pick<Deno.Kv, "listenQueue" | "enqueue">,
  clock: Pick<Clock, "now">,
  loop: Pick<Loop, "expect">,
  log: Log,
): void {
  kv.listenQueue(async (message: unknown) => {
    const at = typeof message === "object" && message !== null && "bell" in message
      ? Number(message.bell)
      : NaN;
    if (Number.isNaN(at)) return;
    if (at > clock.now() + 1_000) await kv.enqueue({ bell: at }, { delay: bellDelay(at - clock.now()) });
    else loop.expect(at);
  }).catch((error) => log("error", "queue_bell_failed", { error: String(error) }));
}

/** New due entries set the loop's timer; events ring their followers. */
export function ringAfter(writes: readonly Write[], { loop, tail }: { loop: Loop; tail: Tail }): void {
  let earliest = Infinity;
  let events = false;
  for (const write of writes) {
    for (const { key } of write.sets ?? []) {
      if (key[0] === "due") earliest = Math.min(earliest, key[3] as number);
    }
    if (write.feed?.length) events = true;
  }
  if (earliest < Infinity) loop.expect(earliest);
  if (events) tail.ring();
}
