import assert from "node:assert/strict";
import type {
  Done,
  Fail,
  NodeType,
  Outcome,
  PureContext,
  StepContext,
  Wait,
} from "../../engine/nodes/define.ts";
import { calendar } from "../../engine/core/calendar.ts";
import { loadNodeTypes } from "../../engine/nodes/mod.ts";
import { StepError } from "../../engine/errors.ts";
import type { Json } from "../../engine/schemas/json.ts";

export const NOW = Date.UTC(2026, 10, 22, 9, 0, 0);

export function pureContext(change: Partial<PureContext> = {}): PureContext {
  return {
    executionId: "E1",
    workflowId: "W1",
    nodeId: "n1",
    visit: 1,
    now: NOW,
    startedAt: NOW,
    timezone: "UTC",
    view: {
      trigger: {},
      lead: null,
      steps: {},
      execution: {},
      messages: {},
      now: new Date(NOW).toISOString(),
    },
    calendar,
    evaluate: () => ({ pass: true, comparisons: [] }),
    ...change,
  };
}

export function stepContext(change: Partial<StepContext> = {}): StepContext {
  return {
    ...pureContext(),
    attempt: 1,
    idempotencyKey: "E1.n1.1",
    signal: new AbortController().signal,
    leadId: null,
    http: () => Promise.reject(new Error("no HTTP in this test")),
    asking: null,
    voteLink: () => null,
    collections: () => Promise.reject(new Error("no collections in this test")),
    mail: () => Promise.reject(new Error("no mail in this test")),
    secret: (name) => Promise.reject(new StepError({ code: "no_secret", message: `No secret ${name}` })),
    ...change,
  };
}

export async function node(type: string): Promise<NodeType> {
  const found = (await loadNodeTypes()).get(type);
  assert.ok(found, `${type} is registered`);
  return found;
}

/** Parses the config as the engine does and runs the node. */
export async function runNode(type: string, config: Json, context = stepContext()): Promise<Outcome> {
  const found = await node(type);
  assert.ok(found.kind !== "trigger");
  return await found.run(found.config.parse(config), context);
}

export function done(outcome: Outcome): Done {
  assert.equal(outcome.kind, "done", JSON.stringify(outcome));
  return outcome as Done;
}
export function waits(outcome: Outcome): Wait {
  assert.equal(outcome.kind, "wait", JSON.stringify(outcome));
  return outcome as Wait;
}
export function fails(outcome: Outcome): Fail {
  assert.equal(outcome.kind, "fail", JSON.stringify(outcome));
  return outcome as Fail;
}

/** Paths of the problems of a config: by its schema, else by `check`. */
export async function problems(type: string, config: Json): Promise<string[]> {
  const found = await node(type);
  const parsed = found.config.safeParse(config);
  if (!parsed.success) return parsed.error.issues.map((issue) => issue.path.join("."));
  return (found.check?.(parsed.data, calendar) ?? []).map((problem) => problem.path);
}
