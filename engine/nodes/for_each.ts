import { z } from "zod";
import { Json } from "../schemas/json.ts";
import { defineNode } from "./define.ts";
import type { Outcome } from "./define.ts";

/** Most rounds of one loop. */
const MOST_ITEMS = 10_000;

const config = z.strictObject({
  items: z.union([z.array(Json), z.string()]).meta({
    title: "Items",
    description:
      "A list, such as {{ trigger.body.leads }}. Each round reads its own as steps.<this>.output.item.",
  }),
  concurrency: z.number().int().min(1).max(100).default(1).meta({
    title: "At once",
    description: "How many rounds run side by side.",
  }),
  onError: z.enum(["stop", "continue"]).default("stop").meta({
    title: "When a round fails",
    description:
      "stop: the loop fails, and rounds under way are told to stop; Retry goes on with them, and leaves out those that somebody cancelled. continue: the others go on.",
  }),
});

/** One child execution per item, through what is drawn behind `each`; then on by `out` with every round's output. */
export default defineNode({
  type: "for_each",
  version: 1,
  kind: "pure",
  title: "For each",
  description: "Runs the steps behind “each” once for every item of a list.",
  help: [
    "Runs the steps behind Each once for every item of a list, then goes on by Done. A round reads its item as steps.<this node>.output.item.",
    "Example: items {{ trigger.body.contacts }}, 5 at once.",
    "Its output is the list of what each round put out; at most 10,000 items.",
  ].join("\n\n"),
  category: "logic",
  keywords: ["loop", "list", "iterate", "every"],
  icon: "repeat",
  config,
  example: { items: "{{ trigger.body.items }}", concurrency: 1, onError: "stop" },
  ports: [{ id: "each", label: "Each" }, { id: "out", label: "Done" }, { id: "error", label: "Failed" }],
  summary: "{{ items | truncate: 40 }}, {{ concurrency | default: 1 }} at once",
  templates: { items: "value" },
  run({ items, concurrency, onError }): Outcome {
    if (!Array.isArray(items)) {
      return refuse(
        "not_a_list",
        `Items are ${typeof items === "string" && items === "" ? "missing" : "no list"}, a list is accepted`,
      );
    }
    if (items.length > MOST_ITEMS) {
      return refuse("too_many_items", `${items.length} items, at most ${MOST_ITEMS} are accepted`);
    }
    const total = items.length;
    return {
      kind: "wait",
      for: {
        kind: "children",
        how: "for_each",
        total,
        created: 0,
        low: 0,
        lowFailed: 0,
        done: 0,
        failed: 0,
        concurrency,
        onError,
      },
      reason: { code: "children", text: `Waiting — for ${total} rounds`, data: { total } },
    };
  },
});

function refuse(code: string, message: string): Outcome {
  return { kind: "fail", failure: { code, message, retryable: false } };
}
