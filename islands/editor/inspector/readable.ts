import { upstreamOf } from "../../../engine/core/check_paths.ts";
import { formatPath, VIEW_ROOTS } from "../../../engine/core/path.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { View } from "../../../engine/schemas/node.ts";
import type { WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../../engine/schemas/workflow.ts";

/** Something that a template or a condition of this node may read. */
export interface Readable {
  /** As it is written: `lead.firstName`. */
  path: string;
  group: string;
  /** What lies there on the sample, cut; undefined when nothing does. */
  sample?: string;
}

interface Surroundings {
  node: WorkflowNode;
  document: { nodes: WorkflowNode[]; edges: WorkflowEdge[]; settings: WorkflowSettings };
  descriptors: readonly NodeDescriptor[];
  sample: View;
}

const MAX_DEPTH = 5;
const MAX_OF_ROOT = 150;
const MAX_SHOWN = 60;
const LEAD = [
  "email",
  "firstName",
  "lastName",
  "company",
  "phone",
  "industry",
  "timezone",
  "score",
  "status",
  "tags",
  "fields",
];
const EXECUTION = ["id", "workflowId", "workflowName", "version", "trigger", "startedAt"];
const MESSAGE = ["sent", "opened", "clicked", "replied"];

/** All that may be read at this node: what arrived, the lead, the steps and messages before it, the run, the time. */
export function readablesOf({ node, document, descriptors, sample }: Surroundings): Readable[] {
  const before = upstreamOf(document)(node.id);
  const types = new Map(descriptors.map((one) => [one.type, one]));
  const list: Readable[] = [
    ...membersOf(["lead"], sample.lead ?? {}, "Lead", LEAD),
    ...membersOf(["trigger"], sample.trigger, "Trigger", ["body"]),
  ];
  for (const one of document.nodes) {
    if (!before.has(one.id)) continue;
    const type = types.get(one.type);
    if (type?.kind === "trigger") continue;
    const name = one.data.label || type?.title || one.id;
    list.push(...valuesAt(["steps", one.id, "output"], sample.steps[one.id]?.output, name));
    if (type?.category !== "messages") continue;
    list.push(
      ...membersOf(["messages", one.id], sample.messages[one.id] ?? {}, `${name}: the message`, MESSAGE),
    );
  }
  return [
    ...list,
    ...membersOf(["execution"], sample.execution, "Execution", EXECUTION),
    { path: "now", group: "Time", ...shown(sample.now) },
  ];
}

/** Paths that the help of a field names, such as `signal.type` or `steps.<this>.output.item`. */
export function readablesNamed(description: string | undefined, nodeId: string): Readable[] {
  const pattern = new RegExp(`\\b(?:${VIEW_ROOTS.join("|")})\\.[\\w.<>-]*[\\w>]`, "g");
  const named = (description ?? "").match(pattern) ?? [];
  const paths = named.map((path) => path.replace(/<[^>]*>/, nodeId)).filter((path) => !/[<>]/.test(path));
  return [...new Set(paths)].map((path) => ({ path, group: "Here" }));
}

/** The value and what lies in it; of a list, its first item. */
function valuesAt(path: string[], value: Json | undefined, group: string): Readable[] {
  const found: Readable[] = [{ path: formatPath(path), group, ...shown(value) }];
  const walk = (at: string[], inside: Json | undefined): void => {
    if (typeof inside !== "object" || inside === null || at.length >= path.length + MAX_DEPTH) return;
    for (const [key, member] of Object.entries(inside).slice(0, Array.isArray(inside) ? 1 : MAX_OF_ROOT)) {
      if (found.length >= MAX_OF_ROOT) return;
      found.push({ path: formatPath([...at, key]), group, ...shown(member) });
      walk([...at, key], member);
    }
  };
  walk(path, value);
  return found;
}

/** The members that are there or that are always known, without the root itself. */
function membersOf(
  path: string[],
  value: { [key: string]: Json } | Json,
  group: string,
  known: string[],
): Readable[] {
  const there = valuesAt(path, value, group).slice(1);
  const paths = new Set(there.map((one) => one.path));
  const usual = known.map((key) => formatPath([...path, key]));
  const rest = usual.filter((one) => !paths.has(one)).map((one) => ({ path: one, group }));
  // What is mostly wanted comes first, with what lies in it; ids and dates come last.
  const rank = (one: Readable): number => {
    const found = usual.findIndex((name) =>
      one.path === name || /^[.[]/.test(one.path.slice(name.length)) && one.path.startsWith(name)
    );
    return found === -1 ? usual.length : found;
  };
  return [...there, ...rest].sort((a, b) => rank(a) - rank(b));
}

function shown(value: Json | undefined): { sample?: string } {
  if (value === undefined) return {};
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return { sample: text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text };
}
