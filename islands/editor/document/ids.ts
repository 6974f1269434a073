import { portOf } from "../../../engine/core/check_node.ts";
import type { EditorDocument } from "./document.ts";

const MAX_ID = 64;
const MAX_BASE = 56;
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** May it be a node's id, as paths such as `steps.<id>.output` have it? */
export function isNodeId(text: string): boolean {
  return NODE_ID.test(text);
}

/** A readable id that no node and no note has: `mail`, `mail_2` … from a type, a title or another id. */
export function freshId(doc: Pick<EditorDocument, "nodes" | "notes">, text: string): string {
  const taken = new Set([...doc.nodes, ...doc.notes].map(({ id }) => id));
  return freshAmong(taken, text);
}

/** As freshId, for many: none of the new ids is given twice. */
export function freshIds(doc: Pick<EditorDocument, "nodes" | "notes">, texts: readonly string[]): string[] {
  const taken = new Set([...doc.nodes, ...doc.notes].map(({ id }) => id));
  return texts.map((text) => {
    const id = freshAmong(taken, text);
    taken.add(id);
    return id;
  });
}

function freshAmong(taken: ReadonlySet<string>, text: string): string {
  const base = baseOf(text);
  if (!taken.has(base)) return base;
  // A copy of `mail_2` is `mail_3`, not `mail_2_2`.
  const stem = base.replace(/_\d{1,6}$/, "") || base;
  for (let number = 2;; number++) {
    const id = `${stem}_${number}`;
    if (!taken.has(id)) return id;
  }
}

/** What is an id stays; of other texts the letters and digits are left. */
function baseOf(text: string): string {
  if (isNodeId(text) && text.length <= MAX_BASE) return text;
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, "_").slice(0, MAX_BASE).replace(/^_+|_+$/g, "");
  return plain || "node";
}

/** An id for an edge between these ends that no edge has: `mail-error-notify`. */
export function freshEdgeId(edges: readonly { id: string }[], ends: Ends): string {
  return edgeIdAmong(new Set(edges.map(({ id }) => id)), ends);
}

interface Ends {
  source: string;
  sourceHandle?: string | null | undefined;
  target: string;
}

/** As freshEdgeId, where many are made: the caller adds each to what is taken. */
export function edgeIdAmong(taken: ReadonlySet<string>, ends: Ends): string {
  const port = portOf({ id: "", ...ends });
  const way = port === "out" ? [ends.source, ends.target] : [ends.source, port.slice(0, MAX_ID), ends.target];
  const base = way.join("-");
  if (!taken.has(base)) return base;
  for (let number = 2;; number++) {
    const id = `${base}_${number}`;
    if (!taken.has(id)) return id;
  }
}
