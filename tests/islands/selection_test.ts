/** Rows of a list are selected one by one and in a stretch, as in a list of files. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { toggled } from "../../islands/monitoring/use_selection.ts";

const IDS = ["a", "b", "c", "d", "e"];

Deno.test("toggled() takes one row, or with Shift all from the one touched before", () => {
  const one = toggled(new Set(), IDS, { id: "b", from: null });
  assert.deepEqual([...one], ["b"]);
  const stretch = toggled(one, IDS, { id: "d", from: "b" });
  assert.deepEqual([...stretch].sort(), ["b", "c", "d"]);
  const up = toggled(stretch, IDS, { id: "c", from: "e" });
  assert.deepEqual([...up].sort(), ["b"], "a stretch that ends on a selected row is let go");
  assert.deepEqual([...toggled(one, IDS, { id: "b", from: null })], []);
  assert.deepEqual([...toggled(one, IDS, { id: "d", from: "gone" })].sort(), ["b", "d"]);
});

Deno.test("toggled() makes the stretch as the touched row is, and leaves all else as it was", () => {
  const id = fc.constantFrom(...IDS);
  fc.assert(fc.property(fc.subarray(IDS), id, fc.option(id), (before, touched, from) => {
    const was = new Set(before);
    const now = toggled(was, IDS, { id: touched, from });
    const ends = [IDS.indexOf(touched), IDS.indexOf(from ?? touched)].sort();
    IDS.forEach((one, at) => {
      const inside = at >= ends[0]! && at <= ends[1]!;
      assert.equal(now.has(one), inside ? !was.has(touched) : was.has(one));
    });
  }));
});
