import { parseJson } from "../../engine/core/bounded_json.ts";
import type {
  Access,
  Engine,
  Followed,
  Secrets,
  Watched,
  WebhookAnswer,
  WebhookRequest,
} from "../../engine/contract.ts";
import { conflict, notFound, stale } from "../../engine/errors.ts";
import { AlertRuleInput, AlertSettings } from "../../engine/schemas/alert.ts";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Workflow } from "../../engine/schemas/workflow.ts";
import { fakeScheduling } from "./fake_scheduling.ts";
import {
  AT,
  BULK_JOB,
  execution,
  followed,
  INCIDENT,
  LEAD,
  MESSAGE,
  RUNNING,
  SIMULATED,
  WORKFLOW,
} from "./fake_records.ts";
import { fakeMetrics } from "./fake_metrics.ts";

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
      refused: ({ path }) => note(`refused ${path}`),
      hooks: () => Promise.resolve([]),
    },
    executions: fakeExecutions(note, stored),
    mending: fakeMending(note),
    metrics: fakeMetrics(),
    scheduling: fakeScheduling(note),
    leads: fakeLeads(note),
    messages: fakeMessages(note),
    collections: fakeCollections(note),
    approvals: { look: () => Promise.resolve(null), vote: () => Promise.resolve(null) },
    alerts: fakeAlerts(note),
    inbox: {
      list: emptyPage,
      count: () => Promise.resolve(0),
      cards: () => Promise.resolve({ causes: [], items: [], nextCursor: null }),
      people: () => Promise.resolve([{ userId: "u", name: "Ann" }]),
      assign: (id, userId) => {
        note(`inbox.assign ${id} ${userId ?? "-"}`);
        return Promise.resolve(userId === null ? null : { userId, name: "Ann" });
      },
      ignore: (id) => {
        note(`inbox.ignore ${id}`);
        return Promise.resolve();
      },
      complete: (id, input) => {
        note(`inbox.complete ${id} ${input.outcome}`);
        return Promise.resolve();
      },
    },
    simulate: (workflowId, { at }) => {
      note(`simulate ${workflowId} ${at ?? "-"}`);
      return Promise.resolve({ ...SIMULATED, workflowId });
    },
    previewPublish: (workflowId) => Promise.reject(notFound("workflow", workflowId)),
    nodeTypes: () => [],
    ready: () => Promise.resolve({ ok: true, checks: [{ name: "store", ok: true, detail: "read" }] }),
    publicUrl: () => options.url,
    learnUrl: (origin) => options.url = origin,
    start: nothing,
    sweep: nothing,
    stop: nothing,
  };
}

function fakeAlerts(note: (what: string) => number): Engine["alerts"] {
  const rule = {
    ...AlertRuleInput.parse({ kind: "streak" }),
    id: "streak",
    words: "3 runs failed in a row",
    isDefault: true,
  };
  const noted = <T>(what: string, value: T): Promise<T> => {
    note(`alerts.${what}`);
    return Promise.resolve(value);
  };
  return {
    rules: () => Promise.resolve([rule]),
    rule: () => Promise.resolve(rule),
    createRule: () => noted("createRule", rule),
    saveRule: (id) => noted(`saveRule ${id}`, rule),
    removeRule: async (id) => void await noted(`removeRule ${id}`, null),
    settings: () => Promise.resolve(AlertSettings.parse({})),
    saveSettings: () => noted("saveSettings", AlertSettings.parse({})),
    test: () => noted("test", { ok: true, detail: "Sent" }),
    incidents: emptyPage,
    open: none,
    count: () => Promise.resolve({ open: 0, undelivered: 0 }),
    acknowledge: (id) => noted(`acknowledge ${id}`, INCIDENT),
    mute: (id, hours) => noted(`mute ${id} ${hours}`, INCIDENT),
    undelivered: none,
    sendAgain: async (id) => void await noted(`sendAgain ${id}`, null),
    dismiss: async (id) => void await noted(`dismiss ${id}`, null),
    check: async () => void await noted("check", null),
  };
}

const VERSION = { version: 1, name: "", workflowName: "Cold Outreach", publishedAt: AT, publishedBy: "Ann" };

