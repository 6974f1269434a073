import type { ServerProcess } from "./server_process.ts";

interface BenchNode {
  id: string;
  type: string;
  config: { [name: string]: unknown };
}

/** A workflow as the API takes it: nodes in a row; a condition goes on by `true`. */
export interface BenchWorkflow {
  name: string;
  nodes: readonly BenchNode[];
  /** Absent: in a row. */
  edges?: readonly (readonly [source: string, target: string])[];
}

type Respond = "accepted" | "finished" | "node";

function hook(path: string, respond: Respond): BenchNode {
  const config = { path, method: "POST", auth: { kind: "none" }, respond };
  return { id: "hook", type: "trigger_webhook", config };
}

/** Webhook, set, condition, set, respond: what n8n, Node-RED and others are measured with. */
export function fiveNodes(path: string, respond: Respond): BenchWorkflow {
  return {
    name: `Five nodes at ${path}`,
    nodes: [
      hook(path, respond),
      {
        id: "first",
        type: "set",
        config: { fields: [{ name: "score", value: "{{ trigger.body.score }}" }] },
      },
      {
        id: "choice",
        type: "condition",
        config: { all: [{ field: "steps.first.output.score", op: "gte", value: 50 }] },
      },
      {
        id: "second",
        type: "set",
        config: {
          fields: [{ name: "text", value: "{{ trigger.body.company }}: {{ steps.first.output.score }}" }],
        },
      },
      {
        id: "answer",
        type: "respond",
        config: { status: 200, headers: [], body: { text: "{{ steps.second.output.text }}" } },
      },
    ],
  };
}

/** Three steps that do nothing and are not folded: four commits an execution. */
export function threeNoOps(path: string): BenchWorkflow {
  const steps = ["one", "two", "three"].map((id) => ({ id, type: "bench_no_op", config: {} }));
  return { name: `Three no-ops at ${path}`, nodes: [hook(path, "finished"), ...steps] };
}

/** Three steps of 50 ms each. */
export function threePauses(path: string): BenchWorkflow {
  const steps = ["one", "two", "three"].map((id) => ({ id, type: "bench_pause", config: {} }));
  return { name: `Three pauses at ${path}`, nodes: [hook(path, "accepted"), ...steps] };
}

/** Waits a second after it was accepted. */
export function waitASecond(path: string): BenchWorkflow {
  const config = { kind: "for", duration: { value: 1, unit: "seconds" } };
  return { name: `Wait at ${path}`, nodes: [hook(path, "accepted"), { id: "wait", type: "wait", config }] };
}

/** Waits until the time in the body: all fall due in the same millisecond. */
export function waitUntil(path: string): BenchWorkflow {
  const config = { kind: "until", at: "{{ trigger.body.at }}" };
  return { name: `Until at ${path}`, nodes: [hook(path, "accepted"), { id: "wait", type: "wait", config }] };
}

/** Waits until tomorrow. */
export function waitADay(path: string): BenchWorkflow {
  const config = { kind: "for", duration: { value: 1, unit: "days" } };
  return {
    name: `Wait a day at ${path}`,
    nodes: [hook(path, "accepted"), { id: "wait", type: "wait", config }],
  };
}

/** So many no-ops side by side, and a join of them all. */
export function fanOutAndJoin(path: string, width: number): BenchWorkflow {
  const steps = Array.from(
    { length: width },
    (_, i) => ({ id: `step${i}`, type: "bench_no_op", config: {} }),
  );
  const join = { id: "join", type: "join", config: { mode: "all" } };
  return {
    name: `Fan-out at ${path}`,
    nodes: [hook(path, "finished"), ...steps, join],
    edges: steps.flatMap(({ id }) => [["hook", id], [id, "join"]] as const),
  };
}

/** Creates and publishes it; gives its id. */
export async function publish(server: ServerProcess, workflow: BenchWorkflow): Promise<string> {
  const nodes = workflow.nodes.map(({ id, type, config }, i) => (
    { id, type, position: { x: i * 240, y: 0 }, data: { label: id, config } }
  ));
  const pairs = workflow.edges ??
    workflow.nodes.slice(1).map((node, i) => [workflow.nodes[i]!.id, node.id] as const);
  const types = new Map(workflow.nodes.map(({ id, type }) => [id, type]));
  const edges = pairs.map(([source, target]) => {
    const sourceHandle = types.get(source) === "condition" ? "true" : "out";
    return { id: `${source}-${target}`, source, sourceHandle, target };
  });
  const created = await server.api("POST", "/api/workflow", { name: workflow.name, nodes, edges });
  const { id } = created as { id: string };
  await server.api("POST", `/api/workflow/${id}/publish`, {});
  return id;
}
