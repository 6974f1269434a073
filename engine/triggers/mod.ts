import type { Accepted, Actor, Triggers, WebhookAnswer } from "../contract.ts";
import { conflict, notFound } from "../errors.ts";
import type { ExecutionState, Stored } from "../core/state.ts";
import type { ExecuteInput } from "../schemas/execution.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import { leadView } from "../leads/mod.ts";
import type { LeadSubject } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { Write } from "../store/commit.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import type { Delivery, DeliveryRecord } from "../store/deliveries.ts";
import { readBody } from "../store/bodies.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { LeadFacts } from "../worker/services.ts";
import type { Worker } from "../worker/worker.ts";
import { refusalWrite } from "../workflows/mod.ts";
import type { WorkflowSubject } from "../workflows/mod.ts";
import { answerOf, Answers, storedAnswer } from "./answers.ts";
import type { RespondMode } from "./answers.ts";
import { answersItself } from "./answering.ts";
import { enrol } from "./enrolment.ts";
import type { Enrolling } from "./enrolment.ts";
import { Doors } from "./doors.ts";
import type { Door } from "./doors.ts";
import { createHooks } from "./hooks.ts";

export { Answers } from "./answers.ts";

export interface TriggerDeps {
  store: Store;
  worker: Worker;
  leads: LeadSubject;
  answers: Answers;
  workflows: Pick<WorkflowSubject, "get">;
  /** How long refusals are told. */
  retentionMs: number;
  reveal(secret: string): Promise<string>;
}

/** Something to be started: where, with what, about whom. */
export interface Start {
  door: Door;
  trigger: ExecutionState["trigger"];
  input: JsonObject;
  leadId?: string;
  /** Derived ids make a repeated start the same execution. */
  id?: string;
  delivery?: Delivery;
  depth: number;
  mode: RespondMode;
  /** Its messages stay in the house, marked as a test. */
  test?: boolean;
  /** Asked before a new one is planned; a repeated delivery is not asked. Throws 429. */
  admit?(): Promise<void>;
  /** What the commit carries beside it, by what it became. */
  along?(became: Accepted): Pick<Write, "checks" | "sets" | "deletes" | "bells">;
}

const MAX_TRIES = 10;

/** The intake of webhooks, the API and signals (contract: `Triggers`). An answer comes after its commit. */
export function createTriggers(deps: TriggerDeps): Triggers & {
  start(start: Start): Promise<WebhookAnswer | null>;
  doors: Doors;
  /** What was noted is written. */
  stop(): Promise<void>;
} {
  const doors = new Doors(deps.store, deps.worker.versions, deps.worker.clock.monotonic);
  const start = (wanted: Start): Promise<WebhookAnswer | null> => startOnce(deps, wanted);
  return {
    doors,
    start,
    ...createHooks({ ...deps, doors, start }),
    execute: (input, options, actor) => execute(deps, doors, input, options, actor),
  };
}

async function execute(
  deps: TriggerDeps,
  doors: Doors,
  input: ExecuteInput,
  options: { idempotencyKey?: string },
  _actor: Actor,
): Promise<Accepted> {
  const delivery = await deliveryOf(`${input.workflowId}.execute`, options.idempotencyKey, input);
  for (let i = 0; i < MAX_TRIES; i++) {
    const door = await doors.forExecute(input);
    const accepted = await startOnce(deps, {
      door,
      trigger: { nodeId: door.nodeId, kind: "manual" },
      input: { body: input.input ?? {}, query: {}, headers: {} },
      ...(input.leadId ? { leadId: input.leadId } : {}),
      ...(delivery ? { delivery } : {}),
      depth: 0,
      mode: "accepted",
    });
    if (accepted) return accepted;
  }
  throw conflict("busy", "The workflow or the lead is being changed by many at once; try again");
}

