import type { ChildrenWait, ChildStart, Spawn } from "../core/children.ts";
import { childrenKey } from "../core/rounds.ts";
import type { ExecutionState, Mail, Stored, Transition } from "../core/state.ts";
import { StepError } from "../errors.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import { readBody } from "../store/bodies.ts";
import { mailSets } from "../store/children.ts";
import { loadExecutions } from "../store/executions.ts";
import type { Loaded } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Acceptance } from "./acceptance.ts";
import { derivedId } from "./clock.ts";
import type { LeadFacts, Services } from "./services.ts";
import type { CompiledVersion, Versions } from "./versions.ts";

/** Generations of executions under one another. */
const MOST_NESTED = 5;

export interface ParentFacts {
  store: Store;
  /** As stored: its versionstamp fences the children. */
  loaded: Loaded;
  /** As decided: its steps hold the rendered config. */
  next: ExecutionState;
  version: CompiledVersion;
  lead: LeadFacts | null;
  read(stored: Stored): Promise<Json>;
  /** The live version of a workflow that is called; null when it has none. */
  live(workflowId: string): Promise<CompiledVersion | null>;
}

/** The id of a child follows from its place, so that creating it again finds it there. */
function childId(parent: ExecutionState, { nodeId, visit, index }: Spawn): Promise<string> {
  return derivedId(parent.createdAt, "child", parent.id, nodeId, String(visit), String(index));
}

/** What is needed to accept one child. Throws StepError for a loop nested too deep or a workflow that is not live. */
async function childAcceptance(facts: ParentFacts, spawn: Spawn): Promise<Acceptance> {
  const { next, loaded, lead } = facts;
  const step = next.steps.get(spawn.nodeId);
  const wait = step?.waitingFor?.kind === "children" ? step.waitingFor : null;
  if (!step || !wait) throw new Error(`Cannot create a child: "${spawn.nodeId}" waits for none`);
  if (next.nesting + 1 >= MOST_NESTED) {
    throw new StepError({
      code: "nested_too_deep",
      message: `Executions nest at most ${MOST_NESTED} deep`,
      retryable: false,
    });
  }
  const config = step.input
    ? await facts.read(step.input)
    : facts.version.nodes.get(spawn.nodeId)!.config.config;
  const input: JsonObject = typeof config === "object" && config !== null && !Array.isArray(config)
    ? config
    : {};
  const id = await childId(next, spawn);
  const parent = { executionId: next.id, ...spawn };
  const common = {
    id,
    leadId: next.leadId,
    lead,
    test: next.test,
    depth: next.depth,
    delivery: null,
    with: {
      // Whoever cancelled or moved the parent meanwhile fences the child off.
      checks: [{ key: keys.execution(next.id), versionstamp: loaded.versionstamp }],
      sets: [{
        key: keys.child(next.id, childrenKey(spawn.nodeId, spawn.visit), spawn.index),
        value: encode({ v: 1, id }),
      }],
    },
  };
  const nesting = next.nesting + 1;
  if (wait.how === "sub_workflow") {
    return await calledWorkflow(facts, { wait, input, common, parent, nesting });
  }
  const start = await loopStart(facts, { spawn, wait, input });
  return {
    ...common,
    version: facts.version,
    trigger: next.trigger,
    input: null,
    child: { parent, nesting, start },
  };
}

async function calledWorkflow(
  facts: ParentFacts,
  { wait, input, common, parent, nesting }: {
    wait: ChildrenWait;
    input: JsonObject;
    common: Omit<Acceptance, "version" | "trigger" | "input" | "child">;
    parent: NonNullable<ExecutionState["parent"]>;
    nesting: number;
  },
): Promise<Acceptance> {
  const version = wait.workflowId ? await facts.live(wait.workflowId) : null;
  const trigger = version?.graph.nodes.find((node) => node.type === "trigger_manual") ??
    version?.graph.nodes.find((node) => node.kind === "trigger");
  if (!version || !trigger) {
    const message = version
      ? "The workflow that is called has no trigger"
      : "The workflow that is called is not published";
    throw new StepError({ code: "not_callable", message, retryable: false });
  }
  return {
    ...common,
    version,
    trigger: { nodeId: trigger.id, kind: "manual" },
    input: { body: input.input ?? {}, query: {}, headers: {} },
    child: { parent, nesting, start: null },
  };
}

