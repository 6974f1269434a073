/**
 * An execution goes on in another version: asked for by a command or by mail, done by the transition that finds none of
 * its steps running. Until then nothing of it starts. What cannot be mapped stays where it is and says why.
 */
import { isJoin } from "./fits.ts";
import type { Target } from "./fits.ts";
import type { Draft, Env } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { letGo } from "./hold.ts";
import { planMigration } from "./migration_plan.ts";
import type { MigrationPlan } from "./migration_plan.ts";
import { isSettled } from "./state.ts";
import { askAnew } from "./turn.ts";
import type { ExecutionState, LeftNode, Migrating, StepState } from "./state.ts";

const MOVES_KEPT = 20;
const LEFT_KEPT = 100;
const LABEL = 80;

/** The mark that it is to move; once it has moved, or is ending, there is nothing to do. */
export function askToMigrate(draft: Draft, { to, by }: Omit<Migrating, "at">): void {
  const { state, env } = draft;
  if (isSettled(state) || state.cancelling || state.version === to || state.migrating?.to === to) return;
  state.migrating = { to, by, at: env.now };
  if (!state.statuses.includes("running")) return;
  const text = `${by} moves it to version ${to} as soon as its running step has ended`;
  draft.event("progress", null, { message: text, reason: { code: "migrating", text, data: { to, by } } });
}

/** Nothing starts: it moves when what runs has ended. */
export function standsStill({ migrating, statuses }: ExecutionState): boolean {
  return Boolean(migrating) && statuses.includes("running");
}

/** The draft to go on with: over the other version's graph, if it is time and it can be. */
export function moved(draft: Draft): Draft {
  const { state, env: { target } } = draft;
  const { migrating } = state;
  if (!migrating || standsStill(state)) return draft;
  if (isSettled(state) || state.cancelling) {
    state.migrating = null;
    return draft;
  }
  if (target?.version !== migrating.to) return draft;
  state.migrating = null;
  const plan = planMigration({ state, graph: draft.graph }, target);
  if (!("issues" in plan)) return move(draft, target, plan, migrating);
  const [first] = plan.issues;
  const text = `Not moved to version ${migrating.to}: ${first?.message ?? ""}`;
  const data = { to: migrating.to, by: migrating.by, nodeId: first?.nodeId ?? "" };
  draft.event("progress", null, { message: text, reason: { code: "not_migrated", text, data } });
  considerAll(draft);
  return draft;
}

function move(
  draft: Draft,
  target: Target & { env: Env },
  plan: MigrationPlan,
  { to, by }: Migrating,
): Draft {
  const { state, env: { now } } = draft;
  const from = state.version;
  for (const before of draft.graph.nodes) keepStep(draft, before, target);
  state.moves = [...state.moves ?? [], { from, to, by, at: now }].slice(-MOVES_KEPT);
  const left = leftBehind(draft, target, plan);
  if (Object.keys(left).length > 0) state.left = left;
  else delete state.left;
  state.timeoutAt = timeLimit(draft, target);
  const next = draft.onto(target, plan.statuses);
  const text = `${by} moved it from version ${from} to version ${to}`;
  next.event("progress", null, { message: text, reason: { code: "migrated", text, data: { from, to, by } } });
  letWindowsGo(next);
  considerAll(next);
  return next;
}

/** What the other version's config would say of it otherwise; what starts anew is rendered anew. */
function keepStep(draft: Draft, before: GraphNode, { graph }: Target): void {
  const step = draft.steps.get(before.id);
  if (!step) return;
  const status = draft.status(before);
  if (status === "queued" || status === "retrying") {
    if (step.input) draft.steps.set(before.id, { ...step, input: undefined });
    return;
  }
  const node = graph.nodes[graph.indexOf.get(before.id) ?? -1];
  const same = node && JSON.stringify(node.config) === JSON.stringify(before.config);
  let kept: StepState = step;
  if (!step.input && step.attempt > 0 && before.kind !== "trigger" && !same) {
    const ref = `${before.id}.${step.visit}.${step.attempt}.${draft.state.fence}.v${draft.state.version}`;
    kept = { ...kept, input: draft.env.keep(before.config, ref) };
  }
  // A join counts anew who has arrived; its deadline stays.
  if (step.waitingFor?.kind === "join") {
    kept = { ...kept, waitingFor: { kind: "join", arrived: [], needed: 0 } };
  }
  if (kept !== step) draft.steps.set(before.id, kept);
}

/** Nodes that it ran and that the other version does not have; one that came back is the node again. */
function leftBehind(
  draft: Draft,
  { graph }: Target,
  { gone }: MigrationPlan,
): { [nodeId: string]: LeftNode } {
  const earlier = Object.entries(draft.state.left ?? {}).filter(([id]) => !graph.indexOf.has(id));
  const now = gone.map((node): [string, LeftNode] => [node.id, {
    label: node.label.slice(0, LABEL),
    type: node.type,
    status: draft.status(node),
    version: draft.state.version,
  }]);
  return Object.fromEntries([...earlier, ...now].slice(-LEFT_KEPT));
}

/** A time limit that is the same goes on; another one begins with the move. */
function timeLimit(draft: Draft, { graph }: Target): number | null {
  const { state, env } = draft;
  if (graph.timeoutMs === draft.graph.timeoutMs) return state.timeoutAt;
  const standsInQueue = state.limit?.slot === null && state.startedAt === null;
  return graph.timeoutMs === null || standsInQueue ? null : env.now + graph.timeoutMs;
}

/** Steps that a send window or a rate holds back are looked at with those of the other version. */
function letWindowsGo(draft: Draft): void {
  askAnew(draft);
  const held = draft.withStatus("waiting").filter((node) => draft.step(node).waitingFor?.kind === "window");
  if (held.length === 0) return;
  if (!draft.graph.sendWindow) return letGo(draft, held, "The send window is open");
  for (const node of held) draft.put(node, "waiting", { ...draft.step(node), wakeAt: draft.env.now });
}

/** What was not decided while it stood still is decided now. */
function considerAll(draft: Draft): void {
  for (const node of draft.graph.nodes) {
    if (draft.status(node) === "pending" || isJoin(node)) draft.consider(node);
  }
}
