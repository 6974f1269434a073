import type { Difference } from "../canvas/cards.ts";
import type { EditorDocument } from "../document/document.ts";

/** What is drawn instead of the draft, and how its elements differ from what it is compared with, by their ids. */
export interface Drawn {
  document: EditorDocument;
  nodes: ReadonlyMap<string, Difference>;
  edges: ReadonlyMap<string, "added" | "removed">;
  notes: ReadonlyMap<string, Difference>;
}

/** Something that has a document: a published version, or the draft. */
export type Which = number | "draft";

/** What a person looks at beside or instead of the draft; while something else is drawn, nothing can be changed. */
export type Review =
  | { kind: "publish" }
  | { kind: "versions" }
  | { kind: "version"; version: number; drawn: Drawn }
  /** `drawn` is null until both documents are here. */
  | { kind: "comparison"; before: Which; after: Which; drawn: Drawn | null };

export type Comparing = Review & { kind: "comparison" };
