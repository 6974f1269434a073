import { createHmac } from "node:crypto";
import { createAccess, createSecrets } from "./access/mod.ts";
import type { EnvironmentSecret, SecretKey } from "./access/mod.ts";
import { createAlerts } from "./alerts/mod.ts";
import { createCollections } from "./collections/mod.ts";
import type { Actor, Engine } from "./contract.ts";
import type { Transition } from "./core/state.ts";
import { Breaker, guarded } from "./egress/breaker.ts";
import { createEgress } from "./egress/safe_fetch.ts";
import { createLeads } from "./leads/mod.ts";
import { createLinks } from "./messages/links.ts";
import type { Links } from "./messages/links.ts";
import { createMending } from "./mending/mod.ts";
import { createMailer } from "./messages/mailer.ts";
import { createMessages } from "./messages/outbox.ts";
import { createApprovals } from "./monitoring/votes.ts";
import { createTokens } from "./messages/tokens.ts";
import { createExecutions } from "./monitoring/executions.ts";
import { Tail } from "./monitoring/feed.ts";
import { forgetExecution, keepFeedShort, shortenFeed } from "./monitoring/forget.ts";
import { createInbox } from "./monitoring/inbox.ts";
import { indexInbox } from "./monitoring/inbox_index.ts";
import { createMetrics } from "./monitoring/metrics.ts";
import { unsettledOf } from "./monitoring/unsettled.ts";
import { graphChecks } from "./node_info.ts";
import type { NodeType } from "./nodes/define.ts";
import { describe, loadNodeTypes } from "./nodes/mod.ts";
import { DAY_MS } from "./schemas/duration_units.ts";
import type { CommitName } from "./store/commit.ts";
import { listenForBells, ringAfter } from "./queue_bell.ts";
import { readiness } from "./readiness.ts";
import { overlaid } from "./simulation/collections.ts";
import type { ActOnCollections } from "./simulation/collections.ts";
import { createDryRuns } from "./simulation/mod.ts";
import type { Limits } from "./simulation/drive.ts";
import { createScheduling } from "./scheduling/mod.ts";
import { Store } from "./store/store.ts";
import { Answers, createTriggers } from "./triggers/mod.ts";
import { deliverSignals } from "./triggers/deliver.ts";
import { servicesFor } from "./services.ts";
import { createIds, systemClock } from "./worker/clock.ts";
import type { Clock } from "./worker/clock.ts";
import { Heartbeats } from "./worker/heartbeats.ts";
import { Loop } from "./worker/loop.ts";
import { Peers } from "./worker/peers.ts";
import { Shards } from "./worker/shards.ts";
import { Meters } from "./worker/meters.ts";
import type { Log } from "./worker/services.ts";
import type { Tracing } from "./worker/tracing.ts";
import { Worker } from "./worker/worker.ts";
import { createWorkflows, ensureSample } from "./workflows/mod.ts";
import type { WorkflowSubject } from "./workflows/mod.ts";

export interface EngineOptions {
  kv: Deno.Kv;
  /** Ring KV queue messages with waits, and listen to them. */
  queue: boolean;
  /** Where processes on one database file hold their locks; null: memory or a database over the network. */
  lockFolder: string | null;
  /** Processes on other hosts may share the database: a row each tells them of one another, and the way there takes time. */
  overNetwork?: boolean;
  /** Public address without a slash at the end; null: learnt from requests. */
  publicUrl: string | null;
  smtpUrl: string | null;
  mailFrom: string;
  /** False: nothing leaves the house. */
  send: boolean;
  allowHosts: string[];
  retentionDays: number;
  /** Steps under way at once. */
  concurrency: number;
  /** The first is current. */
  secretKeys: readonly SecretKey[];
  /** What stands in for secrets that the team has not stored. */
  environmentSecrets?: readonly EnvironmentSecret[];
  setupCode: string | null;
  token: string | null;
  log: Log;
  trace?: Tracing;
  clock?: Clock;
  /** Of a dry run: collections that are only read; what it writes stays in it. */
  collectionsBehind?: ActOnCollections;
  /** Where dry runs end; each limit has its default. */
  simulationLimits?: Partial<Limits>;
  /** Beside those in engine/nodes. */
  extraNodeTypes?: readonly NodeType[];
  /** Called with the names of each batch before it is committed. */
  onBatch?(names: readonly CommitName[]): void;
  /** Called after each commit of an execution. */
  onTransition?(executionId: string, transition: Transition): void;
}

