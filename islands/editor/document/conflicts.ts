import type { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { mayConnect, shortName } from "./connect.ts";
import type { EditorDocument } from "./document.ts";
import { type FieldConflict, withMemberAt } from "./merge_fields.ts";
import type { ElementConflict } from "./merge_lists.ts";
import { removeElements } from "./removal.ts";

/** Two changes that cannot both be kept; the merged document has mine. */
export interface Conflict {
  kind: "node" | "edge" | "note" | "name" | "settings";
  /** Of the element; empty for name and settings. */
  id: string;
  /** What people call it. */
  label: string;
  /** Absent: the whole element, which one changed and the other took away. */
  field?: string;
  /** Null or undefined: not there. */
  mine: unknown;
  theirs: unknown;
  base: unknown;
  /** Where the field stands in the element. */
  path?: readonly string[];
  /** The whole element as they have it, a node with its edges: what taking theirs puts in. */
  whole?: Pick<EditorDocument, "nodes" | "edges" | "notes">;
}

export function nodeConflicts(
  conflicts: readonly ElementConflict<WorkflowNode>[],
  theirEdges: readonly WorkflowEdge[],
): Conflict[] {
  return conflicts.flatMap((each) => {
    const edges = theirEdges.filter(({ source, target }) => source === each.id || target === each.id);
    return conflictsOf<WorkflowNode>("node", each, {
      labelOf: shortName,
      wholeOf: (node) => ({ nodes: [node], edges, notes: [] }),
    });
  });
}

export function edgeConflicts(
  conflicts: readonly ElementConflict<WorkflowEdge>[],
  nodes: readonly WorkflowNode[],
): Conflict[] {
  const names = new Map(nodes.map((node) => [node.id, shortName(node)]));
  const labelOf = ({ source, target }: WorkflowEdge): string =>
    `${names.get(source) ?? source} → ${names.get(target) ?? target}`;
  const wholeOf = (edge: WorkflowEdge): Conflict["whole"] => ({ nodes: [], edges: [edge], notes: [] });
  return conflicts.flatMap((each) => conflictsOf("edge", each, { labelOf, wholeOf }));
}

export function noteConflicts(conflicts: readonly ElementConflict<Note>[]): Conflict[] {
  const wholeOf = (note: Note): Conflict["whole"] => ({ nodes: [], edges: [], notes: [note] });
  return conflicts.flatMap((each) => conflictsOf("note", each, { labelOf: noteName, wholeOf }));
}

export function settingsConflict(field: FieldConflict): Conflict {
  return fieldConflict("settings", { id: "", label: "Settings" }, field);
}

function conflictsOf<T>(
  kind: "node" | "edge" | "note",
  { id, mine, theirs, base, fields }: ElementConflict<T>,
  { labelOf, wholeOf }: { labelOf(element: T): string; wholeOf(element: T): Conflict["whole"] },
): Conflict[] {
  const named = mine ?? theirs ?? base;
  const label = named ? labelOf(named) : id;
  if (fields.length > 0) return fields.map((field) => fieldConflict(kind, { id, label }, field));
  const whole = theirs ? wholeOf(theirs) : undefined;
  return [{ kind, id, label, mine, theirs, base, ...(whole ? { whole } : {}) }];
}

function fieldConflict(
  kind: Conflict["kind"],
  { id, label }: { id: string; label: string },
  { path, mine, theirs, base }: FieldConflict,
): Conflict {
  const field = (path[0] === "data" ? path.slice(1) : path).join(".");
  return { kind, id, label, field, mine, theirs, base, path };
}

/** A note as people know it: its first line. */
export function noteName({ text, kind }: Note): string {
  return text.trim().split("\n")[0]?.slice(0, 60) || (kind === "group" ? "A group" : "A note");
}

/** The merged document with one conflict decided; with "mine" it is as it is. */
export function resolve(merged: EditorDocument, conflict: Conflict, side: "mine" | "theirs"): EditorDocument {
  if (side === "mine") return merged;
  const { kind, id, path, theirs, whole } = conflict;
  const at = <T extends object>(element: T): T => path ? withMemberAt(element, path, theirs) : element;
  const put = <T extends { id: string }>(element: T): T => element.id === id ? at(element) : element;
  if (whole) return withWhole(merged, id, whole);
  switch (kind) {
    case "name":
      return typeof theirs === "string" ? { ...merged, name: theirs } : merged;
    case "settings":
      return { ...merged, settings: at(merged.settings) };
    case "node":
      return path ? { ...merged, nodes: merged.nodes.map(put) } : removeElements(merged, { nodes: [id] });
    case "edge":
      return path ? { ...merged, edges: merged.edges.map(put) } : removeElements(merged, { edges: [id] });
    case "note":
      return path ? { ...merged, notes: merged.notes.map(put) } : removeElements(merged, { notes: [id] });
    default:
      return kind satisfies never;
  }
}

/** Puts in the element as they have it, and those of its edges that lead somewhere, once and in no circle. */
function withWhole(
  merged: EditorDocument,
  id: string,
  { nodes, edges, notes }: NonNullable<Conflict["whole"]>,
): EditorDocument {
  const withOne = <T extends { id: string }>(list: T[], theirs: readonly T[]): T[] => {
    const one = theirs[0];
    if (!one) return list;
    const known = list.some((element) => element.id === id);
    return known ? list.map((element) => element.id === id ? one : element) : [...list, one];
  };
  let doc: EditorDocument = {
    ...merged,
    nodes: withOne(merged.nodes, nodes),
    notes: withOne(merged.notes, notes),
    edges: nodes.length > 0 ? merged.edges : merged.edges.filter((edge) => edge.id !== id),
  };
  for (const edge of edges) {
    const known = doc.edges.some((each) => each.id === edge.id);
    if (known || mayConnect(doc, () => undefined, edge) !== null) continue;
    doc = { ...doc, edges: [...doc.edges, edge] };
  }
  return doc;
}
