import type { JSX } from "preact";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import type { WorkflowGraph, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { summaryOf } from "./graph_model.ts";
import { Icon } from "./icon.tsx";
import { Copyable } from "./id.tsx";
import { JsonTree } from "./json_tree.tsx";

interface NodeDetailsProps {
  node: WorkflowNode;
  graph: WorkflowGraph;
  types: readonly NodeDescriptor[];
}

/** One node in words: what it does, its config, where each port leads. */
export function NodeDetails({ node, graph, types }: NodeDetailsProps): JSX.Element {
  const type = types.find((one) => one.type === node.type);
  const ways = graph.edges.filter(({ source }) => source === node.id);
  return (
    <section id="node" class="card p-4" aria-labelledby="node-title">
      <h2 id="node-title" class="flex items-center gap-2">
        <Icon name={type?.icon ?? "box"} size={18} class="text-accent" />
        <span class="min-w-0 break-words">{node.data.label || type?.title || node.id}</span>
      </h2>
      <p class="mt-1 text-soft">
        {type ? type.description : `"${node.type}" is no node type of this LeadFlow`}
      </p>
      {type ? <p class="mt-2 break-words">{summaryOf(node, type)}</p> : null}
      <dl class="node-config mt-3">
        {Object.entries(node.data.config).map(([name, value]) => (
          <ConfigLine key={name} name={name} value={value} />
        ))}
        {node.data.retry ? <ConfigLine name="retry" value={node.data.retry} /> : null}
        {node.data.timeout ? <ConfigLine name="timeout" value={node.data.timeout} /> : null}
      </dl>
      {ways.length
        ? (
          <ul class="mt-3 grid gap-1">
            {ways.map((edge) => (
              <li key={edge.id} class="flex items-center gap-1.5">
                <span class="text-soft">{edge.sourceHandle ?? "out"}</span>
                <Icon name="arrow-right" size={14} label="leads to" />
                <span class="min-w-0 break-words">{labelOf(graph, edge.target)}</span>
              </li>
            ))}
          </ul>
        )
        : null}
      <p class="mt-3 text-soft">
        Id <Copyable value={node.id} label="node id" />
      </p>
    </section>
  );
}

function ConfigLine({ name, value }: { name: string; value: Json }): JSX.Element | null {
  if (value === "" || value === null || (Array.isArray(value) && value.length === 0)) return null;
  return (
    <div class="mb-2">
      <dt class="text-[0.8125rem] text-soft">{name}</dt>
      <dd class="min-w-0">
        {typeof value === "object"
          ? <JsonTree value={value} open={3} />
          : <span class="break-words whitespace-pre-wrap">{String(value)}</span>}
      </dd>
    </div>
  );
}

function labelOf(graph: WorkflowGraph, nodeId: string): string {
  return graph.nodes.find(({ id }) => id === nodeId)?.data.label || nodeId;
}