function fakeWorkflows(note: (what: string) => void, options: FakeEngine["options"]): Engine["workflows"] {
  const workflows = new Map<string, Workflow>();
  const find = (id: string): Workflow => {
    const found = workflows.get(id);
    if (!found) throw notFound("workflow", id);
    return found;
  };
  return {
    list: emptyPage,
    create: (input, _actor, { idempotencyKey } = {}) => {
      const id = `w${workflows.size + 1}`;
      const made = { ...WORKFLOW, ...input, id };
      workflows.set(id, made);
      note(`workflow.create ${input.name}${idempotencyKey ? ` under ${idempotencyKey}` : ""}`);
      return Promise.resolve(made);
    },
    import: () => Promise.resolve({ workflow: WORKFLOW, source: "leadflow", report: [] }),
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
      Promise.resolve({ ...find(id), ...VERSION, workflowId: id, version: Number(version) }),
    nameVersion: (workflowId, version, change) =>
      Promise.resolve({ ...VERSION, workflowId, version, ...change }),
    restore: (id, _version, previousRevision) => Promise.resolve({ ...find(id), previousRevision }),
    refusals: () => Promise.resolve({ total: 0, items: [] }),
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
    nodeCounts: none,
    samples: () => Promise.resolve({ items: [], steps: null }),
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
    watch: async function* (cursor, signal): AsyncGenerator<Watched> {
      if (cursor === "old.0") yield { at: "v9.0", events: null, readMs: 4_000 };
      yield { at: stored.events.at(-1)?.id ?? "0", events: stored.events, readMs: 1_000 };
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

function fakeMending(note: (what: string) => void): Engine["mending"] {
  return {
    replay: (id, input, given) => {
      note(`mending.replay ${id} ${input.from ?? "-"} ${given.idempotencyKey ?? "-"}`);
      return Promise.resolve({ executionId: "e2", fresh: true });
    },
    planReplay: () => Promise.resolve({ version: 1, from: "hook", takenOver: [], ahead: [] }),
    count: () => Promise.resolve({ count: 2, sample: ["e2", "e1"], truncated: false, perSecond: 10 }),
    startBulk: ({ action }) => {
      note(`mending.startBulk ${action}`);
      return Promise.resolve(BULK_JOB);
    },
    running: (workflowId) =>
      Promise.resolve({ workflowId, version: 2, items: [RUNNING], perSecond: 10, nextCursor: null }),
    startMigration: (workflowId, { mode, count, from, to }, given) => {
      note(
        `mending.${mode} ${workflowId} ${count} ${from ?? "-"} ${to ?? "-"} ${given.idempotencyKey ?? "-"}`,
      );
      return Promise.resolve({ ...BULK_JOB, action: mode });
    },
    bulkJobs: emptyPage,
    bulkJob: () => Promise.resolve(BULK_JOB),
    cancelBulk: (id) => {
      note(`mending.cancelBulk ${id}`);
      return Promise.resolve({ ...BULK_JOB, status: "cancelled" });
    },
  };
}

function fakeLeads(note: (what: string) => void): Engine["leads"] {
  return {
    list: emptyPage,
    create: (input, { idempotencyKey } = {}) => {
      note(`lead.create ${input.email}${idempotencyKey ? ` under ${idempotencyKey}` : ""}`);
      return Promise.resolve({ ...LEAD, email: input.email });
    },
    get: () => Promise.resolve(LEAD),
    update: (_id, patch) => {
      note(`lead.update ${JSON.stringify(patch)}`);
      return Promise.resolve(LEAD);
    },
    remove: (id) => {
      note(`lead.remove ${id}`);
      return Promise.resolve();
    },
    signal: (leadId, { type, data = null }, { idempotencyKey } = {}) => {
      note(`lead.signal ${type}${idempotencyKey ? ` under ${idempotencyKey}` : ""}`);
      return Promise.resolve({ id: "s1", leadId, type, data, at: AT });
    },
    signals: emptyPage,
  };
}

function fakeCollections(note: (what: string) => number): Engine["collections"] {
  const record = { key: "ann", value: { note: "payload marker" }, createdAt: AT, updatedAt: AT };
  const info = { name: "customers", count: 1, indexes: ["email"], createdAt: AT };
  const page = { items: [record], nextCursor: null };
  return {
    list: () => Promise.resolve({ items: [info], nextCursor: null }),
    get: () => Promise.resolve(info),
    records: () => Promise.resolve(page),
    find: (_name, { field, value }) => {
      note(`collection.find ${field} ${JSON.stringify(value)}`);
      return Promise.resolve(page);
    },
    record: () => Promise.resolve(record),
    put: (name, key, input) => {
      note(`collection.put ${name} ${key} ${JSON.stringify(input)}`);
      return Promise.resolve({ created: key !== "ann", record: { ...record, key } });
    },
    remove: (name, key) => {
      note(`collection.remove ${name} ${key}`);
      return Promise.resolve();
    },
  };
}

function fakeMessages(note: (what: string) => void): Engine["messages"] {
  return {
    list: emptyPage,
    get: () => Promise.resolve(MESSAGE),
    readable: () => Promise.resolve(MESSAGE),
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
