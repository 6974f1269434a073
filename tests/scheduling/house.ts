/** Schedules on virtual time: publishing them, walking time, and what became of their occurrences. */
import type { Engine } from "../../engine/mod.ts";
import type { JsonObject } from "../../engine/schemas/json.ts";
import type { Fire, ScheduleUpdate } from "../../engine/schemas/schedule.ts";
import { ScheduleUpdate as Update } from "../../engine/schemas/schedule.ts";
import type { WorkflowNode, WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { ANN, chain, node, publish } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** 09:00 UTC on a Sunday: where the manual clock begins. */
export const NINE = Date.UTC(2026, 10, 22, 9);

export function cron(text: string, more: JsonObject = {}, config: JsonObject = {}): JsonObject {
  return {
    kind: "cron",
    cron: text,
    timezone: "UTC",
    enabled: true,
    input: {},
    ...more,
    config: { missed: "last", overlap: "allow", ...config },
  };
}

export function scheduleNode(config: JsonObject, id = "s"): WorkflowNode {
  return node(id, "trigger_schedule", config);
}

/** A published workflow that a schedule starts: `then` behind it; the schedule's id. */
export async function scheduled(
  engine: Engine,
  config: JsonObject,
  then: WorkflowNode[] = [node("set", "set", { fields: [{ name: "a", value: "1" }] })],
  settings: WorkflowSettings = {},
): Promise<{ id: string; workflowId: string }> {
  const nodes = [scheduleNode(config), ...then];
  const workflowId = await publish(engine, nodes, chain(...nodes.map((each) => each.id)), settings);
  return { id: `${workflowId}.s`, workflowId };
}

/** Walks time in steps: what falls due within one is taken up at its end, late by as much. */
export async function walk(house: Opened, ms: number, step = MINUTE): Promise<void> {
  const end = house.clock.now + ms;
  while (house.clock.now < end) {
    house.clock.advanceTo(Math.min(end, house.clock.now + step));
    await house.settle();
  }
}

/** The whole history, oldest first. */
export async function fires(engine: Engine, id: string): Promise<Fire[]> {
  const found: Fire[] = [];
  let cursor: string | null = null;
  do {
    const page = await engine.scheduling.history(id, { limit: 200, ...(cursor ? { cursor } : {}) });
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor);
  return found.reverse();
}

/** `outcome at` for each line, at as time of day. */
export async function told(engine: Engine, id: string): Promise<string[]> {
  return (await fires(engine, id)).map(({ outcome, at, count }) =>
    `${outcome} ${at.slice(11, 16)}${count > 1 ? ` ×${count}` : ""}`
  );
}

export function update(config: JsonObject): ScheduleUpdate {
  return Update.parse(config);
}

/** The draft's config of the schedule. */
export async function drawn(
  engine: Engine,
  workflowId: string,
  nodeId = "s",
): Promise<JsonObject | undefined> {
  const { nodes } = await engine.workflows.get(workflowId);
  return nodes.find(({ id }) => id === nodeId)?.data.config;
}

export { ANN };
