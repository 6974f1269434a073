import type { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import type { Difference } from "../canvas/cards.ts";
import type { DocumentDiff, NodeDiff } from "../document/diff.ts";
import { CARD, type EditorDocument, type Point } from "../document/document.ts";
import type { Drawn } from "./review.ts";

/** Between a ghost that had to step aside and what stands in its place now. */
const GAP = 20;

/**
 * Both documents as one drawing: the later one with what it lost as ghosts at their old places. An edge that leads
 * elsewhere now is drawn twice, as removed and as added. Everything of both is there, and every id once.
 */
export function mergedDocument(before: EditorDocument, after: EditorDocument, diff: DocumentDiff): Drawn {
  const nodes = differences(diff.nodes);
  const notes = differences(diff.notes);
  const names = ghostNames(before, after, { nodes, notes });
  const standing = after.nodes.map(({ position }) => position);
  const ghosts = {
    nodes: before.nodes.filter(({ id }) => nodes.get(id) === "removed").map((node): WorkflowNode => ({
      ...node,
      id: names.nodes.get(node.id) ?? node.id,
      position: beside(node.position, standing),
    })),
    notes: before.notes.filter(({ id }) => notes.get(id) === "removed").map((note): Note => ({
      ...note,
      id: names.notes.get(note.id) ?? note.id,
    })),
  };
  const edges = mergedEdges(before, after, diff, names.nodes);
  return {
    document: {
      ...after,
      // First is below: what is there now lies upon what was.
      nodes: [...ghosts.nodes, ...after.nodes],
      notes: [...ghosts.notes, ...after.notes],
      edges: edges.list,
    },
    nodes: renamed(nodes, names.nodes),
    notes: renamed(notes, names.notes),
    edges: edges.differences,
  };
}

function differences(diffs: readonly NodeDiff[]): ReadonlyMap<string, Difference> {
  return new Map(diffs.flatMap(({ id, kind }) => kind === "moved" ? [] : [[id, kind]]));
}

type Names = ReadonlyMap<string, string>;

/** Nodes and notes share their ids on the canvas: a ghost whose id the other kind has now gets one of its own. */
function ghostNames(
  before: EditorDocument,
  after: EditorDocument,
  removed: Record<"nodes" | "notes", ReadonlyMap<string, Difference>>,
): { nodes: Names; notes: Names } {
  const taken = new Set([...after.nodes, ...after.notes].map(({ id }) => id));
  const namesOf = (list: readonly { id: string }[], kinds: ReadonlyMap<string, Difference>): Names => {
    const gone = list.filter(({ id }) => kinds.get(id) === "removed");
    return new Map(gone.map(({ id }) => {
      let name = id;
      for (let i = 1; taken.has(name); i++) name = `${id} (removed ${i})`;
      taken.add(name);
      return [id, name];
    }));
  };
  return { nodes: namesOf(before.nodes, removed.nodes), notes: namesOf(before.notes, removed.notes) };
}

function renamed(
  kinds: ReadonlyMap<string, Difference>,
  names: Names,
): ReadonlyMap<string, Difference> {
  return new Map([...kinds].map(([id, kind]) => [kind === "removed" ? names.get(id) ?? id : id, kind]));
}

/** The place itself, or the next to the right where nothing that is there now would hide the ghost. */
function beside({ x, y }: Point, standing: readonly Point[]): Point {
  let free = x;
  for (;;) {
    const inTheWay = standing.find((other) =>
      Math.abs(other.x - free) < CARD.width && Math.abs(other.y - y) < CARD.height
    );
    if (!inTheWay) return { x: free, y };
    free = inTheWay.x + CARD.width + GAP;
  }
}

function mergedEdges(
  before: EditorDocument,
  after: EditorDocument,
  diff: DocumentDiff,
  names: Names,
): { list: WorkflowEdge[]; differences: ReadonlyMap<string, "added" | "removed"> } {
  const kinds = new Map(
    diff.edges.map(({ id, kind, fields }) => [id, leadsElsewhere(fields) ? "moved" : kind]),
  );
  const differences = new Map<string, "added" | "removed">();
  const taken = new Set(after.edges.map(({ id }) => id));
  for (const { id } of after.edges) {
    const kind = kinds.get(id);
    if (kind === "added" || kind === "moved") differences.set(id, "added");
  }
  const ghosts = before.edges.flatMap((edge): WorkflowEdge[] => {
    const kind = kinds.get(edge.id);
    if (kind !== "removed" && kind !== "moved") return [];
    let id = edge.id;
    for (let i = 1; taken.has(id); i++) id = `${edge.id} (removed ${i})`;
    taken.add(id);
    differences.set(id, "removed");
    const [source, target] = [names.get(edge.source) ?? edge.source, names.get(edge.target) ?? edge.target];
    return [{ ...edge, id, source, target }];
  });
  return { list: [...ghosts, ...after.edges], differences };
}

function leadsElsewhere(fields: readonly { path: string }[]): boolean {
  return fields.some(({ path }) => path === "source" || path === "target" || path === "sourceHandle");
}
