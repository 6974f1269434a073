import { calendar } from "../core/calendar.ts";
import { evaluateCondition } from "../core/condition.ts";
import { renderConfig } from "../core/config.ts";
import type { GraphNode } from "../core/graph.ts";
import { Hidden } from "../core/hidden.ts";
import type { ExecutionState, SignalFact } from "../core/state.ts";
import { StepError, toFailure } from "../errors.ts";
import type { EffectNode, PureContext, PureNode, StepContext } from "../nodes/define.ts";
import type { ConditionGroup } from "../schemas/condition.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import { exceeds, fitsWithin } from "../core/size.ts";
import { words } from "../core/words.ts";
import { OUTPUT_BYTES } from "../store/bodies.ts";
import { derivedId } from "./clock.ts";
import { askUnderWay } from "../core/votes.ts";
import type { LeadFacts, Services } from "./services.ts";
import { untraced } from "./tracing.ts";
import type { CompiledNode, CompiledVersion } from "./versions.ts";
import { viewFor } from "./view.ts";
import type { BodyCache } from "./view.ts";

export interface Facts {
  version: CompiledVersion;
  state: ExecutionState;
  lead: LeadFacts | null;
  bodies: BodyCache;
  now: number;
}

/** One attempt's result, with the rendered config as the step's input. */
export interface Ran {
  outcome: Outcome;
  /** Absent: the config as it was published, without templates. */
  input: Json | undefined;
  warnings: string[];
}

/** A step that says nothing of its own time limit gets this. */
const STEP_TIMEOUT_MS = 10 * 60_000;
/** A longer timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Computes a pure node over the present state. Throws what the node throws. */
export function evaluatePure(node: GraphNode, facts: Facts): Ran {
  const compiled = facts.version.nodes.get(node.id)!;
  const context = pureContext(node, compiled, facts);
  const { config, input, warnings } = prepare(compiled, context);
  const outcome = bounded((compiled.type as PureNode<unknown>).run(config, context));
  return { outcome, input, warnings };
}

/** Whom a step reaches, by what its config says now: a lead's name, else the addresses; null: it does not say. */
export function recipientOf(node: GraphNode, facts: Facts): string | null {
  const compiled = facts.version.nodes.get(node.id)!;
  const lead = facts.lead?.view ?? null;
  const name = typeof lead?.name === "string" ? lead.name : null;
  let to: Json | undefined;
  try {
    to = renderConfig(compiled.config, viewFor(compiled, facts.state, facts.version, facts)).config.to;
  } catch {
    // What cannot be rendered names nobody.
  }
  if (typeof to !== "string" || to.trim() === "") return node.reaches ? name : null;
  const isLead = typeof lead?.email === "string" && lead.email.toLowerCase() === to.trim().toLowerCase();
  return isLead ? name : to.trim().slice(0, 100);
}

/** Does a filter or an end rule hold over the present state? Filters may read `signal`. */
export function ruleHolds(
  condition: ConditionGroup,
  about: { node: GraphNode | null; signal: SignalFact | null },
  facts: Facts,
): boolean {
  const reads = about.node ? facts.version.nodes.get(about.node.id)! : facts.version.rules;
  const view = viewFor(reads, facts.state, facts.version, facts);
  const signal = about.signal && { type: about.signal.type, data: about.signal.data };
  return evaluateCondition(condition, { ...view, signal }, facts.now).pass;
}

interface Attempted {
  outcome: Outcome;
  input?: Json;
  warnings: string[];
}

/** Runs one attempt of an effect, within a span of its own. Never throws: an accident is a failure. */
export function runEffect(
  node: GraphNode,
  facts: Facts,
  services: Services,
  signal: AbortSignal,
): Promise<Attempted> {
  if (services.trace === untraced) return attempt(node, facts, services, signal);
  const { state, version } = facts;
  const step = state.steps.get(node.id);
  const attributes = {
    "leadflow.execution.id": state.id,
    "leadflow.workflow.id": state.workflowId,
    "leadflow.workflow.version": version.version,
    "leadflow.node.id": node.id,
    "leadflow.node.type": node.type,
    "leadflow.step.visit": step?.visit ?? 1,
    "leadflow.step.attempt": step?.attempt ?? 1,
  };
  return services.trace.run(`step ${node.type}`, { executionId: state.id, attributes }, async (span) => {
    const ran = await attempt(node, facts, services, signal);
    if (ran.outcome.kind === "fail") span.failed(ran.outcome.failure.code);
    return ran;
  });
}

async function attempt(
  node: GraphNode,
  facts: Facts,
  services: Services,
  signal: AbortSignal,
): Promise<Attempted> {
  const compiled = facts.version.nodes.get(node.id)!;
  let prepared: Prepared | null = null;
  const controller = new AbortController();
  const hidden = new Hidden();
  try {
    const context = stepContext(node, compiled, facts, services, { signal: controller.signal, hidden });
    prepared = prepare(compiled, context);
    const run = (): Promise<Outcome> => (compiled.type as EffectNode<unknown>).run(prepared!.config, context);
    const outcome = await timed(node, facts.state, { signal, controller }, run);
    return { outcome: bounded(hidden.outcome(outcome)), input: prepared.input, warnings: prepared.warnings };
  } catch (error) {
    return {
      outcome: { kind: "fail", failure: hidden.failure(toFailure(error)) },
      ...(prepared ? { input: prepared.input } : {}),
      warnings: prepared?.warnings ?? [],
    };
  }
}

