import type { ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { Workflow } from "../../engine/schemas/workflow.ts";

const AT = "2026-11-22T09:00:00.000Z";

/** One of each, with what a test says differently. */
export function workflow(changes: Partial<Workflow> = {}): Workflow {
  return {
    id: "wf1",
    name: "Cold Outreach Standard",
    revision: 1,
    version: null,
    draftChanged: false,
    nodeCount: 2,
    webhooks: ["/hooks/cold-outreach"],
    createdAt: AT,
    updatedAt: AT,
    publishedAt: null,
    nodes: [
      {
        id: "hook",
        type: "trigger_webhook",
        position: { x: 0, y: 0 },
        data: {
          label: "New lead arrives",
          config: { path: "cold-outreach", method: "POST", auth: { kind: "none" } },
        },
      },
      {
        id: "mail",
        type: "email",
        position: { x: 0, y: 150 },
        data: { label: "First mail", config: { to: "{{ lead.email }}" } },
      },
    ],
    edges: [{ id: "e1", source: "hook", sourceHandle: "out", target: "mail" }],
    settings: {},
    issues: [],
    ...changes,
  };
}

export function execution(changes: Partial<ExecutionSummary> = {}): ExecutionSummary {
  return {
    id: "ex1",
    workflowId: "wf1",
    workflowName: "Cold Outreach Standard",
    version: 1,
    status: "failed",
    progress: 50,
    trigger: { nodeId: "hook", kind: "webhook" },
    parent: null,
    lead: { id: "ld1", name: "Ann", email: "ann@example.com" },
    createdAt: AT,
    startedAt: AT,
    endedAt: null,
    reason: { code: "failed", text: "Failed — 401 from api.example.com" },
    until: null,
    ...changes,
  };
}

export function lead(changes: Partial<Lead> = {}): Lead {
  return {
    id: "ld1",
    email: "ann@example.com",
    phone: "+41 79 123 45 67",
    firstName: "Ann",
    lastName: "",
    company: "Acme",
    industry: "",
    timezone: "Europe/Zurich",
    score: 72,
    status: "new",
    tags: ["trial"],
    fields: { source: "webinar" },
    createdAt: AT,
    updatedAt: AT,
    ...changes,
  };
}

export function inboxItem(changes: Partial<InboxItem> = {}): InboxItem {
  return {
    id: "ex1.call.1",
    kind: "task",
    title: "Call Ann",
    description: "Ask what made her curious.",
    outcomes: [{ id: "Interested", label: "Interested" }, { id: "Not now", label: "Not now" }],
    executionId: "ex1",
    workflowId: "wf1",
    workflowName: "Cold Outreach Standard",
    nodeId: "call",
    lead: lead(),
    createdAt: AT,
    dueAt: null,
    ...changes,
  };
}

export function message(changes: Partial<Message> = {}): Message {
  return {
    id: "m1",
    channel: "email",
    transport: "outbox",
    status: "sent",
    test: false,
    workflowId: "wf1",
    executionId: "ex1",
    nodeId: "mail",
    leadId: "ld1",
    from: "hello@example.com",
    to: ["ann@example.com"],
    cc: [],
    bcc: [],
    replyTo: null,
    subject: "A question",
    text: "Hello Ann",
    html: "<p>Hello Ann</p>",
    messageId: "<1@example.com>",
    createdAt: AT,
    openedAt: null,
    clickedAt: null,
    opens: 0,
    clicks: 0,
    ...changes,
  };
}
