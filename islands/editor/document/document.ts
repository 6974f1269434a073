import type {
  Note,
  WorkflowEdge,
  WorkflowGraph,
  WorkflowNode,
  WorkflowSettings,
} from "../../../engine/schemas/workflow.ts";

/**
 * What the editor edits: a workflow's draft as plain data. Never changed in place: every edit gives a new document that
 * shares with the old one whatever it left alone, so that identity says what is unchanged.
 */
export interface EditorDocument {
  name: string;
  nodes: WorkflowNode[];
  edges: WorkflowEdge[];
  settings: WorkflowSettings;
  notes: Note[];
}

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

/** A card that has not been measured yet. */
export const CARD: Size = { width: 220, height: 72 };

/** The document of a workflow, a version or an import; absent parts are empty. */
export function documentOf(workflow: {
  name: string;
  nodes?: WorkflowNode[] | undefined;
  edges?: WorkflowEdge[] | undefined;
  settings?: WorkflowSettings | undefined;
  notes?: Note[] | undefined;
}): EditorDocument {
  const { name, nodes = [], edges = [], settings = {}, notes = [] } = workflow;
  return { name, nodes, edges, settings, notes };
}

/** What is saved and checked of it; without notes the key is absent, as in drafts from before there were notes. */
export function graphOfDocument({ nodes, edges, settings, notes }: EditorDocument): WorkflowGraph {
  return { nodes, edges, settings, ...(notes.length > 0 ? { notes } : {}) };
}

/** Keys by their names: the same document from the server may have them in another order. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
}

/** A short fingerprint of the document's JSON (53 bits): tells whether a kept history belongs to it, no more. */
export function hashOfDocument(doc: EditorDocument): string {
  const text = JSON.stringify([doc.name, doc.nodes, doc.edges, doc.settings, doc.notes], inOrder);
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x9e3779b1);
    low = Math.imul(low ^ code, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return (4_294_967_296 * (2_097_151 & low) + (high >>> 0)).toString(36);
}
