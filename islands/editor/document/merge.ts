import { findCycle } from "../../../engine/core/check_paths.ts";
import type { WorkflowEdge, WorkflowGraph, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { type Conflict, edgeConflicts, nodeConflicts, noteConflicts, settingsConflict } from "./conflicts.ts";
import { shortName } from "./connect.ts";
import { type EditorDocument, graphOfDocument } from "./document.ts";
import { sameJson } from "./json_value.ts";
import { type FieldConflict, mergeFields } from "./merge_fields.ts";
import { type Renamed, withOwnIds } from "./merge_ids.ts";
import { type ElementConflict, mergeLists } from "./merge_lists.ts";

export { type Conflict, resolve } from "./conflicts.ts";

export interface Merged {
  merged: EditorDocument;
  conflicts: Conflict[];
  /** Edges that could not be kept, and why. */
  dropped: { edge: WorkflowEdge; words: string }[];
  /** Nodes and notes of mine that got another id, because they added something else under the same one. */
  renamed: Renamed[];
}

/**
 * Brings together what was changed here and what somebody else saved, both from the same base: element by element, and
 * within an element field by field (each key of a config is one). Nothing is lost without being told.
 */
export function merge(base: EditorDocument, mine: EditorDocument, theirs: EditorDocument): Merged {
  if (sameJson(theirs, base)) return { merged: mine, conflicts: [], dropped: [], renamed: [] };
  if (sameJson(mine, base)) return { merged: theirs, conflicts: [], dropped: [], renamed: [] };
  const { doc: apart, renamed } = withOwnIds(base, mine, theirs);
  const nodes = mergeLists({ base: base.nodes, mine: apart.nodes, theirs: theirs.nodes });
  const edges = mergeLists({ base: base.edges, mine: apart.edges, theirs: theirs.edges }, { whole: true });
  const notes = mergeLists({ base: base.notes, mine: apart.notes, theirs: theirs.notes });
  const fields: FieldConflict[] = [];
  const settings = mergeFields(
    { base: base.settings, mine: apart.settings, theirs: theirs.settings },
    fields,
  );
  const [name, nameConflicts] = mergedName(base.name, apart.name, theirs.name);
  const kept = keptWithNodes(edges.list, nodes.conflicts, apart.edges);
  const { list, dropped } = sound(
    { name, nodes: nodes.list, edges: kept, settings, notes: notes.list },
    apart,
  );
  const conflicts = [
    ...nameConflicts,
    ...fields.map(settingsConflict),
    ...nodeConflicts(nodes.conflicts, theirs.edges),
    ...edgeConflicts(edges.conflicts, nodes.list),
    ...noteConflicts(notes.conflicts),
  ];
  return {
    merged: { name, nodes: nodes.list, edges: list, settings, notes: notes.list },
    conflicts,
    dropped,
    renamed,
  };
}

function mergedName(base: string, mine: string, theirs: string): [name: string, conflicts: Conflict[]] {
  if (mine === theirs || theirs === base) return [mine, []];
  if (mine === base) return [theirs, []];
  return [mine, [{ kind: "name", id: "", label: "Name", field: "name", mine, theirs, base }]];
}

/** A node of mine that they took away stays for now: so do its edges. */
function keptWithNodes(
  edges: WorkflowEdge[],
  conflicts: readonly ElementConflict<WorkflowNode>[],
  mine: readonly WorkflowEdge[],
): WorkflowEdge[] {
  const kept = new Set(conflicts.filter(({ mine, theirs }) => mine && !theirs).map(({ id }) => id));
  if (kept.size === 0) return edges;
  const there = new Set(edges.map(({ id }) => id));
  const back = mine.filter((edge) => !there.has(edge.id) && (kept.has(edge.source) || kept.has(edge.target)));
  return [...edges, ...back];
}

/** The edges without those that dangle, and without those of theirs that would close a circle with mine. */
function sound(
  doc: EditorDocument,
  mine: EditorDocument,
): { list: WorkflowEdge[]; dropped: Merged["dropped"] } {
  const dropped: Merged["dropped"] = [];
  const names = new Map(doc.nodes.map((node) => [node.id, shortName(node)]));
  const drop = (edge: WorkflowEdge, why: string): void => {
    const way = `${names.get(edge.source) ?? edge.source} → ${names.get(edge.target) ?? edge.target}`;
    dropped.push({ edge, words: `The edge ${way} is left out: ${why}` });
  };
  const own = new Map(mine.edges.map((edge) => [edge.id, edge]));
  let list = doc.edges.filter((edge) => {
    const whole = names.has(edge.source) && names.has(edge.target);
    if (!whole) drop(edge, "one of its ends was taken away");
    return whole;
  });
  if (list.length === doc.edges.length) list = doc.edges;
  for (let cycle = findCycle(graph(list)); cycle; cycle = findCycle(graph(list))) {
    const ring = new Set(cycle.map((id, index) => JSON.stringify([id, cycle?.[(index + 1) % cycle.length]])));
    const inRing = list.filter((edge) => ring.has(JSON.stringify([edge.source, edge.target])));
    const foreign = inRing.find((edge) => !sameJson(own.get(edge.id), edge)) ?? inRing[0];
    if (!foreign) break;
    drop(foreign, "it would lead in a circle");
    list = list.filter((edge) => edge !== foreign);
  }
  return { list, dropped };

  function graph(edges: WorkflowEdge[]): WorkflowGraph {
    return graphOfDocument({ ...doc, edges });
  }
}
