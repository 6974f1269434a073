import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compileTemplate,
  MAX_OUTPUT_LENGTH,
  renderTemplate,
  TemplateError,
} from "../../engine/core/template.ts";
import type { Json } from "../../engine/schemas/json.ts";
import type { Encoding } from "../../engine/schemas/node.ts";

function render(source: string, encoding: Encoding, view: object): Json {
  const result = compileTemplate(source, encoding);
  assert.ok("template" in result);
  return renderTemplate(result.template, view).value;
}

const encodings = fc.constantFrom<Encoding>("text", "html", "url", "json", "header", "value");
const pieces = fc.constantFrom(
  "{{",
  "}}",
  "{",
  "}",
  " ",
  "lead",
  ".",
  "a",
  "[0]",
  '["b"]',
  "|",
  "upcase",
  "default",
  ":",
  ",",
  '"',
  "'",
  "\\",
  "1",
  "-",
  "split",
  "join",
  "json",
  "date",
  "(",
  ")",
  "constructor",
  "__proto__",
  "\n",
  "😀",
  "now",
  "round",
  "times",
);
const sources = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.array(pieces, { maxLength: 40 }).map((list) => list.join("")),
  fc.array(pieces, { maxLength: 12 }).map((list) => `{{ lead.${list.join("")} }}`),
);

Deno.test("compileTemplate() and renderTemplate() take any source and view, and only fail with a TemplateError", () => {
  fc.assert(
    fc.property(sources, encodings, fc.dictionary(fc.string(), fc.jsonValue()), (source, encoding, lead) => {
      const result = compileTemplate(source, encoding);
      if ("problems" in result) return result.problems.length > 0;
      try {
        const { value } = renderTemplate(result.template, { lead, now: "2026-11-22T10:00:00Z" });
        return encoding === "value" || typeof value === "string";
      } catch (error) {
        return error instanceof TemplateError;
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("renderTemplate() puts any text into JSON, HTML and URLs without breaking out", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (x) => {
      const view = { lead: { x } };
      assert.deepEqual(JSON.parse(String(render(`{"a":{{ lead.x }},"b":"{{ lead.x }}"}`, "json", view))), {
        a: x,
        b: x,
      });
      assert.doesNotMatch(String(render("{{ lead.x }}", "html", view)), /[<>"']/);
      assert.match(String(render("/{{ lead.x }}", "url", view)), /^\/[A-Za-z0-9\-_.!~*'()%]*$/);
    }),
  );
});

Deno.test("renderTemplate() never writes more than 256 KiB", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 1, max: 200 }), (length, times) => {
      try {
        const text = String(render("{{ t }}".repeat(times), "html", { t: "&".repeat(length) }));
        return text.length <= MAX_OUTPUT_LENGTH && text.length === 5 * length * times;
      } catch (error) {
        return error instanceof TemplateError && 5 * length * times > MAX_OUTPUT_LENGTH;
      }
    }),
    { numRuns: 60 },
  );
});
