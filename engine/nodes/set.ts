import { z } from "zod";
import { Json } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

// Templates refuse to read these names; refusing to write them keeps every name readable.
const REFUSED = new Set(["__proto__", "constructor", "prototype"]);

const config = z.strictObject({
  fields: z.array(z.strictObject({
    name: z.string().min(1, "a name").max(100).refine(
      (name) => !REFUSED.has(name),
      "any name but __proto__, constructor and prototype",
    ).meta({ title: "Name", description: "Later steps read it as steps.<this node>.output.<name>." }),
    value: Json.meta({ title: "Value", description: "Text, number, list or object; text may hold {{ }}." }),
  })).max(200).meta({ title: "Fields", description: "What this step puts out." }),
});

/** Puts out an object of named values. A later field of the same name wins. */
export default defineNode({
  type: "set",
  version: 1,
  kind: "pure",
  repeatable: true,
  title: "Set fields",
  description: "Makes named values for the steps behind it.",
  help: [
    "Gives names to values, so that later steps can read them in one place: steps.<this node>.output.<name>.",
    'Example: greeting = Hello {{ lead.firstName | default: "there" }}.',
    "A field that is one single {{ }} keeps its type: a number stays a number.",
  ].join("\n\n"),
  category: "data",
  keywords: ["variable", "value", "calculate", "assign", "map", "code"],
  icon: "braces",
  config,
  example: { fields: [{ name: "greeting", value: "Hello {{ lead.firstName }}" }] },
  ports: [{ id: "out", label: "Then" }],
  summary:
    "Set {{ fields[0].name }} {{ fields[1].name }} {{ fields[2].name }} {{ fields[3].name }} {{ fields[4].name }}",
  templates: { "fields.*.value": "value" },
  run({ fields }): Outcome {
    // fromEntries defines own properties: no setter of a prototype is ever called.
    return { kind: "done", output: Object.fromEntries(fields.map(({ name, value }) => [name, value])) };
  },
});
