import { portsOf } from "../core/check_node.ts";
import type { NodeType } from "../nodes/define.ts";
import type { SimulateInput } from "../schemas/simulation.ts";
import type { Issue, WorkflowNode } from "../schemas/workflow.ts";

type Types = ReadonlyMap<string, NodeType>;
type Nodes = ReadonlyMap<string, WorkflowNode>;

const NAMED = 20;

/** Every node that a dry run's input speaks of must be there and be able to do what is said of it. */
export function namingIssues(
  nodes: readonly WorkflowNode[],
  types: Types,
  input: SimulateInput,
): Issue[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return [
    ...Object.keys(input.http).filter((id) => !byId.has(id)).map((id) => missing(byId, `http.${id}`, id)),
    ...mailIssues(byId, types, input),
    ...Object.entries(input.answers).flatMap(([id, outcome]) =>
      portIssues(byId, types, { path: `answers.${id}`, id, port: outcome, what: "outcome" })
    ),
    ...Object.entries(input.pins).flatMap(([id, pin]) =>
      portIssues(byId, types, { path: `pins.${id}`, id, port: pin.port ?? null, what: "port" })
    ),
    ...partIssues(byId, types, input),
    ...input.call.flatMap((id) => callIssues(byId, types, id)),
  ];
}

function missing(nodes: Nodes, path: string, id: string): Issue {
  const accepted = [...nodes.keys()].slice(0, NAMED).join(", ");
  return { path, message: `There is no node "${id}"`, accepted };
}

function mailIssues(nodes: Nodes, types: Types, input: SimulateInput): Issue[] {
  const issues: Issue[] = [];
  for (const path of ["opened", "clicked"] as const) {
    for (const id of input[path]) {
      const node = nodes.get(id);
      if (!node) issues.push(missing(nodes, `${path}.${id}`, id));
      else if (types.get(node.type)?.category !== "messages") {
        issues.push({ path: `${path}.${id}`, nodeId: id, message: `"${id}" sends no mail` });
      }
    }
  }
  return issues;
}

/** Null: no port is named. */
function portIssues(
  nodes: Nodes,
  types: Types,
  named: { path: string; id: string; port: string | null; what: "outcome" | "port" },
): Issue[] {
  const { path, id, port, what } = named;
  const node = nodes.get(id);
  const type = node && types.get(node.type);
  if (!node || !type) return [missing(nodes, path, id)];
  const ports = portsOf(type, node.data.config).map((each) => each.id);
  if (port === null || ports.includes(port)) return [];
  const message = `"${port}" is no ${what} of "${id}"`;
  return [{ path, nodeId: id, message, accepted: ports.join(", ") }];
}

function partIssues(nodes: Nodes, types: Types, { only, until, pins }: SimulateInput): Issue[] {
  const issues: Issue[] = [];
  if (only !== undefined && until !== undefined) {
    const message = `Both only ("${only}") and until ("${until}") are given`;
    issues.push({ path: "until", message, accepted: "one of them" });
  }
  for (const [path, id] of [["only", only], ["until", until]] as const) {
    if (id === undefined) continue;
    const node = nodes.get(id);
    if (!node) issues.push(missing(nodes, path, id));
    else if (path === "only" && types.get(node.type)?.kind === "trigger") {
      issues.push({ path, nodeId: id, message: `"${id}" is a trigger`, accepted: "a node that runs" });
    } else if (path === "only" && Object.hasOwn(pins, id)) {
      const message = `"${id}" is pinned, so it would not run`;
      issues.push({ path, nodeId: id, message, accepted: "a node without a pin" });
    }
  }
  return issues;
}

function callIssues(nodes: Nodes, types: Types, id: string): Issue[] {
  const path = `call.${id}`;
  const node = nodes.get(id);
  if (!node) return [missing(nodes, path, id)];
  const type = types.get(node.type);
  // What may reach somebody is never sent by a test.
  if (type?.kind === "effect" && !type.ledger && !type.reaches && type.category === "data") return [];
  const message = `"${id}" (${node.type}) is not called in a test`;
  return [{ path, nodeId: id, message, accepted: "a node that sends a request to another program" }];
}
