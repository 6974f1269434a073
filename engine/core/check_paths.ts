import type { WorkflowGraph } from "../schemas/workflow.ts";

/** Node ids that follow each node (or with `back`, that come before it). */
function neighbours(graph: WorkflowGraph, back = false): Map<string, string[]> {
  const found = new Map<string, string[]>(graph.nodes.map((node) => [node.id, []]));
  for (const edge of graph.edges) {
    const [from, to] = back ? [edge.target, edge.source] : [edge.source, edge.target];
    if (found.has(to)) found.get(from)?.push(to);
  }
  return found;
}

/** One cycle, in the order of its edges, or null. Iterative: a chain of 1,000 nodes needs no stack. */
export function findCycle(graph: WorkflowGraph): string[] | null {
  const before = neighbours(graph, true);
  const after = neighbours(graph);
  const open = new Map([...before].map(([id, list]) => [id, list.length]));
  const ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    open.delete(id);
    for (const next of after.get(id) ?? []) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return open.size === 0 ? null : walkBack(open, before);
}

/** Everything that is left has a predecessor that is left too: going back must come round. */
function walkBack(left: ReadonlyMap<string, number>, before: ReadonlyMap<string, string[]>): string[] {
  const way: string[] = [];
  const at = new Map<string, number>();
  let id = left.keys().next().value;
  while (id !== undefined) {
    const seen = at.get(id);
    if (seen !== undefined) return way.slice(seen).reverse();
    at.set(id, way.length);
    way.push(id);
    id = before.get(id)?.find((each) => left.has(each));
  }
  return way.reverse();
}

function spread(start: readonly string[], next: ReadonlyMap<string, string[]>): Set<string> {
  const reached = new Set(start);
  const open = [...reached];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const each of next.get(id) ?? []) {
      if (reached.has(each)) continue;
      reached.add(each);
      open.push(each);
    }
  }
  return reached;
}

/** The given nodes and all that follow them. */
export function reachedFrom(graph: WorkflowGraph, start: readonly string[]): ReadonlySet<string> {
  return spread(start, neighbours(graph));
}

/** Asks for the nodes before a node, itself excluded; each answer is worked out once. */
export function upstreamOf(graph: WorkflowGraph): (id: string) => ReadonlySet<string> {
  const before = neighbours(graph, true);
  const known = new Map<string, ReadonlySet<string>>();
  return (id) => {
    const found = known.get(id) ?? spread(before.get(id) ?? [], before);
    known.set(id, found);
    return found;
  };
}
