import type { ExecutionState } from "../core/state.ts";
import type { StepStatus } from "../schemas/execution.ts";
import type { Write } from "./commit.ts";
import { keys } from "./keys.ts";
import { COUNTED } from "./metrics.ts";
import type { Key } from "./keys.ts";

/** The nodes of a version by index. */
export type NodeIds = readonly { readonly id: string }[];

export interface Counted {
  state: Pick<
    ExecutionState,
    "workflowId" | "version" | "statuses" | "parent" | "status" | "reason" | "counted"
  >;
  nodes: NodeIds;
}

type Sums = NonNullable<Write["sums"]>;

/**
 * Three counters a node, of two numbers each: how many executions stand where. Every commit adds what it changed, so
 * that they always equal a recount; a number is below 2^32, and one less is added as 2^64 - 1.
 */
export const SLOTS = ["entered", "waiting", "skipped", "converted"] as const;
export type Slot = (typeof SLOTS)[number];
const HIGH = 2 ** 32;

/** How a step stands; converted: it was completed, and its execution reached a goal. */
type Standing = StepStatus | "converted";

/** What an execution adds to a node's counters while it stands there. */
const WORTH: Readonly<Record<Standing, readonly (readonly [Slot, number])[]>> = {
  pending: [],
  queued: [["entered", 1]],
  running: [["entered", 1]],
  retrying: [["entered", 1]],
  waiting: [["entered", 1], ["waiting", 1]],
  completed: [["entered", 1 + HIGH]],
  converted: [["entered", 1 + HIGH], ["converted", 1]],
  failed: [["entered", 1], ["waiting", HIGH]],
  skipped: [["skipped", 1]],
  cancelled: [["skipped", HIGH]],
};

/** So many nodes are counted one by one; a commit that changes more says it by sixteen, as one change. */
const FEW = 32;
const BLOCK = 16;
const LETTERS = [
  "pending",
  "queued",
  "running",
  "retrying",
  "waiting",
  "completed",
  "failed",
  "skipped",
  "cancelled",
  "converted",
] as const;

/** The counters' part of a commit: what the execution no longer is (null: it was not counted), and what it is now. */
export function nodeSums(before: Counted | null, next: Counted | null): Sums {
  if (before && next && before.state.version === next.state.version) {
    return sumsOf(next, standings(before.state), standings(next.state));
  }
  return [
    ...before ? sumsOf(before, standings(before.state), null) : [],
    ...next ? sumsOf(next, null, standings(next.state)) : [],
  ];
}

/** What was written before there was this counter is not in it. */
function standings({ statuses, parent, status, reason, counted = 0 }: Counted["state"]): readonly Standing[] {
  const reached = status === "completed" && reason?.code === "goal" && !parent && counted >= COUNTED;
  return reached ? statuses.map((each) => each === "completed" ? "converted" : each) : statuses;
}

function sumsOf(
  { state, nodes }: Counted,
  from: readonly Standing[] | null,
  to: readonly Standing[] | null,
): Sums {
  const changed: number[] = [];
  for (let i = 0; i < nodes.length; i++) {
    if ((from?.[i] ?? "pending") !== (to?.[i] ?? "pending")) changed.push(i);
  }
  if (changed.length > FEW) return inBlocks(state, changed, from, to);
  const sums: Sums = [];
  for (const i of changed) {
    for (const { slot, add } of changesOf(from?.[i] ?? "pending", to?.[i] ?? "pending")) {
      // Most of a child's nodes are none of its own, and say nothing.
      if (state.parent && slot === "skipped") continue;
      sums.push({ key: keyOf({ state, nodes }, i, state.parent ? `child_${slot}` : slot), add });
    }
  }
  return sums;
}

const KEYS = new WeakMap<NodeIds, Map<string, Key>>();

/** One key each for as long as the version is known: writes that share it are put together without spelling it out. */
function keyOf({ state, nodes }: Counted, index: number, slot: string): Key {
  let known = KEYS.get(nodes);
  if (!known) KEYS.set(nodes, known = new Map());
  const name = `${slot}${index}`;
  let key = known.get(name);
  if (!key) known.set(name, key = keys.nodeCount(state.workflowId, nodes[index]!.id, slot));
  return key;
}

type Change = readonly { slot: Slot; add: number }[];
const CHANGES = new Map<string, Change>();

/** What a step adds to its node's counters by going from one status to another. */
function changesOf(from: Standing, to: Standing): Change {
  const known = CHANGES.get(from + to);
  if (known) return known;
  const worth = (status: Standing, slot: Slot): number =>
    WORTH[status].find(([name]) => name === slot)?.[1] ?? 0;
  const change = SLOTS.map((slot) => ({ slot, add: worth(to, slot) - worth(from, slot) }))
    .filter(({ add }) => add !== 0);
  CHANGES.set(from + to, change);
  return change;
}

/** A key says which change of sixteen neighbours it counts. */
function inBlocks(
  state: Counted["state"],
  changed: readonly number[],
  from: readonly Standing[] | null,
  to: readonly Standing[] | null,
): Sums {
  const blocks = new Map<number, string>();
  for (const i of changed) {
    const [was, is] = [LETTERS.indexOf(from?.[i] ?? "pending"), LETTERS.indexOf(to?.[i] ?? "pending")];
    const block = Math.floor(i / BLOCK);
    blocks.set(block, `${blocks.get(block) ?? ""}${(i % BLOCK).toString(BLOCK)}${was}${is}`);
  }
  return [...blocks].map(([block, change]) => ({
    key: keys.nodeCountBlock(state.workflowId, state.version, block, state.parent ? `~${change}` : change),
    add: 1,
  }));
}

/** What a block's key counted, by node index: what each commit of it added to which counter. */
export function readBlock(
  key: Key,
): { version: number; child: boolean; adds: { index: number; slot: Slot; add: number }[] } {
  const [, , version, block, change] = key;
  const text = String(change);
  const child = text.startsWith("~");
  const adds: { index: number; slot: Slot; add: number }[] = [];
  for (const [, at, was, is] of text.slice(child ? 1 : 0).matchAll(/([0-9a-f])(\d)(\d)/g)) {
    const [from, to] = [LETTERS[Number(was)] ?? "pending", LETTERS[Number(is)] ?? "pending"];
    const index = Number(block) * BLOCK + parseInt(at ?? "", BLOCK);
    for (const { slot, add } of changesOf(from, to)) {
      if (!(child && slot === "skipped")) adds.push({ index, slot, add });
    }
  }
  return { version: Number(version), child, adds };
}

/** The two numbers of a counter. */
export function unpack(counter: bigint): [low: number, high: number] {
  const wrapped = BigInt.asUintN(64, counter);
  return [Number(wrapped & 0xffff_ffffn), Number(wrapped >> 32n)];
}
