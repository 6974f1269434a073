import type { WorkflowEdge, WorkflowInput, WorkflowNode } from "../../schemas/workflow.ts";
import type { ImportLine } from "../../schemas/import.ts";
import { invalid, issuesOf } from "../../errors.ts";
import { isZone } from "../zone.ts";
import { formatPath } from "../path.ts";
import type { Became, KnownTypes } from "./n8n_became.ts";
import { Flow } from "./n8n_flow.ts";
import { kindOf, N8nFile, textAt, wiresOf } from "./n8n_file.ts";
import type { N8nNode } from "./n8n_file.ts";
import { convertNode } from "./n8n_nodes.ts";

export { isN8nFile } from "./n8n_file.ts";

// n8n's cards are smaller and stand closer than ours.
const WIDER = 1.5;
const HIGHER = 1.2;

/** A workflow of n8n as one of ours, with what became of each node. */
export interface Imported {
  workflow: WorkflowInput;
  report: ImportLine[];
}

/**
 * Takes over what has a counterpart; anything else becomes a task that names what it was. Throws 422
 * for what is no file of n8n. What could not be said here is left unfinished, so that publishing names it.
 */
export function fromN8n(file: unknown, types: KnownTypes): Imported {
  const parsed = N8nFile.safeParse(file);
  if (!parsed.success) throw invalid("This is no workflow of n8n", issuesOf(parsed.error));
  const { name, nodes, settings } = parsed.data;
  const drawn = nodes.filter((node) => kindOf(node) !== "stickyNote");
  const { wires, others } = wiresOf(parsed.data);
  const flow = new Flow(drawn, wires, types);
  const became = new Map(drawn.map((node) => [node.name, convert(node, flow, types)]));
  const dropped = new Map(flow.dropped.map(({ from, to }) => [from, to]));
  const report = drawn.map((node): ImportLine => {
    const { type, notes } = became.get(node.name)!;
    const to = dropped.get(node.name);
    const all = [
      ...notes,
      ...to === undefined ? [] : [`It led back to "${to}": nothing leads back here`],
      ...others.includes(node.name) ? ["It served another node as a part: that connection is gone"] : [],
      ...node.retryOnFail === true ? ["It was tried again when it failed: look at its retries"] : [],
    ];
    return { node: node.name, became: type, note: [...new Set(all)].join(". ") };
  });
  const notes = nodes.filter((node) => kindOf(node) === "stickyNote");
  return {
    workflow: {
      name: (name ?? "").trim().slice(0, 200) || "Imported workflow",
      nodes: drawn.map((node) => nodeOf(node, became.get(node.name)!, flow)),
      edges: edgesOf(flow, became),
      settings: isZone(settings.timezone ?? "") ? { timezone: settings.timezone } : {},
      ...notes.length > 0 ? { notes: notes.slice(0, 200).map(noteOf) } : {},
    },
    report: [
      ...report,
      ...notes.map((node): ImportLine => ({ node: node.name, became: "note", note: "" })),
    ],
  };
}

function convert(node: N8nNode, flow: Flow, types: KnownTypes): Became {
  const items = flow.arrives(node.name, []);
  return convertNode(node, {
    locate: (from, rest) => from === null ? flow.arrives(node.name, rest) : flow.leaves(from, rest),
    types,
    items: items && formatPath(items),
    loops: flow.loops(node.name),
  });
}

function nodeOf(node: N8nNode, { type, config }: Became, flow: Flow): WorkflowNode {
  const [x = 0, y = 0] = node.position;
  return {
    id: flow.idOf(node.name),
    type,
    position: { x: Math.round(x * WIDER), y: Math.round(y * HIGHER) },
    data: { label: node.name, config },
  };
}

/** What led on from a node that is an end here leads on from what came before it. */
function edgesOf(flow: Flow, became: ReadonlyMap<string, Became>): WorkflowEdge[] {
  const edges = new Map<string, WorkflowEdge>();
  const draw = (from: string, output: number, to: string, seen: readonly string[]): void => {
    const source = became.get(from);
    if (!source || seen.includes(from) || became.get(to)?.type.startsWith("trigger_")) return;
    if (source.type === "respond") {
      for (const wire of flow.into(from)) draw(wire.from, wire.output, to, [...seen, from]);
      return;
    }
    const port = source.port(output);
    const [a, b] = [flow.idOf(from), flow.idOf(to)];
    if (port === null || a === b) return;
    const id = `${a}.${port}-${b}`.slice(0, 200);
    edges.set(id, { id, source: a, sourceHandle: port, target: b, targetHandle: "in" });
  };
  for (const { from, output, to } of flow.wires) draw(from, output, to, []);
  return [...edges.values()];
}

function noteOf(
  { parameters, position }: N8nNode,
  index: number,
): NonNullable<WorkflowInput["notes"]>[number] {
  const [x = 0, y = 0] = position;
  const size = (name: string, usual: number): number =>
    Math.min(10_000, Number(textAt(parameters, name)) || usual);
  return {
    id: `note${index + 1}`,
    kind: "note",
    position: { x: Math.round(x * WIDER), y: Math.round(y * HIGHER) },
    width: Math.round(size("width", 240) * WIDER),
    height: Math.round(size("height", 160) * HIGHER),
    text: textAt(parameters, "content").slice(0, 5_000),
    tone: "amber",
  };
}