/** What an attempt needs could not be read: nothing has left the house, and the step's policy says whether to try again. */
export function unbegun(error: unknown): Outcome {
  const why = error instanceof Error ? error.message : String(error);
  const message = `Not begun, its lead could not be read: ${why}`;
  return { kind: "fail", failure: { code: "unread", message, retryable: true } };
}

/** An output over the limit is a failure of its own step, before it can reach a commit. */
function bounded(outcome: Outcome): Outcome {
  if (outcome.kind === "wait" || outcome.output === undefined || fitsWithin(outcome.output, OUTPUT_BYTES)) {
    return outcome;
  }
  if (!exceeds(outcome.output, OUTPUT_BYTES)) return outcome;
  const message = `The output has more than ${OUTPUT_BYTES} bytes (4 MiB), which are the most that is kept`;
  return { kind: "fail", failure: { code: "output_too_large", message, retryable: false } };
}

interface Prepared {
  config: unknown;
  input: Json | undefined;
  warnings: string[];
}

/** Renders and parses; a config without templates was parsed when its version was compiled. */
function prepare(
  compiled: CompiledNode,
  context: PureContext,
): Prepared {
  if (compiled.fixed !== undefined) return { config: compiled.fixed, input: undefined, warnings: [] };
  const { config, warnings } = renderConfig(compiled.config, context.view);
  const parsed = compiled.type.config.safeParse(config);
  if (parsed.success) return { config: parsed.data, input: config, warnings };
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new StepError({
    code: "config",
    message: `${path ? `${path}: ` : ""}${issue?.message ?? "not accepted"}`,
    retryable: false,
    details: { path, rendered: config },
  });
}

function pureContext(node: GraphNode, compiled: CompiledNode, facts: Facts): PureContext {
  const { state, version, now } = facts;
  const view = viewFor(compiled, state, version, facts);
  return {
    executionId: state.id,
    workflowId: state.workflowId,
    nodeId: node.id,
    visit: state.steps.get(node.id)?.visit ?? 1,
    now,
    startedAt: state.createdAt,
    timezone: facts.lead?.timezone || version.graph.timezone,
    view,
    calendar,
    evaluate: (condition) => evaluateCondition(condition, view, now),
  };
}

function stepContext(
  node: GraphNode,
  compiled: CompiledNode,
  facts: Facts,
  services: Services,
  { signal, hidden }: { signal: AbortSignal; hidden: Hidden },
): StepContext {
  const { state, now } = facts;
  const pure = pureContext(node, compiled, facts);
  const idempotencyKey = `${state.id}.${node.id}.${pure.visit}`;
  const step = state.steps.get(node.id);
  const ask = askUnderWay(step?.approval);
  return {
    ...pure,
    attempt: step?.attempt ?? 1,
    asking: ask && { ask, facts: step!.approval!, workflowName: facts.version.name },
    voteLink: (approver, choice) =>
      services.voteLink({ executionId: state.id, nodeId: node.id, visit: pure.visit, approver, choice }),
    idempotencyKey,
    signal,
    leadId: state.leadId,
    http: (request) => services.http(request, { signal, depth: state.depth }),
    mail: async (request) =>
      await services.mail(request, {
        id: await derivedId(
          state.createdAt,
          "message",
          request.part === undefined ? idempotencyKey : `${idempotencyKey}.${request.part}`,
        ),
        executionId: state.id,
        workflowId: state.workflowId,
        nodeId: node.id,
        leadId: state.leadId,
        test: state.test,
        at: now,
      }),
    collections: (act) => services.collections(act, idempotencyKey),
    secret: async (name, host) => hidden.learn(name, await services.secret(name, host)),
  };
}

/** Bounds an attempt's time, also for a node that does not listen to its signal. */
async function timed(
  node: GraphNode,
  state: ExecutionState,
  { signal, controller }: { signal: AbortSignal; controller: AbortController },
  run: () => Promise<Outcome>,
): Promise<Outcome> {
  const limit = Math.min(node.timeoutMs ?? STEP_TIMEOUT_MS, LONGEST_TIMER_MS);
  const ended = Promise.withResolvers<Outcome>();
  const outside = state.steps.get(node.id)?.outside === true;
  const end = (failure: { code: string; message: string; retryable?: boolean }): void => {
    controller.abort(failure);
    ended.resolve({ kind: "fail", failure, ...(outside ? { uncertain: true } : {}) });
  };
  const timer = setTimeout(
    () => end({ code: "timeout", message: `Took longer than ${words(limit)}`, retryable: true }),
    limit,
  );
  const aborted = (): void => end({ code: "aborted", message: "Stopped before it ended" });
  signal.addEventListener("abort", aborted);
  try {
    if (signal.aborted) aborted();
    return await Promise.race([run(), ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
  }
}
