import type { Actor } from "../contract.ts";
import { nextRun } from "../core/schedule.ts";
import { isSameTimes } from "../core/schedule_state.ts";
import { scheduleProblems } from "../core/schedule_check.ts";
import { EngineError, invalid } from "../errors.ts";
import type { ScheduleCreate, ScheduleDefinition, ScheduleUpdate } from "../schemas/schedule.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { keys } from "../store/keys.ts";
import { changedSchedule, freshSchedule, goneWrite, scheduleId, scheduleWrite } from "../store/schedules.ts";
import type { ScheduleRecord } from "../store/schedules.ts";
import type { Store } from "../store/store.ts";
import { readSchedule } from "./deps.ts";
import type { SchedulingDeps } from "./deps.ts";
import { configured, drawnAnew, undrawn } from "./drawing.ts";

/** Changes a schedule and its node in the draft in one commit. Throws 404, 422. */
export async function updateSchedule(
  deps: SchedulingDeps,
  id: string,
  input: ScheduleUpdate,
  actor: Actor,
): Promise<void> {
  const { label, ...definition } = input;
  await change(deps, id, actor, (record) => ({ definition, label: label ?? record.label }));
}

/** Pauses or resumes; what is drawn keeps what else was changed there. */
export async function enableSchedule(
  deps: SchedulingDeps,
  id: string,
  enabled: boolean,
  actor: Actor,
): Promise<void> {
  await change(deps, id, actor, ({ definition, label }) => ({
    definition: { ...definition, enabled },
    label,
    drawn: { enabled },
  }));
}

interface Edit {
  definition: ScheduleDefinition;
  label: string;
  /** What of the node's config changes; absent: all of it. */
  drawn?: JsonObject;
}

async function change(
  deps: SchedulingDeps,
  id: string,
  actor: Actor,
  edit: (record: ScheduleRecord) => Edit,
): Promise<void> {
  const { store, worker, workflows } = deps;
  const { workflowId } = (await readSchedule(store, id)).value;
  await workflows.changeDraft(workflowId, async ({ graph }) => {
    const entry = await readSchedule(store, id);
    const { value: record } = entry;
    const { definition, label, drawn } = edit(record);
    const timezone = zoneOf(definition, record, graph);
    const now = worker.clock.now();
    refuse(definition, timezone, { now, record });
    const about = { now, newId: worker.newId };
    const { next, lines } = changedSchedule(record, { definition, timezone, label, by: actor.name }, about);
    return {
      graph: configured(graph, record.nodeId, {
        label,
        config: drawn ?? configOf(definition),
        whole: !drawn,
      }),
      along: scheduleWrite(entry, next, { now, lines }),
    };
  }, actor);
}

/** As it was, unless another is named: the workflow's own may be another in the draft than in what is live. */
function zoneOf(definition: ScheduleDefinition, record: ScheduleRecord, { settings }: WorkflowGraph): string {
  const named = definition.timezone?.trim();
  if (named) return named;
  return record.definition.timezone?.trim() ? settings.timezone || "UTC" : record.timezone;
}

/** The config of a node: JSON. */
function configOf(definition: ScheduleDefinition): JsonObject {
  return JSON.parse(JSON.stringify(definition));
}

function refuse(
  definition: ScheduleDefinition,
  timezone: string,
  { now, record }: { now: number; record?: ScheduleRecord },
): void {
  const issues = scheduleProblems(definition, timezone);
  if (issues[0]) throw invalid(`The schedule cannot be so: ${issues[0].message}`, issues);
  const isResumed = !record?.definition.enabled;
  if (!definition.enabled || record && !isResumed && isSameTimes(record, { definition, timezone })) return;
  const anchor = record?.anchor ?? now;
  if (nextRun({ definition, timezone, anchor }, now) !== null) return;
  const { config: { until }, kind } = definition;
  const [path, message] = until !== undefined
    ? ["config.until", `Nothing of it is ahead: it ends with "${until}"`] as const
    : kind === "dates"
    ? ["at", "Nothing of it is ahead: every date has passed"] as const
    : [kind === "cron" ? "cron" : "every", "Nothing of it is ahead"] as const;
  throw invalid(message, [{ path, message, accepted: "something that is still to come" }]);
}

/**
 * Draws a schedule into the workflow's draft; where that was as it is live, publishes it. The id of the schedule. The same
 * key makes one. Throws 404, 422.
 */
export async function createSchedule(
  deps: SchedulingDeps,
  input: ScheduleCreate,
  actor: Actor,
  idempotencyKey: string | undefined,
): Promise<string> {
  const { store, worker, workflows } = deps;
  const { workflowId, label = "", ...definition } = input;
  const delivery = await deliveryOf("schedule.create", idempotencyKey, input);
  let id = "";
  let isLive = false;
  await workflows.changeDraft(workflowId, async ({ graph, record }) => {
    const now = worker.clock.now();
    const found = delivery ? await findDelivery(store, delivery, now) : null;
    if (found?.known) {
      id = found.known.value.id;
      return { graph, along: {} };
    }
    const timezone = definition.timezone?.trim() || graph.settings.timezone || "UTC";
    refuse(definition, timezone, { now });
    const nodeId = await freeNodeId(store, workflowId, graph);
    id = scheduleId(workflowId, nodeId);
    isLive = record.version !== null && record.draftHash === record.liveHash &&
      record.name === record.liveName;
    const by = actor.name;
    const fresh = freshSchedule({ workflowId, nodeId, label, definition, timezone, live: false, by }, now);
    const parts = scheduleWrite(null, fresh, { now });
    const once = delivery
      ? deliveryWrite(delivery, found?.expired ?? null, { id, at: now })
      : { checks: [], sets: [] };
    return {
      graph: drawnAnew(graph, nodeId, { label, config: configOf(definition) }),
      along: {
        ...parts,
        checks: [...parts.checks, ...once.checks ?? []],
        sets: [...parts.sets, ...once.sets ?? []],
      },
    };
  }, actor);
  if (isLive) await publishAlone(deps, workflowId, actor);
  return id;
}

async function publishAlone({ workflows }: SchedulingDeps, workflowId: string, actor: Actor): Promise<void> {
  try {
    await workflows.publish(workflowId, { note: "A schedule was added" }, actor);
  } catch (error) {
    // It is drawn, and begins with the next publish: what keeps that back is told there.
    if (!(error instanceof EngineError)) throw error;
  }
}

/** One that no schedule of the workflow ever had: its history is its own. */
async function freeNodeId(store: Store, workflowId: string, { nodes }: WorkflowGraph): Promise<string> {
  const taken = new Set(nodes.map(({ id }) => id));
  for (let i = 1;; i++) {
    const nodeId = i === 1 ? "schedule" : `schedule_${i}`;
    if (!taken.has(nodeId) && !await store.get(keys.schedule(scheduleId(workflowId, nodeId)))) return nodeId;
  }
}

/** Fires no more, and goes from the draft with its edges. Throws 404. */
export async function removeSchedule(deps: SchedulingDeps, id: string, actor: Actor): Promise<void> {
  const { store, worker, workflows } = deps;
  const { workflowId } = (await readSchedule(store, id)).value;
  await workflows.changeDraft(workflowId, async ({ graph }) => {
    const entry = await readSchedule(store, id);
    const about = { now: worker.clock.now(), by: actor.name, newId: worker.newId };
    return { graph: undrawn(graph, entry.value.nodeId), along: goneWrite(entry, about) };
  }, actor);
}
