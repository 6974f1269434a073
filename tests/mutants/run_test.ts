import assert from "node:assert/strict";
import { MUTANTS } from "./mutants.ts";
import { planted, verdictOf } from "./run.ts";

Deno.test("planted() replaces what stands there once, literally, and refuses anything else", () => {
  const edit = { file: "a.ts", find: "x > 1", replace: "x > $& 2" };
  assert.equal(planted("if (x > 1) go();", edit), "if (x > $& 2) go();");
  assert.throws(() => planted("if (x > 2) go();", edit), /a\.ts: found 0 times/);
  assert.throws(() => planted("x > 1, x > 1", edit), /found 2 times/);
});

Deno.test("verdictOf() tells failed tests from passed ones, and both from tests that never ran", () => {
  assert.deepEqual(verdictOf("a ... ok (1ms)\n\nok | 1 passed | 0 failed (2ms)\n"), {
    passed: true,
    failed: [],
  });
  assert.deepEqual(
    verdictOf(
      "a ...\n  step ... FAILED (1ms)\na ... FAILED (due to 1 failed step) (1ms)\n\nFAILED | 0 passed | 1 failed (1 step) (2ms)\n",
    ),
    { passed: false, failed: ["a"] },
  );
  assert.deepEqual(
    verdictOf(
      "a ...'a' has been running for over (1m0s)\n FAILED (1m0s)\n\nFAILED | 0 passed | 1 failed (1m0s)\n",
    ),
    { passed: false, failed: ["a"] },
  );
  assert.equal(verdictOf("ok | 0 passed | 0 failed | 4 filtered out (0ms)\n"), null, "nothing ran");
  assert.equal(
    verdictOf("./a_test.ts (uncaught error)\n\nFAILED | 0 passed | 1 failed (2ms)\n"),
    null,
    "not loaded",
  );
  assert.equal(verdictOf("error: Module not found"), null);
});

Deno.test("MUTANTS are at least fifteen, each with its own name and a change", () => {
  assert.ok(MUTANTS.length >= 15);
  assert.equal(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  for (const { edits, loses } of MUTANTS) {
    assert.ok(loses.length > 20 && edits.length > 0);
    for (const { find, replace } of edits) assert.notEqual(find, replace);
  }
});

Deno.test("MUTANTS aim at what stands in the product, and at tests that are there", async () => {
  const read = (file: string): Promise<string> =>
    Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
  for (const { edits, noticedBy } of MUTANTS) {
    for (const edit of edits) planted(await read(edit.file), edit);
    await read(noticedBy.file);
  }
});
