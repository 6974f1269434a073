import { z } from "zod";
import type { HookRefusal, HookState } from "../schemas/hook.ts";
import type { Workflow } from "../schemas/workflow.ts";
import { keys } from "../store/keys.ts";
import type { HeadRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { toldOf } from "./hook_refusals.ts";
import type { HookRefusals, HookRefusalsRecord } from "./hook_refusals.ts";
import type { HookDeps } from "./hooks.ts";
import { HookConfig } from "./request.ts";

/** One address, live or only drawn. */
type Address = Pick<HookState, "nodeId" | "label" | "path" | "method" | "live" | "rate">;

const Drawn = HookConfig.pick({ method: true, rate: true }).extend({
  path: z.string().min(1),
  method: z.string().catch("POST"),
  rate: HookConfig.shape.rate.catch(undefined),
});

/** So many of a workflow's newest executions are looked through for the last call. */
const LOOKED_THROUGH = 200;
const AT_ONCE = 50;

/**
 * The workflow's webhooks, those that are live first. Reads only: the last call is found among the newest executions, so
 * that accepting one writes nothing for it. Throws 404.
 */
export async function lookAtHooks(
  deps: HookDeps,
  refusals: HookRefusals,
  workflowId: string,
): Promise<HookState[]> {
  const { store, retentionMs, worker: { clock } } = deps;
  const addresses = await addressesOf(deps, await deps.workflows.get(workflowId));
  await refusals.written(addresses.filter(({ live }) => live).map(({ path }) => path));
  const records = await store.getMany<HookRefusalsRecord>(
    addresses.map(({ nodeId }) => keys.hookRefusals(workflowId, nodeId)),
    { broken: "pass" },
  );
  const accepted = await newestCalls(store, workflowId, new Set(addresses.map(({ nodeId }) => nodeId)));
  return addresses.map((address, i) => {
    const { live, nodeId, path } = address;
    const { total, rows } = toldOf(records[i]?.value, retentionMs, clock.now());
    const unheard = live ? null : refusals.unheard(path);
    // What came to a webhook came to where it is live; one that has never been shows it where it is drawn.
    const isMine = live || !addresses.some((other) => other.live && other.nodeId === nodeId);
    return {
      ...address,
      accepted: isMine ? accepted.get(nodeId) ?? null : null,
      refused: isMine ? { total, items: rows.map(shown) } : { total: 0, items: [] },
      unheard: unheard && { count: unheard.count, lastAt: isoOf(unheard.lastAt) },
    };
  });
}

async function addressesOf(deps: HookDeps, workflow: Workflow): Promise<Address[]> {
  const live: Address[] = [];
  if (workflow.version !== null) {
    const { version } = await deps.doors.live(workflow.id);
    for (const { id, label, config } of version.graph.nodes.filter(isHook)) {
      const node = version.nodes.get(id)!;
      const parsed = Drawn.parse(node.type.config.parse(config));
      live.push(addressOf({ nodeId: id, label: label || node.type.title, live: true }, parsed));
    }
  }
  const drawn = workflow.nodes.filter(isHook).flatMap(({ id, data }) => {
    const parsed = Drawn.safeParse(data.config);
    const known = parsed.success &&
      live.some(({ nodeId, path }) => nodeId === id && path === parsed.data.path);
    if (!parsed.success || known) return [];
    return [addressOf({ nodeId: id, label: data.label || "Webhook", live: false }, parsed.data)];
  });
  return [...live, ...drawn];
}

function isHook({ type }: { type: string }): boolean {
  return type === "trigger_webhook";
}

function addressOf(
  node: Pick<Address, "nodeId" | "label" | "live">,
  { path, method, rate }: z.infer<typeof Drawn>,
): Address {
  return { ...node, path, method, rate: rate ?? null };
}

/** The newest execution that a call started, by node; tests, replays and children are none. */
async function newestCalls(
  store: Store,
  workflowId: string,
  nodeIds: ReadonlySet<string>,
): Promise<Map<string, NonNullable<HookState["accepted"]>>> {
  const found = new Map<string, NonNullable<HookState["accepted"]>>();
  if (nodeIds.size === 0) return found;
  const prefix = keys.byWorkflow(workflowId, "").slice(0, 2);
  const pointers = await store.keys({ selector: { prefix }, reverse: true, limit: LOOKED_THROUGH });
  for (let i = 0; i < pointers.length && found.size < nodeIds.size; i += AT_ONCE) {
    const ids = pointers.slice(i, i + AT_ONCE).map((key) => keys.execution(String(key[2])));
    for (const head of await store.getMany<HeadRecord>(ids, { broken: "pass" })) {
      if (!head) continue;
      const { id, trigger, test, replayOf, parent, createdAt } = head.value;
      if (trigger.kind !== "webhook" || test || replayOf !== undefined || parent) continue;
      if (!nodeIds.has(trigger.nodeId) || found.has(trigger.nodeId)) continue;
      found.set(trigger.nodeId, { at: isoOf(createdAt), executionId: id });
    }
  }
  return found;
}

function shown({ firstAt, lastAt, ...row }: HookRefusalsRecord["rows"][number]): HookRefusal {
  return { ...row, firstAt: isoOf(firstAt), lastAt: isoOf(lastAt) };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}
