import assert from "node:assert/strict";
import { lotsOf, readSummary, testArguments } from "./run.ts";

Deno.test("readSummary() counts tests, takes the last summary, and lets no skipped test pass", () => {
  assert.deepEqual(readSummary("ok | 120 passed (30 steps) | 0 failed (12s)\n"), { passed: 120, failed: 0 });
  assert.deepEqual(readSummary("x ... ok\n\nFAILED | 4 passed | 2 failed (1 step) (49ms)\n"), {
    passed: 4,
    failed: 2,
  });
  assert.deepEqual(readSummary("ok | 3 passed | 0 failed | 2 ignored | 9 filtered out (4ms)\n"), {
    passed: 3,
    failed: 2,
  });
  assert.deepEqual(readSummary("ok | 1 passed | 0 failed (1ms)\nFAILED | 0 passed | 1 failed (1ms)\n"), {
    passed: 0,
    failed: 1,
  });
  assert.equal(readSummary("error: Module not found\n"), null);
});

Deno.test("testArguments() tells paths, words and options apart", () => {
  const isPath = (text: string): boolean => text.startsWith("tests/");
  assert.deepEqual(testArguments([], isPath).slice(-1), ["tests/"]);
  assert.deepEqual(testArguments(["tests/core", "retry", "a.b", "--fail-fast"], isPath).slice(5), [
    "--fail-fast",
    "--filter",
    "/(?i:retry|a\\.b)/",
    "tests/core",
  ]);
});

Deno.test("lotsOf() puts every entry into one lot, those of a browser apart; one core runs one lot", () => {
  const entries = ["tests/core/", "tests/e2e/", "tests/islands/", "tests/run_test.ts"];
  assert.deepEqual(lotsOf(entries, 2), [["tests/e2e/"], [
    "tests/core/",
    "tests/islands/",
    "tests/run_test.ts",
  ]]);
  assert.deepEqual(lotsOf(entries, 1), [entries]);
  assert.deepEqual(lotsOf(["tests/core/"], 8), [["tests/core/"]]);
});
