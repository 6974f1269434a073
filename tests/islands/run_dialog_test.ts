import assert from "node:assert/strict";
import type { WorkflowNode } from "../../engine/schemas/workflow.ts";
import { aboutNewLeads } from "../../islands/workflow/workflow_calls.ts";

function trigger(id: string, signal: string | null): WorkflowNode {
  const type = signal === null ? "trigger_manual" : "trigger_signal";
  return {
    id,
    type,
    position: { x: 0, y: 0 },
    data: { label: id.toUpperCase(), config: signal === null ? {} : { signal } },
  };
}

Deno.test("aboutNewLeads() says what else a new lead would start, that nothing else does, or nothing at all", () => {
  const [hand, first, second] = [
    trigger("hand", null),
    trigger("a", "lead.created"),
    trigger("b", "lead.created"),
  ];
  const opened = trigger("c", "email.opened");
  assert.equal(aboutNewLeads([hand, opened], "hand"), null);
  assert.equal(aboutNewLeads([hand, opened], "c"), null);
  assert.match(aboutNewLeads([first, opened], "a") ?? "", /starts nothing twice/);
  assert.match(aboutNewLeads([hand, first], "hand") ?? "", /starts at “A” as well/);
  assert.match(aboutNewLeads([hand, first, second], "a") ?? "", /starts at “B” as well/);
  assert.match(aboutNewLeads([hand, first, second], "hand") ?? "", /starts at “A” and “B” as well/);
});