/** Plans and commits; null when a check was stale and the caller must look again. */
async function startOnce(deps: TriggerDeps, start: Start): Promise<WebhookAnswer | null> {
  const { worker, store, answers } = deps;
  const { door, delivery, mode } = start;
  const found = delivery ? await findDelivery(store, delivery, worker.clock.now()) : null;
  if (found?.known) return await sameAgain(deps, found.known.value, mode);
  await start.admit?.();
  const planned = await planLead(deps, start);
  const id = start.id ?? planned.answers ?? worker.newId();
  const { workflowId } = door.version;
  const { enrolment } = door.published.value;
  const about = { workflowId, leadId: planned.leadId, executionId: id, now: worker.clock.now() };
  // A test is nobody's turn.
  const enrolling = await enrol(store, start.test ? undefined : enrolment, about);
  if (enrolling.kind === "again") return await sameAgain(deps, { id }, mode);
  const along = start.along?.(
    enrolling.kind === "refuse"
      ? { executionId: enrolling.executionId, fresh: false, refused: enrolling.reason }
      : { executionId: id, fresh: true },
  ) ?? {};
  const write: Required<Pick<Write, "checks" | "sets" | "deletes" | "stamped" | "bells">> = {
    checks: [
      ...along.checks ?? [],
      { key: keys.published(workflowId), versionstamp: door.published.versionstamp },
      ...planned.write.checks ?? [],
      ...enrolling.checks,
    ],
    sets: [
      ...planned.write.sets ?? [],
      ...enrolling.kind === "enrol" ? enrolling.sets : [],
      ...along.sets ?? [],
    ],
    deletes: [...along.deletes ?? []],
    stamped: [...planned.write.stamped ?? []],
    bells: [...planned.write.bells ?? [], ...along.bells ?? []],
  };
  if (delivery) {
    const became = enrolling.kind === "refuse"
      ? { id: enrolling.executionId, at: about.now, refused: enrolling.reason }
      : { id, at: about.now };
    const { checks, sets } = deliveryWrite(delivery, found?.expired ?? null, became);
    write.checks.push(...checks);
    write.sets.push(...sets);
  }
  if (enrolling.kind === "refuse") return await refuse(store, enrolling, about, write);
  const waiter = mode === "accepted" ? null : answers.expect(id, mode);
  try {
    const result = await worker.accept({
      id,
      version: door.version,
      trigger: start.trigger,
      input: start.input,
      leadId: planned.leadId,
      lead: planned.facts,
      test: start.test ?? false,
      depth: start.depth,
      delivery: delivery?.name ?? null,
      limits: start.test ? undefined : door.published.value.limits,
      with: write,
    });
    if (!result.ok) return waiter?.cancel(), null;
    const response = waiter
      ? answerOf(result.transition.next, mode, result.transition.response) ?? await waiter.wait()
      : undefined;
    return { executionId: id, fresh: true, ...(response ? { response } : {}) };
  } finally {
    waiter?.cancel();
  }
}

/** The refusal is counted, and told on the workflow's page; what the body says of the lead is kept all the same. */
async function refuse(
  store: Store,
  { executionId, reason }: Extract<Enrolling, { kind: "refuse" }>,
  about: { workflowId: string; leadId: string | null; executionId: string; now: number },
  write: Required<Pick<Write, "checks" | "sets" | "deletes" | "stamped" | "bells">>,
): Promise<WebhookAnswer | null> {
  const record = { at: about.now, leadId: about.leadId ?? "", executionId, reason };
  const parts = await refusalWrite(store, about.workflowId, about.executionId, record);
  const result = await store.commit({
    ...write,
    ...parts,
    name: "refuse",
    checks: [...write.checks, ...parts.checks],
    sets: [...write.sets, ...parts.sets],
    deletes: [...write.deletes, ...parts.deletes],
  });
  return result.ok ? { executionId, fresh: false, refused: reason } : null;
}

/** The same delivery again: the same execution, and the same answer once there is one. */
async function sameAgain(
  deps: TriggerDeps,
  { id: executionId, refused }: Pick<DeliveryRecord, "id" | "refused">,
  mode: RespondMode,
): Promise<WebhookAnswer> {
  const accepted = { executionId, fresh: false, ...(refused ? { refused } : {}) };
  if (mode === "accepted" || refused) return accepted;
  const waiter = deps.answers.expect(executionId, mode);
  try {
    const [loaded] = await loadExecutions(deps.store, [executionId]);
    if (!loaded) return accepted;
    const version = await deps.worker.versions.get(loaded.state.workflowId, loaded.state.version);
    const isRespond = (nodeId: string): boolean => version.nodes.get(nodeId)?.type.type === "respond";
    const read = async (stored: Stored): Promise<Json> =>
      "json" in stored ? stored.json : await readBody(deps.store, executionId, stored);
    const stored = await storedAnswer(loaded.state, mode, { isRespond, read });
    const settled = loaded.state.endedAt !== null;
    const response = stored ?? (settled ? undefined : await waiter.wait());
    return { ...accepted, ...(response ? { response } : {}) };
  } finally {
    waiter.cancel();
  }
}

async function planLead(
  deps: TriggerDeps,
  start: Start,
): Promise<
  {
    leadId: string | null;
    facts: LeadFacts | null;
    /** The execution that the signal of the new lead would start. */
    answers: string | null;
    write: Pick<Write, "checks" | "sets" | "stamped" | "bells">;
  }
> {
  if (start.leadId) {
    const entry = await deps.leads.load(start.leadId);
    if (!entry) throw notFound("lead", start.leadId);
    return { leadId: start.leadId, facts: factsOf(entry.value), answers: null, write: {} };
  }
  const planned = await deps.leads.planFromBody(start.input.body as Json);
  if (!planned) return { leadId: null, facts: null, answers: null, write: {} };
  const answers = await answersItself(start.door.version, start.trigger.nodeId, planned);
  return { leadId: planned.lead.id, facts: factsOf(planned.lead), answers, write: planned.write ?? {} };
}

/** What the worker knows of a lead. */
export function factsOf(lead: LeadRecord): LeadFacts {
  return { view: leadView(lead), timezone: lead.timezone };
}
