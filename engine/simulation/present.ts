import { formatLocal } from "../core/zone.ts";
import type { ExecutionEvent } from "../schemas/event.ts";
import type { Execution, Reason, Step } from "../schemas/execution.ts";
import type { Simulated, SimulatedStep, Would } from "../schemas/simulation.ts";
import type { Driven } from "./drive.ts";
import type { Pin } from "./part.ts";
import type { Plan } from "./prepare.ts";

export interface Ran {
  plan: Plan;
  driven: Driven;
  execution: Execution;
  events: ExecutionEvent[];
  /** Messages that were laid into the outbox. */
  kept: string[];
  wouldOf(nodeId: string): Would | undefined;
  /** Epoch ms, virtual. */
  endedAt: number;
}

/** What a dry run answers: the execution's own steps and events, in the order of time. */
export function toSimulated(ran: Ran): Simulated {
  const { plan, driven, execution, events } = ran;
  const { stopped } = driven;
  const told = storiesOf(events);
  const steps = execution.steps.map((step) => ({ step, story: told.get(step.nodeId) ?? NO_STORY }));
  steps.sort((a, b) => a.story.order - b.story.order);
  return {
    workflowId: plan.workflow.id,
    version: plan.workflow.version,
    draft: plan.draft,
    lead: execution.lead,
    timezone: plan.timezone,
    startedAt: new Date(plan.start).toISOString(),
    endedAt: new Date(ran.endedAt).toISOString(),
    duration: ran.endedAt - plan.start,
    endedAs: stopped?.as ?? endedAs(execution.status),
    reason: stopped?.reason ?? execution.reason,
    steps: [...steps.flatMap(({ step, story }) => toStep(ran, step, story) ?? []), ...absentSteps(ran)],
    notes: [...plan.notes, ...driven.notes],
    events,
    kept: ran.kept,
  };
}

/** Only a settled execution comes here without a reason why it was stopped. */
function endedAs(status: Execution["status"]): Simulated["endedAs"] {
  return status === "completed" || status === "failed" || status === "cancelled" ? status : "stopped";
}

/** What the events say of one node. */
interface Story {
  order: number;
  at: string | null;
  until: string | null;
  waited: Reason | null;
}

const NO_STORY: Story = { order: Infinity, at: null, until: null, waited: null };

/** A step forgets what it waited for once the wait is over; its events remember. */
function storiesOf(events: readonly ExecutionEvent[]): Map<string, Story> {
  const stories = new Map<string, Story>();
  for (const [order, event] of events.entries()) {
    if (event.taskId === null) continue;
    const story = stories.get(event.taskId) ?? { ...NO_STORY, order, at: event.timestamp };
    stories.set(event.taskId, story);
    if (event.type !== "waiting") continue;
    const until = textIn(event.data, "until");
    story.until = until ?? story.until;
    story.waited = { code: "waited", text: event.message };
  }
  return stories;
}

function textIn(data: ExecutionEvent["data"], name: string): string | null {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return null;
  const value = data[name];
  return typeof value === "string" ? value : null;
}

/** Drawn nodes that are no part of what was run. */
function absentSteps({ plan: { drawn, workflow } }: Ran): SimulatedStep[] {
  const ran = new Set(workflow.graph.nodes.map(({ id }) => id));
  return drawn.nodes.filter(({ id }) => !ran.has(id)).map(({ id, type, data }) => ({
    nodeId: id,
    type,
    label: data.label || id,
    status: "pending",
    ...{ at: null, local: null, endedAt: null, attempts: 0, port: null, input: null, output: null },
    reason: null,
    warnings: [],
  }));
}

/** Why a node was not run, where that was asked for. */
function pinReason({ kind, from = "" }: Pin): Reason {
  switch (kind) {
    case "given":
      return { code: "pinned", text: "Pinned: it was not run, what it puts out was given" };
    case "execution":
      return {
        code: "taken_over",
        text: "Not run: what it put out before was taken",
        data: { executionId: from },
      };
    case "unknown":
      return { code: "unknown_output", text: "Not run: nothing is known of what it puts out" };
    default:
      return kind satisfies never;
  }
}

/** Null: a trigger that nobody drew. */
function toStep(ran: Ran, step: Step, story: Story): SimulatedStep | null {
  const { plan: { timezone, drawn, pins }, driven: { assumed } } = ran;
  const { nodeId, label, status, attempts, port, input, output, endedAt, warnings } = step;
  const type = drawn.nodes.find(({ id }) => id === nodeId)?.type;
  if (type === undefined) return null;
  const pin = pins.get(nodeId);
  const until = step.until ?? story.until;
  const would = ran.wouldOf(nodeId);
  const took = assumed.get(nodeId);
  return {
    nodeId,
    type,
    label,
    status,
    at: story.at,
    local: story.at && formatLocal(Date.parse(story.at), timezone),
    ...until ? { until } : {},
    endedAt,
    attempts,
    port,
    input: pin ? null : input,
    output,
    reason: pin && status === "completed"
      ? pinReason(pin)
      : took === undefined
      ? step.reason ?? story.waited
      : {
        code: "assumed",
        text: `No answer was given: the dry run took the first outcome, "${took}"`,
      },
    warnings,
    ...would ? { would } : {},
  };
}
