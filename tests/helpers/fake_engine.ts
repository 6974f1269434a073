import { parseJson } from "../../engine/core/bounded_json.ts";
import type {
  Access,
  Engine,
  Followed,
  Secrets,
  WebhookAnswer,
  WebhookRequest,
} from "../../engine/contract.ts";
import { conflict, notFound, stale } from "../../engine/errors.ts";
import type { EventType } from "../../engine/schemas/event.ts";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { Workflow } from "../../engine/schemas/workflow.ts";

const AT = "2026-11-22T10:00:00.000Z";

/** What tests look into. */
export interface FakeEngine extends Engine {
  /** `subject.method` of everything that changes something. */
  readonly changes: string[];
  readonly webhooks: WebhookRequest[];
  readonly options: { webhookAnswer: WebhookAnswer; url: string; fail: Error | null };
  readonly stored: { execution: Execution; events: Followed[] };
}

/** An engine that answers from memory: enough for routes to be real around it. */
export function fakeEngine(parts: { access: Access; secrets?: Secrets }): FakeEngine {
  const changes: string[] = [];
  const webhooks: WebhookRequest[] = [];
  const options: FakeEngine["options"] = {
    webhookAnswer: { executionId: "e1", fresh: true },
    url: "http://localhost",
    fail: null,
  };
  const stored = { execution: execution(), events: [1, 2, 3].map((seq) => followed(seq)) };
  const note = (what: string): number => changes.push(what);
  return {
    changes,
    webhooks,
    options,
    stored,
    access: parts.access,
    secrets: parts.secrets ??
      { list: none, put: () => Promise.reject(new Error("no secrets")), remove: nothing },
    workflows: fakeWorkflows(note, options),
    triggers: {
      webhook: (request) => {
        // As the real one does: bounded parsing before anything is stored.
        if (request.rawBody.length > 0) parseJson(request.rawBody);
        webhooks.push(request);
        return Promise.resolve(options.webhookAnswer);
      },
      execute: (input, given) => {
        note(`execute ${input.workflowId} ${given.idempotencyKey ?? "-"}`);
        return Promise.resolve({ executionId: "e1", fresh: true });
      },
    },
    executions: fakeExecutions(note, stored),
    leads: fakeLeads(note),
    messages: fakeMessages(note),
    inbox: {
      list: emptyPage,
      count: () => Promise.resolve(0),
      complete: (id, input) => {
        note(`inbox.complete ${id} ${input.outcome}`);
        return Promise.resolve();
      },
    },
    nodeTypes: () => [],
    ready: () => Promise.resolve({ ok: true, checks: [{ name: "store", ok: true, detail: "read" }] }),
    publicUrl: () => options.url,
    learnUrl: (origin) => options.url = origin,
    start: nothing,
    sweep: nothing,
    stop: nothing,
  };
}

function fakeWorkflows(note: (what: string) => void, options: FakeEngine["options"]): Engine["workflows"] {
  const workflows = new Map<string, Workflow>();
  const find = (id: string): Workflow => {
    const found = workflows.get(id);
    if (!found) throw notFound("workflow", id);
    return found;
  };
  return {
    list: emptyPage,
    create: (input) => {
      const id = `w${workflows.size + 1}`;
      const made = { ...WORKFLOW, ...input, id };
      workflows.set(id, made);
      note(`workflow.create ${input.name}`);
      return Promise.resolve(made);
    },
    // Async, so that what is thrown is a rejection as in the real one.
    get: async (id) => {
      if (options.fail) throw options.fail;
      return await Promise.resolve(find(id));
    },
    save: async (id, revision, change) => {
      const before = find(id);
      if (before.revision !== revision) throw stale(`revision ${before.revision} is stored, not ${revision}`);
      const after: Workflow = { ...before, ...change, revision: revision + 1 };
      workflows.set(id, after);
      note(`workflow.save ${JSON.stringify(change)}`);
      return await Promise.resolve(after);
    },
    remove: async (id, { running }) => {
      find(id);
      if (running === undefined) throw conflict("unsettled", "2 executions are unsettled");
      workflows.delete(id);
      note(`workflow.remove ${running}`);
      await Promise.resolve();
    },
    publish: async (id) => {
      find(id);
      note("workflow.publish");
      return await Promise.resolve({ version: 1 });
    },
    versions: none,
    version: (id, version) =>
      Promise.resolve({ ...find(id), workflowId: id, version, publishedAt: AT, publishedBy: "Ann" }),
    check: none,
  };
}

