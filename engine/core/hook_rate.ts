/**
 * The arithmetic of a webhook's rate: in no period are more calls taken than were promised. Up to `calls` come at once;
 * the next when the first of them is a period old. Nobody waits for a turn, so there is none to be late for: who comes
 * too soon is refused.
 */

import { durationMs } from "../schemas/duration_units.ts";
import type { HookRate } from "../schemas/hook.ts";
import type { Stamps } from "./rate.ts";
import { paceInWords } from "./rate_words.ts";

/** More moments than that are laid together, each on the later: so never counted too short. */
const MOST_STAMPS = 128;
const GRID = 64;

/** The first moment from `now` on at which one more keeps the promise. */
export function hookFreeAt(stamps: Stamps, { calls, per }: HookRate, now: number): number {
  const periodMs = durationMs(per);
  const known = counting(stamps, periodMs, now);
  let left = calls;
  for (let i = known.length - 1; i >= 0; i--) {
    const [at, count] = known[i]!;
    left -= count;
    if (left <= 0) return Math.max(now, at + periodMs);
  }
  return now;
}

/** One more now; what counts no longer is left out. */
export function withCall(stamps: Stamps, { per }: HookRate, now: number): Stamps {
  const periodMs = durationMs(per);
  const kept = counting(stamps, periodMs, now);
  const last = kept.at(-1);
  // In order, also where another process's clock is ahead.
  const at = Math.max(now, last?.[0] ?? 0);
  const next: Stamps = last && last[0] === at
    ? [...kept.slice(0, -1), [at, last[1] + 1]]
    : [...kept, [at, 1]];
  return next.length > MOST_STAMPS ? laidTogether(next, widthOf(periodMs)) : next;
}

/** Those of the last period. What is ahead by more than one was counted by a clock that was set back: nobody waits for it. */
function counting(stamps: Stamps, periodMs: number, now: number): Stamps {
  return stamps.filter(([at]) => at + periodMs > now && at <= now + periodMs + widthOf(periodMs));
}

function widthOf(periodMs: number): number {
  return Math.ceil(periodMs / GRID);
}

function laidTogether(stamps: Stamps, width: number): Stamps {
  const sums = new Map<number, number>();
  for (const [at, count] of stamps) {
    const moment = Math.ceil(at / width) * width;
    sums.set(moment, (sums.get(moment) ?? 0) + count);
  }
  return [...sums];
}

/** "60 calls a minute", "100 calls in 2 hours". */
export function hookRateInWords({ calls, per }: HookRate): string {
  const words = paceInWords({ count: calls, period: per });
  return words.replace(/^\S+/, (count) => `${count} ${calls === 1 ? "call" : "calls"}`);
}
