import type { Workflow } from "../../engine/schemas/workflow.ts";
import { documentOf, type EditorDocument, hashOfDocument } from "./document/document.ts";
import type { Conflict, merge, Merged } from "./document/merge.ts";

/** What comes of it when the server has something else than the draft began with. */
export type Meeting =
  /** It was sent from here, and only the answer had been lost. */
  | { kind: "own"; saved: EditorDocument }
  /** Both go together; `news` says in words what others did. */
  | { kind: "merged"; document: EditorDocument; news: string }
  /** Both changed the same: a person chooses. */
  | { kind: "conflict"; conflicts: Conflict[]; merged: EditorDocument };

/** What is drawn here, what it began with, and what was sent without an answer. */
export interface Ours {
  saved: EditorDocument;
  document: EditorDocument;
  unanswered: readonly EditorDocument[];
}

/** Brings what the server has together with what is drawn here. */
export function meetingOf(
  { saved, document, unanswered }: Ours,
  theirs: Workflow,
  mergeDocuments: typeof merge,
): Meeting {
  const other = documentOf(theirs);
  const hash = hashOfDocument(other);
  const own = [document, ...unanswered].find((each) => hashOfDocument(each) === hash);
  if (own) return { kind: "own", saved: own };
  const found = mergeDocuments(saved, document, other);
  if (found.conflicts.length) return { kind: "conflict", conflicts: found.conflicts, merged: found.merged };
  return { kind: "merged", document: document === saved ? other : found.merged, news: newsOf(found) };
}

function newsOf({ dropped, renamed }: Merged): string {
  return [
    "Somebody else changed this workflow; their changes are here now.",
    ...dropped.map(({ words }) => words),
    ...renamed.map(({ from, to }) => `Your ${from} is ${to} now: they added another ${from}.`),
  ].join(" ");
}
