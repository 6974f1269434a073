import assert from "node:assert/strict";
import fc from "fast-check";
import { exceeds } from "../../engine/core/size.ts";

Deno.test("exceeds() says of any JSON what writing it would say, to the byte", () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
      const { byteLength } = new TextEncoder().encode(JSON.stringify(value));
      assert.equal(exceeds(value, byteLength), false, `${byteLength} bytes fit`);
      assert.equal(exceeds(value, byteLength - 1), true, `${byteLength - 1} bytes do not`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("exceeds() counts what is far larger than a text can be without writing it", () => {
  const part = "x".repeat(2 ** 28);
  const value = [part, part];
  assert.throws(() => JSON.stringify(value), RangeError, "no text is so long");
  assert.equal(exceeds(value, 4 * 1024 * 1024), true);
  assert.equal(exceeds({ value }, 4 * 1024 * 1024), true);
});
