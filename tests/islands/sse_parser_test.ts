import assert from "node:assert/strict";
import fc from "fast-check";
import { createSseParser, isAfter } from "../../islands/shared/sse_parser.ts";

Deno.test("createSseParser() gives the same events however the text is cut", () => {
  const text =
    ": hello\n\nid: 1\ndata: a\n\nid: 2\r\nevent: reset\r\ndata: b\r\ndata: ä\r\n\r\nid: 3\rdata:c\r\r\n" +
    "data: without an id\n\nid: 4\ndata: last\n\n";
  const whole = createSseParser()(text);
  assert.deepEqual(whole, [
    { id: "1", event: "message", data: "a" },
    { id: "2", event: "reset", data: "b\nä" },
    { id: "3", event: "message", data: "c" },
    { id: "4", event: "message", data: "last" },
  ]);
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }), (cuts) => {
    const places = [0, ...cuts.sort((a, b) => a - b), text.length];
    const parse = createSseParser();
    const found = places.slice(1).flatMap((end, i) => parse(text.slice(places[i], end)));
    assert.deepEqual(found, whole);
  }));
});

Deno.test("isAfter() orders both kinds of cursor", () => {
  assert.equal(isAfter("10", "9"), true);
  assert.equal(isAfter("9", "9"), false);
  assert.equal(isAfter("1", null), true);
  assert.equal(isAfter("000a.2", "000a.10"), false);
  assert.equal(isAfter("000b.0", "000a.10"), true);
});