function fakeExecutions(note: (what: string) => void, stored: FakeEngine["stored"]): Engine["executions"] {
  return {
    list: emptyPage,
    get: async (id) => {
      if (id !== stored.execution.id) throw notFound("execution", id);
      return await Promise.resolve(stored.execution);
    },
    events: (_id, { after = 0, limit = 50 }) =>
      Promise.resolve(stored.events.filter(({ id }) => Number(id) > after).slice(0, limit)),
    follow: async function* (_id, after, signal): AsyncGenerator<Followed> {
      for (const one of stored.events) if (Number(one.id) > after) yield one;
      if (stored.execution.status === "running") await aborted(signal);
    },
    followAll: async function* (cursor, signal): AsyncGenerator<Followed | { id: string; reset: true }> {
      if (cursor === "old.0") yield { id: "v9.0", reset: true };
      for (const one of stored.events) yield one;
      await aborted(signal);
    },
    cancel: (id, { reason }) => {
      note(`execution.cancel ${id} ${reason ?? "-"}`);
      return Promise.resolve({ status: "cancelled" });
    },
    retry: (id) => {
      note(`execution.retry ${id}`);
      return Promise.resolve({ steps: ["mail"] });
    },
  };
}

function fakeLeads(note: (what: string) => void): Engine["leads"] {
  const ann: Lead = {
    id: "l1",
    email: "ann@example.com",
    phone: "",
    firstName: "Ann",
    lastName: "",
    company: "",
    industry: "",
    timezone: "",
    score: null,
    status: "new",
    tags: [],
    fields: {},
    createdAt: AT,
    updatedAt: AT,
  };
  return {
    list: emptyPage,
    create: (input) => {
      note(`lead.create ${input.email}`);
      return Promise.resolve({ ...ann, email: input.email });
    },
    get: () => Promise.resolve(ann),
    update: (_id, patch) => {
      note(`lead.update ${JSON.stringify(patch)}`);
      return Promise.resolve(ann);
    },
    remove: (id) => {
      note(`lead.remove ${id}`);
      return Promise.resolve();
    },
    signal: (leadId, { type, data = null }) => {
      note(`lead.signal ${type}`);
      return Promise.resolve({ id: "s1", leadId, type, data, at: AT });
    },
    signals: emptyPage,
  };
}

function fakeMessages(note: (what: string) => void): Engine["messages"] {
  return {
    list: emptyPage,
    get: () => Promise.resolve(MESSAGE),
    opened: (token) => {
      note(`opened ${token}`);
      return Promise.resolve(token === "good");
    },
    clicked: (token) => {
      note(`clicked ${token}`);
      return Promise.resolve(token === "good" ? "https://example.com/offer" : null);
    },
  };
}

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

function execution(): Execution {
  return {
    id: "e1",
    workflowId: "w1",
    workflowName: "Cold Outreach",
    version: 1,
    status: "completed",
    progress: 100,
    trigger: { nodeId: "hook", kind: "webhook" },
    lead: null,
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

const WORKFLOW: Workflow = {
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

const MESSAGE: Message = {
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

function emptyPage(): Promise<{ items: never[]; nextCursor: null }> {
  return Promise.resolve({ items: [], nextCursor: null });
}

function none(): Promise<never[]> {
  return Promise.resolve([]);
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
