import type { Json, JsonObject } from "../schemas/json.ts";
import type { Encoding, Port, Ports } from "../schemas/node.ts";
import type { WorkflowEdge, WorkflowNode } from "../schemas/workflow.ts";
import type { ConfigProblem } from "./config.ts";

/** What the checks must know of a node type. */
export interface NodeInfo {
  type: string;
  kind: "trigger" | "pure" | "effect";
  title: string;
  ports: Ports;
  templates: { [pattern: string]: Encoding };
  /** Config paths that hold conditions; `""` is the config itself. */
  conditions?: readonly string[];
  /** May read its own output: what it put out so far. */
  readsItself?: boolean;
  /** Does the schema take the unrendered config? */
  parse(config: JsonObject): ConfigProblem[];
  /** What the schema cannot say; only asked of a config that parses. */
  check?(config: JsonObject): ConfigProblem[];
}
export type NodeLookup = (type: string) => NodeInfo | undefined;

/** A port that an edge names; absent means `out`. */
export function portOf(edge: WorkflowEdge): string {
  return edge.sourceHandle ?? "out";
}

/** The ports of a node with this config, as it is: for dynamic ones each text that is found, once. */
export function portsOf({ ports }: { ports: Ports }, config: JsonObject): Port[] {
  if (!("from" in ports)) return [...ports];
  const fixed = ports.and ?? [];
  const starred = ports.from.includes("*");
  const found = valuesAt(config, ports.from).flatMap(({ value }) =>
    Array.isArray(value) ? value : starred ? [value] : []
  );
  const names = found.filter((name: Json): name is string =>
    typeof name === "string" && name !== "" && !fixed.some(({ id }) => id === name)
  );
  return [...[...new Set(names)].map((name) => ({ id: name, label: name })), ...fixed];
}

/** The node as people know it: its label, and its id where that says more. */
export function nodeName(node: WorkflowNode): string {
  const { label } = node.data;
  return label && label !== node.id ? `"${label.slice(0, 60)}" (${node.id})` : `"${node.id}"`;
}

/** The parts of a dotted path, without the empty ones. */
export function joined(...parts: string[]): string {
  return parts.filter((part) => part !== "").join(".");
}

/** What lies at a place that a pattern names. */
export interface Found {
  /** Dotted, with the members that `*` stood for. */
  path: string;
  value: Json;
}

/** Every value at `filter`, `headers.*.value`, … (`*` is any member); `""` is the config itself. */
export function valuesAt(config: JsonObject, pattern: string): Found[] {
  let found: Found[] = [{ path: "", value: config }];
  for (const segment of pattern === "" ? [] : pattern.split(".")) {
    found = found.flatMap(({ path, value }) =>
      membersOf(value, segment).map(([key, member]) => ({
        path: path === "" ? key : `${path}.${key}`,
        value: member,
      }))
    );
  }
  return found;
}

function membersOf(value: Json, segment: string): [string, Json][] {
  if (typeof value !== "object" || value === null) return [];
  if (segment === "*") return Object.entries(value);
  if (!Object.hasOwn(value, segment)) return [];
  const member = Array.isArray(value) ? value[Number(segment)] : value[segment];
  return member === undefined ? [] : [[segment, member]];
}
