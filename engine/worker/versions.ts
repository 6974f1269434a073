import { valuesAt } from "../core/check_node.ts";
import { portsOf } from "../core/check_node.ts";
import { compileConfig } from "../core/config.ts";
import type { CompiledConfig } from "../core/config.ts";
import { conditionPaths } from "../core/condition.ts";
import type { Target } from "../core/fits.ts";
import { buildGraph, topologicalOrder } from "../core/graph.ts";
import type { Graph } from "../core/graph.ts";
import type { NodeType } from "../nodes/define.ts";
import type { ConditionGroup } from "../schemas/condition.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";

/** One node of a version, ready to be run. */
export interface CompiledNode {
  type: NodeType;
  config: CompiledConfig;
  /** The parsed config, where no template can change it. */
  fixed: unknown;
  /** Nodes whose outputs it reads. */
  stepsRead: readonly string[];
  readsLead: boolean;
  /** First segments of everything it reads. */
  roots: ReadonlySet<string>;
}

/** What its goals and exits read. */
export type Reads = Pick<CompiledNode, "stepsRead" | "roots">;

export interface CompiledVersion {
  workflowId: string;
  version: number;
  name: string;
  graph: Graph;
  /** By node id. */
  nodes: ReadonlyMap<string, CompiledNode>;
  readsLead: boolean;
  /** Has goals or exits, or a node that waits for signals. */
  listens: boolean;
  rules: Reads;
}

/** Compiles what was published; throws when a node type is gone. */
function compileVersion(
  source: WorkflowGraph & { name: string },
  workflowId: string,
  version: number,
  lookup: (type: string) => NodeType | undefined,
): CompiledVersion {
  const graph = buildGraph(source, (type, config) => {
    const found = lookup(type);
    return found && {
      kind: found.kind,
      ledger: found.kind === "effect" && found.ledger,
      reaches: found.kind === "effect" && found.reaches === true,
      repeatable: found.kind === "pure" && found.repeatable === true,
      votes: found.kind === "effect" && found.votes === true,
      join: found.kind === "pure" && found.joins ? found.joins(found.config.parse(config)) : null,
    };
  });
  const nodes = new Map(graph.nodes.map((node) => [node.id, compileNode(node.config, lookup(node.type)!)]));
  const endRules = [...graph.goals, ...graph.exits];
  const rulePaths = endRules.flatMap((rule) => rule.when ? conditionPaths(rule.when) : []);
  const readsLead = graph.sendWindow?.zone === "lead" || rulePaths.some(([root]) => root === "lead") ||
    [...nodes.values()].some((node) => node.readsLead);
  const listens = endRules.length > 0 ||
    [...nodes.values()].some(({ type }) => type.kind === "pure" && type.listens === true);
  return {
    workflowId,
    version,
    name: source.name,
    graph,
    nodes,
    readsLead,
    listens,
    rules: readsOf(rulePaths),
  };
}

function readsOf(paths: readonly (readonly string[])[]): Reads {
  return {
    stepsRead: [...new Set(paths.filter(([root]) => root === "steps").map(([, id]) => id ?? ""))],
    roots: new Set(paths.map(([root]) => root ?? "")),
  };
}

function compileNode(config: JsonObject, type: NodeType): CompiledNode {
  const { compiled } = compileConfig(config, type.templates);
  const paths = [...compiled.paths, ...conditionsOf(config, type).flatMap(conditionPaths)];
  const parsed = compiled.slots === null ? type.config.safeParse(config) : null;
  return {
    type,
    config: compiled,
    fixed: parsed?.success ? parsed.data : undefined,
    ...readsOf(paths),
    readsLead: type.zoned === true || paths.some(([root]) => root === "lead"),
  };
}

function conditionsOf(config: JsonObject, type: NodeType): ConditionGroup[] {
  return (type.conditions ?? []).flatMap((pattern) => valuesAt(config, pattern)).flatMap(({ value }) =>
    isCondition(value) ? [value] : []
  );
}

/** Published configs have been checked: what has members by these names is one. */
function isCondition(value: Json | ConditionGroup): value is ConditionGroup {
  return typeof value === "object" && value !== null && ("all" in value || "any" in value);
}

/** The version as one that an execution of another may go on in. */
export function targetOf(version: CompiledVersion): Target {
  return {
    version: version.version,
    graph: version.graph,
    portsOf: (node) => {
      const type = version.nodes.get(node.id)?.type;
      const drawn = type ? portsOf(type, node.config).map((port) => port.id) : [];
      // An effect's failure leaves by its `error` port; whether a way is drawn from there is looked at apart.
      return node.kind === "effect" ? [...drawn, "error"] : drawn;
    },
  };
}

const KEPT = 200;

/** Compiled versions by workflow and number; versions never change, so they are read once. */
export class Versions {
  readonly #load: (workflowId: string, version: number) => Promise<WorkflowGraph & { name: string }>;
  readonly #lookup: (type: string) => NodeType | undefined;
  readonly #known = new Map<string, Promise<CompiledVersion>>();
  readonly #ready = new Map<string, CompiledVersion>();

  constructor(
    load: (workflowId: string, version: number) => Promise<WorkflowGraph & { name: string }>,
    lookup: (type: string) => NodeType | undefined,
  ) {
    this.#load = load;
    this.#lookup = lookup;
  }

  /** Without waiting, when it is known. */
  peek(workflowId: string, version: number): CompiledVersion | undefined {
    return this.#ready.get(`${workflowId}.${version}`);
  }

  get(workflowId: string, version: number): Promise<CompiledVersion> {
    const id = `${workflowId}.${version}`;
    const known = this.#known.get(id);
    if (known) return known;
    const loading = this.#compile(workflowId, version);
    this.#known.set(id, loading);
    loading.then((compiled) => this.#ready.set(id, compiled), () => this.#known.delete(id));
    if (this.#known.size > KEPT) {
      const oldest = this.#known.keys().next().value!;
      this.#known.delete(oldest);
      this.#ready.delete(oldest);
    }
    return loading;
  }

  /** The nodes of a version by index, also of one that cannot be compiled any more. */
  readonly nodesOf = async (workflowId: string, version: number): Promise<readonly { id: string }[]> =>
    this.peek(workflowId, version)?.graph.nodes ?? topologicalOrder(await this.#load(workflowId, version));

  /** The type of one of its nodes; null: it has none by this id. */
  readonly typeOf = async (workflowId: string, version: number, nodeId: string): Promise<string | null> => {
    const nodes = this.peek(workflowId, version)?.graph.nodes ??
      (await this.#load(workflowId, version)).nodes;
    return nodes.find(({ id }) => id === nodeId)?.type ?? null;
  };

  async #compile(workflowId: string, version: number): Promise<CompiledVersion> {
    return compileVersion(await this.#load(workflowId, version), workflowId, version, this.#lookup);
  }
}
