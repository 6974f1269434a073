import type { Incident } from "../../engine/schemas/alert.ts";
import type { Followed } from "../../engine/contract.ts";
import type { EventType } from "../../engine/schemas/event.ts";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import { unknownLead } from "../../engine/schemas/lead_defaults.ts";
import type { BulkJob, RunningVersion } from "../../engine/schemas/mending.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { Simulated } from "../../engine/schemas/simulation.ts";
import type { Workflow } from "../../engine/schemas/workflow.ts";

export const AT = "2026-11-22T10:00:00.000Z";

/** One event of the stored execution. */
export function followed(seq: number, type: EventType = "progress"): Followed {
  const data = { seq, execution: "running", reason: { code: "x", text: "x", data: "payload marker" } };
  const event = {
    type,
    executionId: "e1",
    taskId: null,
    taskName: null,
    message: `event ${seq}`,
    progress: 0,
  };
  return { id: String(seq), event: { ...event, timestamp: AT, data } };
}

/** A completed execution whose bodies carry a marker. */
export function execution(): Execution {
  return {
    id: "e1",
    workflowId: "w1",
    workflowName: "Cold Outreach",
    version: 1,
    status: "completed",
    progress: 100,
    trigger: { nodeId: "hook", kind: "webhook" },
    lead: null,
    parent: null,
    createdAt: AT,
    startedAt: AT,
    endedAt: AT,
    reason: null,
    until: null,
    input: "payload marker",
    steps: [],
    seq: 3,
    cancelling: false,
  };
}

export const BULK_JOB: BulkJob = {
  id: "b1",
  action: "retry",
  filter: { status: "failed" },
  status: "running",
  count: 2,
  done: 0,
  skipped: 0,
  failed: 0,
  reasons: [],
  by: "Ann",
  perSecond: 10,
  createdAt: AT,
  endedAt: null,
};

export const RUNNING: RunningVersion = {
  version: 1,
  count: 3,
  movable: 2,
  restartable: 3,
  nodes: [{
    nodeId: "pause",
    label: "Pause",
    type: "wait",
    count: 3,
    movable: 2,
    reasons: [{ text: "It stands on a node that is gone", count: 1, executionId: "e1" }],
  }],
  begins: [],
};

export const WORKFLOW: Workflow = {
  id: "w1",
  name: "Cold Outreach",
  revision: 1,
  version: null,
  draftChanged: true,
  nodeCount: 0,
  webhooks: [],
  createdAt: AT,
  updatedAt: AT,
  publishedAt: null,
  nodes: [],
  edges: [],
  settings: {},
  issues: [],
};

export const MESSAGE: Message = {
  id: "m1",
  channel: "email",
  transport: "outbox",
  status: "sent",
  test: false,
  workflowId: "w1",
  executionId: "e1",
  nodeId: "mail",
  leadId: "l1",
  from: "ann@example.com",
  to: ["ann@example.com"],
  cc: [],
  bcc: [],
  replyTo: null,
  subject: "Hello",
  text: "payload marker",
  html: "<p>payload marker</p>",
  messageId: "<m1@localhost>",
  createdAt: AT,
  openedAt: null,
  clickedAt: null,
  opens: 0,
  clicks: 0,
};

export const LEAD: Lead = {
  id: "l1",
  email: "ann@example.com",
  ...unknownLead(),
  firstName: "Ann",
  createdAt: AT,
  updatedAt: AT,
};

/** A dry run of a workflow without steps. */
export const SIMULATED: Simulated = {
  workflowId: "w1",
  version: 1,
  draft: true,
  lead: null,
  timezone: "UTC",
  startedAt: AT,
  endedAt: AT,
  duration: 0,
  endedAs: "completed",
  reason: null,
  steps: [],
  notes: [],
  events: [],
  kept: [],
};

export const INCIDENT: Incident = {
  id: "i1",
  ruleId: "streak",
  kind: "streak",
  workflowId: "w1",
  workflowName: "Cold Outreach",
  status: "open",
  title: "3 runs of Cold Outreach failed in a row",
  detail: "None completed between them.",
  link: "/executions?workflowId=w1&status=failed",
  openedAt: AT,
  recoveredAt: null,
  recovery: null,
  acknowledged: null,
  tellAt: AT,
  mutedUntil: null,
};