/** The engine with those of its parts that a dry run moves by hand. */
export interface House {
  engine: Engine;
  store: Store;
  loop: Loop;
  triggers: ReturnType<typeof createTriggers>;
  links: Links;
}

const SYSTEM: Actor = { userId: "system", name: "LeadFlow" };
const STEP_GRACE_MS = 3_000;

/** Puts the parts together. Nothing runs before `start`. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  return (await assemble(options)).engine;
}

async function assemble(options: EngineOptions): Promise<House> {
  const clock = options.clock ?? systemClock;
  const newId = createIds(clock);
  const types = new Map([
    ...await loadNodeTypes(),
    ...(options.extraNodeTypes ?? []).map((type) => [type.type, type] as const),
  ]);
  const url = { public: options.publicUrl ?? "" };

  const answers = new Answers();
  const store = new Store(options.kv, {
    now: clock.now,
    monotonic: clock.monotonic,
    random: clock.random,
    queue: options.queue,
    overNetwork: options.overNetwork ?? false,
    ...(options.onBatch ? { onBatch: options.onBatch } : {}),
    onCommitted: (writes) => ringAfter(writes, { loop, tail }),
    onBroken: (row) => options.log("error", "row_set_aside", { error: row.message }),
  });
  const tail = new Tail(store);
  const secrets = createSecrets({
    ...{ store, keys: options.secretKeys, now: clock.now },
    environment: options.environmentSecrets ?? [],
  });
  const tokens = createTokens(
    options.secretKeys.map(({ id, bytes }) => ({ id, bytes: derived(bytes, "links") })),
  );
  const mailer = createMailer({
    ...(options.smtpUrl ? { smtpUrl: options.smtpUrl } : {}),
    from: options.mailFrom,
    send: options.send,
    publicUrl: () => url.public,
    tokens,
  });
  const links = createLinks({ tokens, publicUrl: () => url.public });
  const breaker = new Breaker(clock.monotonic);
  const egress = guarded(createEgress({ allowHosts: options.allowHosts, enabled: options.send }), breaker);
  const leads = createLeads({ store, now: clock.now, newId, onSignal: () => {} });

  const collections = createCollections({ store, now: clock.now, newId });
  const workflows: WorkflowSubject = createWorkflows({
    store,
    lookup: (type) => types.get(type),
    now: clock.now,
    newId,
    checks: graphChecks(types),
    unsettled: unsettledOf(store, (...about) => executions.cancel(...about)),
  });
  const owner = newId();
  const meters = new Meters(options.log, options.trace);
  const retentionMs = options.retentionDays * DAY_MS;
  const peers = new Peers(options.lockFolder, owner, () => void loop.rescue());
  const beats = options.overNetwork ? new Heartbeats(store, clock, owner) : null;
  const others = beats ?? (peers.hasLocks ? peers : null);
  const shards: Shards = new Shards({ clock, others, owner, onGone: () => loop.expect(clock.now()) });
  const worker: Worker = new Worker({
    store,
    clock,
    peers,
    owner,
    newId,
    isMine: (id) => shards.isMine(id),
    concurrency: options.concurrency,
    retentionMs,
    services: servicesFor({
      collections: options.collectionsBehind
        ? overlaid(options.collectionsBehind, clock.now)
        : collections.act,
      store,
      types,
      workflows,
      leads,
      mailer,
      links,
      egress,
      secrets,
      log: options.log,
      trace: options.trace,
    }),
    onTransition(executionId, transition): void {
      answers.tell(executionId, transition);
      meters.tell(transition, worker.versions.peek(transition.next.workflowId, transition.next.version));
      scheduling.heard(transition);
      options.onTransition?.(executionId, transition);
    },
  });
  const reveal = (name: string): Promise<string> => secrets.reveal(name, null);
  const triggers = createTriggers({ store, worker, leads, answers, reveal, workflows, retentionMs });
  const executions = createExecutions({ store, versions: worker.versions, worker, tail });
  const mending = createMending({ store, worker, leads, executions, retentionMs });
  const scheduling = createScheduling({ store, worker, workflows, triggers, executions, log: options.log });
  const metrics = createMetrics({ store, worker, meters, now: clock.now, newId });
  const alerts = createAlerts({
    ...{ store, clock, newId, retentionMs, log: options.log },
    mail: mailer.send,
    http: egress.fetch,
    secret: (name, host) => secrets.reveal(name, host),
    publicUrl: () => url.public,
  });
  const loop: Loop = new Loop({
    store,
    clock,
    worker,
    shards,
    log: options.log,
    handlers: {
      deliver: (leadId, entry) => deliverSignals({ store, triggers }, leadId, entry),
      forget: (id, entry) =>
        forgetExecution(store, id, entry, { purge: workflows.purge, nodesOf: worker.versions.nodesOf }),
      feed: async (_id, entry) => await shortenFeed(store, clock.now(), entry, await metrics.upkeep()),
      bulk: mending.run,
      alert: alerts.due,
      limit: async (id, entry) => {
        await worker.turns.published(id);
        await worker.slots.due(id, entry);
      },
      rate: (id, entry) => worker.turns.due(id, entry),
      schedule: scheduling.due,
    },
  });

  const engine: Engine = {
    workflows,
    triggers,
    executions,
    mending,
    scheduling,
    leads,
    metrics,
    messages: createMessages({ store, readToken: links.readToken, now: clock.now, newId, notify: () => {} }),
    approvals: createApprovals({ store, links: links.votes, now: clock.now, newId }),
    inbox: createInbox({ store, executions, versions: worker.versions, now: clock.now, newId }),
    alerts,
    collections,
    secrets,
    ...createDryRuns({
      ...{ store, workflows, leads, executions, types, options, now: clock.now, newId, open: assemble },
      actOnCollections: collections.act,
      reveal: secrets.reveal,
      request: egress.fetch,
      publicUrl: () => url.public,
    }),
    access: createAccess({ store, setupCode: options.setupCode, token: options.token, now: clock.now }),
    nodeTypes: () => [...types.values()].map(describe),
    ready: () => readiness({ store, clock, loop, worker, breaker }),
    publicUrl: () => url.public,
    learnUrl(origin): void {
      if (url.public === "") url.public = origin;
    },
    async start(): Promise<void> {
      await peers.announce();
      await secrets.prepare();
      await ensureSample(workflows, store, SYSTEM);
      await keepFeedShort(store, clock.now());
      await indexInbox(store, worker.versions);
      await alerts.keepWatch();
      if (options.queue) listenForBells(options.kv, clock, loop, options.log);
      worker.start();
      await shards.start();
      loop.start();
      await loop.rescue();
      await workflows.purgeDeleted();
    },
    sweep: () => loop.stay(clock.now() - clock.now() % 60_000 + 58_000),
    async stop(): Promise<void> {
      shards.stop();
      await loop.stop();
      await worker.stop(STEP_GRACE_MS);
      await triggers.stop();
      tail.close();
      mailer.close();
      await egress.close();
      await beats?.leave();
      await peers.leave();
    },
  };
  return { engine, store, loop, triggers, links };
}

/** A key for one purpose only, so that what it signs says nothing of what it encrypts. */
function derived(bytes: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(createHmac("sha256", bytes).update(`leadflow ${purpose}`).digest());
}