async function loopStart(
  facts: ParentFacts,
  { spawn, wait, input }: { spawn: Spawn; wait: ChildrenWait; input: JsonObject },
): Promise<ChildStart> {
  const { next, version } = facts;
  const items = Array.isArray(input.items) ? input.items : [];
  const outputs: { nodeId: string; output: Json }[] = [];
  const wanted = new Set([...version.nodes.values()].flatMap((node) => node.stepsRead));
  wanted.delete(spawn.nodeId);
  for (const nodeId of wanted) {
    const output = next.steps.get(nodeId)?.output;
    if (output) outputs.push({ nodeId, output: await facts.read(output) });
  }
  const arrived = next.steps.get(next.trigger.nodeId)?.output;
  const last = next.steps.get(spawn.nodeId)?.output;
  const before = wait.how === "repeat" && last ? await facts.read(last) : null;
  const round: JsonObject = wait.how === "repeat"
    ? { index: spawn.index, last: isObject(before) ? before.last ?? null : null }
    : { index: spawn.index, item: items[spawn.index] ?? null, total: wait.total };
  return {
    kind: "child",
    parentName: `${version.graph.nodes[version.graph.indexOf.get(spawn.nodeId)!]!.label}`,
    trigger: { nodeId: next.trigger.nodeId, output: arrived ? await facts.read(arrived) : {} },
    loop: { nodeId: spawn.nodeId, output: round },
    outputs,
  };
}

function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a stored value of an execution that is in hand. */
export function readerOf(
  store: Store,
  executionId: string,
  known: ReadonlyMap<string, Json>,
): (stored: Stored) => Promise<Json> {
  return async (stored) =>
    "json" in stored ? stored.json : known.get(stored.ref) ?? await readBody(store, executionId, stored);
}

/** What creates children. */
export interface Nursery {
  services: Pick<Services, "liveVersion">;
  versions: Pick<Versions, "get">;
  accept(acceptance: Acceptance): Promise<{ ok: true } | { ok: false; stale: readonly Key[] }>;
}

/**
 * Creates those that are not there yet, and sees that those that are to go on are there still; false when the parent has
 * moved meanwhile. Throws StepError.
 */
export async function spawnChildren(
  nursery: Nursery,
  parent: Omit<ParentFacts, "live">,
  { spawn, resume }: Pick<Transition, "spawn" | "resume">,
): Promise<boolean> {
  if (resume.length > 0) await mustBeKept(parent, resume);
  const live = async (workflowId: string): Promise<CompiledVersion | null> => {
    const version = await nursery.services.liveVersion(workflowId);
    return version === null ? null : await nursery.versions.get(workflowId, version);
  };
  const results = await Promise.all(spawn.map(async (child) => {
    const result = await nursery.accept(await childAcceptance({ ...parent, live }, child));
    if (result.ok) return true;
    if (result.stale.some((key) => key[1] === parent.next.id)) return false;
    // Already there: a death came between its commit and its parent's. One of before the loop was gone on with hears of it.
    if (child.again) resume.push({ ...child, again: child.again });
    return true;
  }));
  return results.every(Boolean);
}

/** One that is forgotten cannot be gone on with, and is not run a second time either. */
async function mustBeKept(
  { store, next }: Pick<ParentFacts, "store" | "next">,
  children: readonly Spawn[],
): Promise<void> {
  const ids = await Promise.all(children.map((child) => childId(next, child)));
  const gone = (await loadExecutions(store, ids)).findIndex((loaded) => !loaded);
  if (gone < 0) return;
  throw new StepError({
    code: "round_forgotten",
    message: `Round ${
      children[gone]!.index + 1
    } is kept no longer, and cannot be gone on with; replay instead`,
    retryable: false,
  });
}

/** Does it tell its children or its parent anything? */
export function tellsFamily({ dismiss, resume, reopened }: Transition): boolean {
  return dismiss.length + resume.length > 0 || reopened === true;
}

/** Mail to the children that a transition stops or goes on with, and to the parent of a round that was retried; for its commit. */
export async function familySets(
  { next, dismiss, resume, reopened }: Transition,
  newId: () => string,
  at: number,
): Promise<{ key: Key; value: Uint8Array }[]> {
  const { cancelling, reason, parent } = next;
  const by = cancelling?.by || "its parent";
  const why = cancelling?.reason ?? reason?.text ?? "Its loop has ended";
  const toChild = async (child: Spawn, mail: Mail): Promise<ReturnType<typeof mailSets>> =>
    mailSets(await childId(next, child), newId(), mail);
  const sets = await Promise.all([
    ...dismiss.map((child) =>
      toChild(child, { kind: "cancel", by, reason: why, at, again: child.again ?? 0 })
    ),
    ...resume.map(({ again, called, ...child }) =>
      toChild(child, { kind: "resume", again, at, ...called ? { called } : {} })
    ),
  ]);
  if (!reopened || !parent) return sets.flat();
  const { executionId, ...place } = parent;
  const mail: Mail = { kind: "round", ...place, again: place.again ?? 0, at };
  return [...sets.flat(), ...mailSets(executionId, newId(), mail)];
}
