import type { Engine, SecretInfo, User } from "../../engine/contract.ts";
import { conflict, EngineError, notFound } from "../../engine/errors.ts";
import type { NodeDescriptor } from "../../engine/nodes/define.ts";
import type { CollectionInfo, CollectionRecord } from "../../engine/schemas/collection.ts";
import type { Execution, ExecutionSummary } from "../../engine/schemas/execution.ts";
import { AlertSettings } from "../../engine/schemas/alert.ts";
import type { AlertRule, Incident, Undelivered } from "../../engine/schemas/alert.ts";
import type { HookState } from "../../engine/schemas/hook.ts";
import type { CauseCard, InboxItem } from "../../engine/schemas/inbox.ts";
import type { Lead, Signal } from "../../engine/schemas/lead.ts";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import { untracked } from "../../engine/messages/untracked.ts";
import { countsInOutbox, type Message } from "../../engine/schemas/message.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import type { Refusals, Workflow } from "../../engine/schemas/workflow.ts";
import { fakeMetrics } from "../helpers/fake_metrics.ts";

/** What the pages are shown; lists are whole, without paging, unless `nextCursor` says there is more. */
export interface FakeData {
  setUp: boolean;
  workflows: Workflow[];
  executions: ExecutionSummary[];
  bulkJobs: BulkJob[];
  inbox: InboxItem[];
  causes: CauseCard[];
  rules: AlertRule[];
  incidents: Incident[];
  undelivered: Undelivered[];
  messages: Message[];
  leads: Lead[];
  signals: Signal[];
  secrets: SecretInfo[];
  schedules: Schedule[];
  collections: CollectionInfo[];
  records: CollectionRecord[];
  nodeTypes: NodeDescriptor[];
  nextCursor: string | null;
  refusals: Refusals;
  hooks: HookState[];
}

export const OWNER: User = { id: "u1", email: "ann@example.com", name: "Ann", role: "owner" };

const EMPTY: FakeData = {
  setUp: true,
  workflows: [],
  executions: [],
  bulkJobs: [],
  inbox: [],
  causes: [],
  rules: [],
  incidents: [],
  undelivered: [],
  messages: [],
  leads: [],
  signals: [],
  secrets: [],
  schedules: [],
  collections: [],
  records: [],
  nodeTypes: [],
  nextCursor: null,
  refusals: { total: 0, items: [] },
  hooks: [],
};

