import type { JSX } from "preact";
import { portOf, portsOf } from "../../../engine/core/check_node.ts";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";

/** A port of a node and the nodes that it leads to. */
export interface WayOut {
  port: string;
  label: string;
  to: { id: string; label: string }[];
}

interface Graph {
  node: WorkflowNode;
  descriptor: NodeDescriptor;
  document: { nodes: WorkflowNode[]; edges: WorkflowEdge[] };
  descriptors: readonly NodeDescriptor[];
}

/** The name under which a failed step goes on, where a node has such a port. */
const FAILED = "error";

/** Each port and where it leads; also ports that are drawn and that the config no longer has. */
export function waysOutOf({ node, descriptor, document, descriptors }: Graph): WayOut[] {
  const titles = new Map(descriptors.map((one) => [one.type, one.title]));
  const byId = new Map(document.nodes.map((one) => [one.id, one]));
  const edges = document.edges.filter((edge) => edge.source === node.id);
  const ports = portsOf(descriptor, node.data.config);
  const stale = [...new Set(edges.map(portOf))].filter((id) => !ports.some((port) => port.id === id));
  return [...ports, ...stale.map((id) => ({ id, label: `${id} (no longer there)` }))].map((
    { id, label },
  ) => ({
    port: id,
    label,
    to: edges.filter((edge) => portOf(edge) === id).map(({ target }) => {
      const found = byId.get(target);
      return { id: target, label: found?.data.label || titles.get(found?.type ?? "") || target };
    }),
  }));
}

/** What becomes of an execution when this step fails for good. */
export function FailureWords(
  { ways, onOpenNode }: { ways: readonly WayOut[]; onOpenNode(id: string): void },
): JSX.Element {
  const way = ways.find(({ port }) => port === FAILED);
  if (way && way.to.length > 0) {
    return (
      <p>
        It follows the {way.label} port to <Targets to={way.to} onOpenNode={onOpenNode} />
      </p>
    );
  }
  return (
    <p>
      It stops here and goes to the inbox; other branches go on.
      {way ? ` Draw an edge from ${way.label} to go on instead.` : ""}
    </p>
  );
}

/** Where each port leads. */
export function WaysOut(
  { ways, onOpenNode }: { ways: readonly WayOut[]; onOpenNode(id: string): void },
): JSX.Element {
  if (ways.length === 0) return <p class="hint">This is an end: nothing leads out of it.</p>;
  return (
    <ul class="insp-ways">
      {ways.map((way) => (
        <li key={way.port}>
          <span class="insp-way">{way.label}</span>
          <Icon name="arrow-right" size={14} />
          {way.to.length > 0 ? <Targets to={way.to} onOpenNode={onOpenNode} /> : (
            <span class="hint">
              {way.port === FAILED ? "stops, and goes to the inbox" : "nothing: this way ends here"}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}

function Targets({ to, onOpenNode }: { to: WayOut["to"]; onOpenNode(id: string): void }): JSX.Element {
  return (
    <span class="insp-targets">
      {to.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          class="insp-target"
          onClick={() => onOpenNode(id)}
        >
          {label}
        </button>
      ))}
    </span>
  );
}
