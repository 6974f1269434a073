import { z } from "zod";
import { Json } from "../../schemas/json.ts";
import type { JsonObject } from "../../schemas/json.ts";

/** A node as n8n exports it. What it is for lies in `type`, how it is set up in `parameters`. */
export const N8nNode = z.looseObject({
  name: z.string().min(1).max(200),
  type: z.string().min(1).max(200),
  typeVersion: z.number().catch(1).default(1),
  position: z.array(z.number()).min(2).catch([0, 0]).default([0, 0]),
  parameters: z.record(z.string(), Json).catch({}).default({}),
  disabled: z.boolean().catch(false).default(false),
  notes: z.string().optional().catch(undefined),
  onError: z.string().optional().catch(undefined),
  credentials: z.record(z.string(), z.looseObject({ name: z.string().optional() })).catch({}).default({}),
});
export type N8nNode = z.infer<typeof N8nNode>;

const Target = z.looseObject({ node: z.string(), index: z.number().int().min(0).catch(0).default(0) });

/** What n8n writes with *Download*, and what it lays into the clipboard. */
export const N8nFile = z.looseObject({
  name: z.string().optional(),
  nodes: z.array(N8nNode).max(1_000),
  /** By the name of the node that they leave, by kind (`main`), by output. */
  connections: z.record(z.string(), z.record(z.string(), z.array(z.array(Target).nullable()))),
  settings: z.looseObject({ timezone: z.string().optional() }).catch({}).default({}),
});
export type N8nFile = z.infer<typeof N8nFile>;

/** Is it a file of n8n? Ours has edges, and theirs has connections. */
export function isN8nFile(file: unknown): boolean {
  return typeof file === "object" && file !== null && "nodes" in file && Array.isArray(file.nodes) &&
    "connections" in file && !("edges" in file);
}

/** A connection between nodes, by their names. */
export interface Wire {
  from: string;
  output: number;
  to: string;
  input: number;
}

/** The name of a node type without who made it: `httpRequest`. */
export function kindOf(node: N8nNode): string {
  return node.type.replace(/^.*\./, "");
}

/** Connections that carry items, in their order; others (a model's, a tool's) are not. */
export function wiresOf(file: N8nFile): { wires: Wire[]; others: string[] } {
  const known = new Set(file.nodes.map(({ name }) => name));
  const wires: Wire[] = [];
  const others = new Set<string>();
  for (const [from, kinds] of Object.entries(file.connections)) {
    if (!known.has(from)) continue;
    for (const [kind, outputs] of Object.entries(kinds)) {
      if (kind !== "main") {
        others.add(from);
        continue;
      }
      for (const [output, targets] of outputs.entries()) {
        for (const { node, index } of targets ?? []) {
          if (known.has(node)) wires.push({ from, output, to: node, input: index });
        }
      }
    }
  }
  return { wires, others: [...others] };
}

/** A member of the parameters, by its way: `at(parameters, "options", "timeout")`. */
export function at(value: Json | undefined, ...way: string[]): Json | undefined {
  let found = value;
  for (const key of way) {
    if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
    found = Object.hasOwn(found, key) ? found[key] : undefined;
  }
  return found;
}

export function textAt(value: Json | undefined, ...way: string[]): string {
  const found = at(value, ...way);
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

/** The objects of a list. */
export function listAt(value: Json | undefined, ...way: string[]): JsonObject[] {
  const found = at(value, ...way);
  return Array.isArray(found)
    ? found.filter((each): each is JsonObject =>
      typeof each === "object" && each !== null && !Array.isArray(each)
    )
    : [];
}
