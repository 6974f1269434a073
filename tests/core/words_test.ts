import assert from "node:assert/strict";
import fc from "fast-check";
import { causeInWords } from "../../engine/core/cause.ts";
import { words } from "../../engine/core/words.ts";

Deno.test("words() says a length of time in at most two units", () => {
  const table: [number, string][] = [
    [0, "0 ms"],
    [412, "412 ms"],
    [999.4, "999 ms"],
    [1_000, "1 s"],
    [4_000, "4 s"],
    [59_999, "1 min"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [3_661_000, "1 h 1 min"],
    [3_601_000, "1 h"],
    [86_400_000 * 2 + 3_600_000 * 3 + 5_000, "2 d 3 h"],
    [730 * 86_400_000, "730 d"],
  ];
  for (const [ms, text] of table) assert.equal(words(ms), text);
});

Deno.test("words() is off by less than its smaller unit, and never says nothing", () => {
  const size: { [unit: string]: number } = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  fc.assert(fc.property(fc.integer({ min: 0, max: 730 * 86_400_000 }), (ms) => {
    const parts = words(ms).split(" ");
    assert.ok(parts.length === 2 || parts.length === 4);
    let said = 0;
    for (let i = 0; i < parts.length; i += 2) said += Number(parts[i]) * size[parts[i + 1]!]!;
    assert.ok(Math.abs(said - ms) <= size[parts.at(-1)!]!);
  }));
});

Deno.test("causeInWords() says what a connection's code means, and keeps codes that it does not know", () => {
  const table: [code: string, status: number | null, host: string | null, text: string][] = [
    ["http_401", 401, "api.example.com", "401 from api.example.com"],
    ["ECONNREFUSED", null, "api.example.com", "api.example.com refuses connections"],
    ["egress_timeout", null, "api.example.com", "No answer from api.example.com in time"],
    ["breaker_open", null, "api.example.com", "api.example.com failed too often and was not asked"],
    ["own_code", null, "api.example.com", "own_code at api.example.com"],
    ["constructor", null, "api.example.com", "constructor at api.example.com"],
    ["template", null, null, "template"],
  ];
  for (const [code, status, host, text] of table) assert.equal(causeInWords({ code, status, host }), text);
});
