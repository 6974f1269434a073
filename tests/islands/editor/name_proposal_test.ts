import assert from "node:assert/strict";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { proposedName } from "../../../islands/editor/publishing/name_proposal.ts";

const TYPES = {
  hook: { kind: "trigger", title: "Webhook", category: "triggers" },
  mail: { kind: "effect", title: "Send mail", category: "messages" },
  again: { kind: "effect", title: "Send mail", category: "messages" },
  pause: { kind: "effect", title: "Wait", category: "time" },
  check: { kind: "pure", title: "Condition", category: "logic" },
  call: { kind: "effect", title: "Call", category: "people" },
  task: { kind: "effect", title: "Task", category: "people" },
  ask: { kind: "effect", title: "Approval", category: "people" },
  http: { kind: "effect", title: "HTTP request", category: "data" },
} as const;

function proposal(...ways: readonly (keyof typeof TYPES)[][]): string {
  const ids = [...new Set(ways.flat())];
  const nodes = ids.map((id): WorkflowNode => ({
    id,
    type: id,
    position: { x: 0, y: 0 },
    data: { label: "", config: {} },
  }));
  const edges = ways.flatMap((way) =>
    way.slice(1).map((target, i) => ({ id: `${way[i]}-${target}`, source: way[i]!, target }))
  );
  return proposedName({ nodes, edges, cards: new Map(ids.map((id) => [id, TYPES[id]])) });
}

Deno.test("proposedName() names what starts it and the first steps that somebody would notice, each once", () => {
  assert.equal(
    proposal(["hook", "mail", "pause", "check", "call"], ["check", "again"]),
    "Webhook → send mail, wait, call",
  );
  assert.equal(
    proposal(["hook", "mail", "pause", "call", "task", "ask"]),
    "Webhook → send mail, wait, call, task …",
  );
  assert.equal(
    proposal(["hook", "check", "http"]),
    "Webhook → condition, HTTP request",
    "where nothing else is there",
  );
});

Deno.test("proposedName() has nothing to say of what starts nothing, or is not started", () => {
  assert.equal(proposal(["hook"]), "");
  assert.equal(proposal(["mail", "pause"]), "");
  assert.equal(proposal(["hook"], ["mail", "pause"]), "", "nothing leads there");
});
