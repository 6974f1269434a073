import assert from "node:assert/strict";
import fc from "fast-check";
import { hookFreeAt, hookRateInWords, withCall } from "../../engine/core/hook_rate.ts";
import type { Stamps } from "../../engine/core/rate.ts";
import type { HookRate } from "../../engine/schemas/hook.ts";

const START = Date.UTC(2026, 10, 23, 9);
const rates = fc.record({
  calls: fc.integer({ min: 1, max: 400 }),
  per: fc.record({ value: fc.integer({ min: 1, max: 3_600 }), unit: fc.constant("seconds" as const) }),
});

/** Calls one after the other, as far apart as `gaps` say in thousandths of a period; those that were taken. */
function taken(rate: HookRate, gaps: readonly number[]): number[] {
  const periodMs = rate.per.value * 1_000;
  let stamps: Stamps = [];
  let now = START;
  return gaps.flatMap((gap) => {
    now += Math.round(gap * periodMs / 1_000);
    if (hookFreeAt(stamps, rate, now) > now) return [];
    stamps = withCall(stamps, rate, now);
    assert.ok(stamps.length <= 200, `${stamps.length} moments are kept`);
    return [now];
  });
}

Deno.test("withCall() in no period are more calls taken than the rate says", () => {
  fc.assert(
    fc.property(
      rates,
      fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 50, maxLength: 900 }),
      (rate, gaps) => {
        const moments = taken(rate, gaps);
        const periodMs = rate.per.value * 1_000;
        moments.forEach((at, i) => {
          const within = moments.filter((other, j) => j <= i && other > at - periodMs).length;
          assert.ok(within <= rate.calls, `${within} in one period, ${rate.calls} promised`);
        });
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("hookFreeAt() lets all of a rate in at once, and the next when the first is a period old", () => {
  const rate: HookRate = { calls: 3, per: { value: 1, unit: "minutes" } };
  let stamps: Stamps = [];
  for (const later of [0, 10_000, 20_000]) {
    assert.equal(hookFreeAt(stamps, rate, START + later), START + later);
    stamps = withCall(stamps, rate, START + later);
  }
  assert.equal(hookFreeAt(stamps, rate, START + 20_000), START + 60_000);
  assert.equal(hookFreeAt(stamps, rate, START + 60_000), START + 60_000);
});

Deno.test("hookFreeAt() gives who keeps to the rate nearly all of it, also where many moments are laid together", () => {
  const rate: HookRate = { calls: 1_000, per: { value: 1, unit: "hours" } };
  let stamps: Stamps = [];
  let took = 0;
  for (let i = 0; i < 10_000; i++) {
    const now = START + i * 3_600;
    if (hookFreeAt(stamps, rate, now) > now) continue;
    stamps = withCall(stamps, rate, now);
    took++;
  }
  assert.ok(took >= 9_800, `${took} of 10,000 were taken`);
});

Deno.test("hookFreeAt() a clock that was set back by a day shuts nobody out", () => {
  const rate: HookRate = { calls: 1, per: { value: 1, unit: "minutes" } };
  const stamps = withCall([], rate, START);
  assert.equal(hookFreeAt(stamps, rate, START - 86_400_000), START - 86_400_000);
});

Deno.test("hookRateInWords() says one call and many", () => {
  const words = (calls: number, value: number): string =>
    hookRateInWords({ calls, per: { value, unit: "minutes" } });
  assert.deepEqual([words(1, 1), words(60, 1), words(1_000, 5)], [
    "1 call a minute",
    "60 calls a minute",
    "1,000 calls in 5 minutes",
  ]);
});
