import type { EditorDocument } from "./document.ts";

/** The document with each element of a list as `change` gives it; the same one when all stay. */
export function withList<K extends "nodes" | "notes">(
  doc: EditorDocument,
  key: K,
  change: (element: EditorDocument[K][number]) => EditorDocument[K][number],
): EditorDocument {
  const list: EditorDocument[K][number][] = doc[key];
  const next = list.map(change);
  return next.every((element, index) => element === list[index]) ? doc : { ...doc, [key]: next };
}
