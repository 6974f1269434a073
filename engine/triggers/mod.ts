import type { Accepted, Actor, Triggers, WebhookAnswer, WebhookRequest } from "../contract.ts";
import { conflict, EngineError, notFound } from "../errors.ts";
import type { ExecutionState, Stored } from "../core/state.ts";
import type { ExecuteInput } from "../schemas/execution.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { WebhookAuth } from "../schemas/webhook_auth.ts";
import { leadView } from "../leads/mod.ts";
import type { LeadSubject } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { Write } from "../store/commit.ts";
import { deliveryOf, deliveryWrite, findDelivery, fingerprint } from "../store/deliveries.ts";
import type { Delivery, DeliveryRecord } from "../store/deliveries.ts";
import { readBody } from "../store/bodies.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { Store } from "../store/store.ts";
import type { LeadFacts } from "../worker/services.ts";
import type { Worker } from "../worker/worker.ts";
import { refusalWrite } from "../workflows/mod.ts";
import { answerOf, Answers, storedAnswer } from "./answers.ts";
import type { RespondMode } from "./answers.ts";
import { answersItself } from "./answering.ts";
import { enrol } from "./enrolment.ts";
import type { Enrolling } from "./enrolment.ts";
import { Doors } from "./doors.ts";
import type { Door, HookDoor } from "./doors.ts";
import { readRequest } from "./request.ts";
import { verifyCaller } from "./signatures.ts";

export { Answers } from "./answers.ts";

export interface TriggerDeps {
  store: Store;
  worker: Worker;
  leads: LeadSubject;
  answers: Answers;
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
  /** What the commit carries beside it, by what it became. */
  along?(became: Accepted): Pick<Write, "checks" | "sets" | "deletes" | "bells">;
}

const MAX_TRIES = 10;
const MAX_DEPTH = 5;

/** The intake of webhooks, the API and signals (contract: `Triggers`). An answer comes after its commit. */
export function createTriggers(
  deps: TriggerDeps,
): Triggers & { start(start: Start): Promise<WebhookAnswer | null>; doors: Doors } {
  const doors = new Doors(deps.store, deps.worker.versions);
  return {
    doors,
    start: (start) => startOnce(deps, start),
    webhook: (request) => webhook(deps, doors, request),
    execute: (input, options, actor) => execute(deps, doors, input, options, actor),
  };
}

async function webhook(deps: TriggerDeps, doors: Doors, request: WebhookRequest): Promise<WebhookAnswer> {
  if ((request.depth ?? 0) >= MAX_DEPTH) {
    throw new EngineError(
      "too-deep",
      508,
      "Loop detected",
      `Calls through our own webhooks end at ${MAX_DEPTH}`,
    );
  }
  for (let i = 0; i < MAX_TRIES; i++) {
    const door = doors.knownHook(request.path) ?? await doors.hook(request.path);
    const answer = await throughHook(deps, door, request);
    if (answer) return answer;
    // Published, unpublished or filled in between: look again at what is live.
    doors.forgetHook(request.path);
  }
  throw conflict("busy", "The workflow or the lead is being changed by many at once; try again");
}

async function throughHook(
  deps: TriggerDeps,
  door: HookDoor,
  request: WebhookRequest,
): Promise<WebhookAnswer | null> {
  const { method, auth, respond } = door.config;
  if (request.method !== method) {
    const detail = `This webhook takes ${method}, not ${request.method}`;
    throw new EngineError("method-not-allowed", 405, "Method not allowed", detail, { allow: [method] });
  }
  const secrets = await secretsOf(deps, auth);
  const signed = verifyCaller(request, auth, { secrets, now: deps.worker.clock.now() });
  const input = readRequest(request, auth);
  const key = signed ?? request.idempotencyKey;
  return await startOnce(deps, {
    door,
    trigger: { nodeId: door.nodeId, kind: "webhook" },
    input,
    ...(key
      ? {
        delivery: {
          name: [`${door.version.workflowId}.${door.nodeId}`, key],
          body: await fingerprint(request.rawBody),
        },
      }
      : {}),
    depth: request.depth ?? 0,
    mode: respond,
  });
}

/** Those of a locked webhook that are there: the present one, and the one before while callers change over. */
async function secretsOf(deps: TriggerDeps, auth: WebhookAuth): Promise<string[]> {
  if (auth.kind === "none") return [];
  const named = [auth.secret, auth.previous].flatMap((one) => one ? [one.secret] : []);
  const found = await Promise.all(named.map((name) => deps.reveal(name).catch(() => "")));
  return found.filter((secret) => secret !== "");
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
