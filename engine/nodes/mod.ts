import { z } from "zod";
import { JsonObject } from "../schemas/json.ts";
import type { NodeDescriptor, NodeType } from "./define.ts";

const NOT_NODES = new Set(["define.ts", "mod.ts"]);
const KINDS = new Set<unknown>(["trigger", "pure", "effect"]);

let loaded: Promise<ReadonlyMap<string, NodeType>> | undefined;

/**
 * Every node type in this folder, by its `type`: a node type is registered by being there.
 * Rejects with a sentence naming the file whose default export is no node type, or the two files that share a type.
 */
export function loadNodeTypes(): Promise<ReadonlyMap<string, NodeType>> {
  return loaded ??= loadFrom(new URL("./", import.meta.url));
}

/** As `loadNodeTypes`, from any folder. */
export async function loadFrom(folder: URL): Promise<ReadonlyMap<string, NodeType>> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isFile && entry.name.endsWith(".ts") && !NOT_NODES.has(entry.name)) files.push(entry.name);
  }
  files.sort();
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ default?: unknown }>),
  );
  return register(files.map((file, i) => ({ file, exported: modules[i]?.default })));
}

/** Puts default exports under their types; throws for what is no node type and for a type that occurs twice. */
export function register(
  found: readonly { file: string; exported: unknown }[],
): ReadonlyMap<string, NodeType> {
  const types = new Map<string, NodeType>();
  const origin = new Map<string, string>();
  for (const { file, exported } of found) {
    if (!isNodeType(exported)) {
      throw new Error(`Cannot register engine/nodes/${file}: its default export is no node type`);
    }
    const other = origin.get(exported.type);
    if (other !== undefined) {
      throw new Error(
        `Cannot register engine/nodes/${file}: ${other} has the type "${exported.type}" already`,
      );
    }
    origin.set(exported.type, file);
    types.set(exported.type, exported);
  }
  return types;
}

function isNodeType(value: unknown): value is NodeType {
  if (typeof value !== "object" || value === null) return false;
  const node = value as Partial<Record<keyof NodeType | "run", unknown>>;
  return typeof node.type === "string" && /^[a-z][a-z0-9_]{0,63}$/.test(node.type) && KINDS.has(node.kind) &&
    node.config instanceof z.ZodType && (node.kind === "trigger" || typeof node.run === "function");
}

/** The node type as data: what the browser draws forms and cards from. */
export function describe(type: NodeType): NodeDescriptor {
  return {
    type: type.type,
    version: type.version,
    kind: type.kind,
    title: type.title,
    description: type.description,
    category: type.category,
    keywords: type.keywords ?? [],
    icon: type.icon,
    ports: type.ports,
    summary: type.summary,
    help: type.help ?? "",
    joins: type.kind === "pure" && type.joins !== undefined,
    reaches: type.kind === "effect" && type.reaches === true,
    templates: type.templates,
    conditions: type.conditions ?? [],
    example: type.example,
    schema: configSchema(type),
  };
}

/** Through JSON and back: drops zod's hidden, non-JSON parts, so that what is promised as JSON is JSON. */
function configSchema(type: NodeType): JsonObject {
  return JSON.parse(JSON.stringify(z.toJSONSchema(type.config, { io: "input" }))) as JsonObject;
}