/** An engine that only remembers; what pages never call throws. */
export function fakeEngine(given: Partial<FakeData> = {}): Engine {
  const data = { ...EMPTY, ...given };
  const page = <T>(items: T[]): Promise<Page<T>> => Promise.resolve({ items, nextCursor: data.nextCursor });
  const list = {
    workflows: () => page(data.workflows),
    executions: (filter: { leadId?: string | undefined }) =>
      page(data.executions.filter(({ lead }) => !filter.leadId || lead?.id === filter.leadId)),
    leads: ({ q }: { q?: string | undefined }) =>
      page(data.leads.filter(({ email }) => email.includes(q ?? ""))),
  };
  return {
    workflows: {
      list: list.workflows,
      get: (id) => find(data.workflows, "workflow", id),
      create: unused,
      save: unused,
      remove: unused,
      publish: unused,
      versions: unused,
      version: unused,
      import: unused,
      nameVersion: unused,
      restore: unused,
      refusals: () => Promise.resolve(data.refusals),
      check: unused,
    },
    triggers: {
      webhook: unused,
      execute: unused,
      refused: () => {},
      hooks: () => Promise.resolve(data.hooks),
    },
    executions: {
      list: list.executions,
      get: (id) => find<Execution>([], "execution", id),
      nodeCounts: unused,
      samples: unused,
      events: unused,
      follow: unused,
      followAll: unused,
      watch: unused,
      cancel: unused,
      retry: unused,
    },
    mending: {
      replay: unused,
      planReplay: unused,
      count: unused,
      startBulk: unused,
      bulkJobs: () => page(data.bulkJobs),
      bulkJob: unused,
      running: unused,
      startMigration: unused,
      cancelBulk: unused,
    },
    scheduling: {
      list: () => page(data.schedules),
      create: unused,
      get: unused,
      update: unused,
      remove: unused,
      pause: unused,
      resume: unused,
      run: unused,
      preview: () => {
        throw new Error("unused");
      },
      history: unused,
      countBackfill: unused,
      backfill: unused,
      stopBackfill: unused,
    },
    approvals: { look: () => Promise.resolve(null), vote: unused },
    leads: {
      list: list.leads,
      get: (id) => find(data.leads, "lead", id),
      signals: () => page(data.signals),
      create: unused,
      update: unused,
      remove: unused,
      signal: unused,
    },
    messages: {
      list: () => page(data.messages),
      get: (id) => find(data.messages, "message", id),
      readable: async (id) => {
        const one = await find(data.messages, "message", id);
        return countsInOutbox(one) ? one : { ...one, html: untracked(one.html, () => null) };
      },
      opened: unused,
      clicked: unused,
    },
    metrics: fakeMetrics(),
    alerts: {
      rules: () => Promise.resolve(data.rules),
      rule: unused,
      createRule: unused,
      saveRule: unused,
      removeRule: unused,
      settings: () => Promise.resolve(AlertSettings.parse({})),
      saveSettings: unused,
      test: unused,
      incidents: () => page(data.incidents),
      open: () => Promise.resolve(data.incidents.filter(({ status }) => status === "open")),
      count: () => Promise.resolve({ open: data.incidents.length, undelivered: data.undelivered.length }),
      acknowledge: unused,
      mute: unused,
      undelivered: () => Promise.resolve(data.undelivered),
      sendAgain: unused,
      dismiss: unused,
      check: unused,
    },
    inbox: {
      list: () => page(data.inbox),
      count: () => Promise.resolve(data.inbox.length + data.causes.length),
      cards: () => Promise.resolve({ causes: data.causes, items: data.inbox, nextCursor: data.nextCursor }),
      complete: unused,
      assign: unused,
      ignore: unused,
      people: () => Promise.resolve([{ userId: OWNER.id, name: OWNER.name }]),
    },
    secrets: { list: () => Promise.resolve(data.secrets), put: unused, remove: unused },
    collections: {
      list: () => page(data.collections),
      get: (name) => Promise.resolve(data.collections.find((one) => one.name === name)!),
      records: () => page(data.records),
      find: (_name, { value }) => page(data.records.filter(({ key }) => key === value)),
      record: (_name, key) => Promise.resolve(data.records.find((one) => one.key === key)!),
      put: unused,
      remove: unused,
    },
    access: fakeAccess(data),
    simulate: unused,
    previewPublish: unused,
    nodeTypes: () => data.nodeTypes,
    ready: unused,
    publicUrl: () => "http://127.0.0.1:8000",
    learnUrl: unused,
    start: unused,
    sweep: unused,
    stop: unused,
  };
}

type Entered = Promise<{ user: User; session: string }>;

function fakeAccess(data: FakeData): Engine["access"] {
  return {
    isSetUp: () => Promise.resolve(data.setUp),
    setUp({ code, password }): Entered {
      if (code !== "right-code") {
        throw new EngineError("setup-code", 403, "Wrong code", "The set-up code is wrong");
      }
      if (password.length < 8) {
        throw new EngineError("invalid", 422, "Content not accepted", "password: 8 to 200 characters", {
          issues: [{ path: "password", message: "8 to 200 characters" }],
        });
      }
      data.setUp = true;
      return Promise.resolve({ user: OWNER, session: "session-1" });
    },
    signIn({ email, password }): Entered {
      if (email === "many@example.com") {
        throw new EngineError("too-many", 429, "Too many tries", "Try again later", {
          retryAfterSeconds: 60,
        });
      }
      if (email !== OWNER.email || password !== "correct horse") {
        throw new EngineError("credentials", 401, "Not signed in", "E-mail or password is wrong");
      }
      return Promise.resolve({ user: OWNER, session: "session-1" });
    },
    signOut: () => Promise.resolve(),
    bySession: (session) => Promise.resolve(session === "session-1" ? OWNER : null),
    byToken: () => Promise.resolve(null),
  };
}

function find<T extends { id: string }>(items: readonly T[], subject: string, id: string): Promise<T> {
  const found = items.find((item) => item.id === id);
  return found ? Promise.resolve(found) : Promise.reject(notFound(subject, id));
}

function unused(): never {
  throw conflict("unused", "Pages do not call this");
}
