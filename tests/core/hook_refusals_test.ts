import assert from "node:assert/strict";
import fc from "fast-check";
import { adviceFor, networkOf, REFUSALS_KEPT, withRefusals } from "../../engine/core/hook_refusals.ts";
import type { RefusalRow } from "../../engine/core/hook_refusals.ts";

function row(code: string, at: number, more: Partial<RefusalRow> = {}): RefusalRow {
  const rest = { status: 401, text: code, method: "POST", contentType: null, size: 1, from: "203.0.113.*" };
  return { ...rest, code, count: 1, firstAt: at, lastAt: at, ...more };
}

Deno.test("withRefusals() counts what is alike in one row, with its first and newest time", () => {
  const rows = withRefusals([row("stale", 10)], [row("stale", 30, { size: 7 }), row("key-wrong", 20)]);
  assert.deepEqual(
    rows.map(({ code, count, firstAt, lastAt, size }) => [code, count, firstAt, lastAt, size]),
    [
      ["stale", 2, 10, 30, 7],
      ["key-wrong", 1, 20, 20, 1],
    ],
  );
});

Deno.test("withRefusals() a stranger who knocks from everywhere does not push out what was said once", () => {
  let rows = withRefusals([], [row("too-large", 1)]);
  for (let i = 0; i < 500; i++) rows = withRefusals(rows, [row("key-wrong", 2 + i, { from: `10.0.${i}.*` })]);
  assert.equal(rows.length, REFUSALS_KEPT);
  assert.ok(rows.some(({ code }) => code === "too-large"));
  assert.equal(rows[0]?.lastAt, 501);
});

Deno.test("withRefusals() keeps at most twenty, newest first, each kind once", () => {
  const one = fc.record({ code: fc.constantFrom("a", "b", "c"), at: fc.nat(1_000), from: fc.nat(30) });
  fc.assert(fc.property(fc.array(one, { maxLength: 120 }), (calls) => {
    const rows = withRefusals(
      [],
      calls.map(({ code, at, from }) => row(code, at, { from: `10.0.${from}.*` })),
    );
    assert.ok(rows.length <= REFUSALS_KEPT);
    assert.equal(new Set(rows.map(({ code, from }) => `${code} ${from}`)).size, rows.length);
    rows.forEach((each, i) => i === 0 || assert.ok(rows[i - 1]!.lastAt >= each.lastAt));
  }));
});

Deno.test("networkOf() says the network and not who", () => {
  const table: [string | undefined, string][] = [
    ["203.0.113.77", "203.0.113.*"],
    ["::ffff:203.0.113.77", "203.0.113.*"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:*"],
    ["2001:db8::1", "2001:db8:0:*"],
    ["fe80::1%eth0", "fe80:0:0:*"],
    ["127.0.0.1", "this machine"],
    ["::1", "this machine"],
    ["unknown", "unknown"],
    ["<script>", "unknown"],
    [undefined, "unknown"],
  ];
  for (const [address, network] of table) assert.equal(networkOf(address), network);
});

Deno.test("adviceFor() knows no advice for names that objects have by themselves", () => {
  assert.equal(adviceFor("constructor"), null);
  assert.match(adviceFor("signature-wrong") ?? "", /is the secret the sender's/);
});
