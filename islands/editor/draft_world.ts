import type { Workflow } from "../../engine/schemas/workflow.ts";
import type { Answer } from "../shared/api.ts";
import type { EditorDocument } from "./document/document.ts";
import type { Conflict } from "./document/merge.ts";

/** What the server has of the document. */
export type SaveState =
  | { kind: "saved"; at: number }
  | { kind: "unsaved" }
  | { kind: "saving" }
  | { kind: "offline" }
  /** Somebody saved in between, and both changed the same; `asked`: so often a person wanted to be asked again. */
  | { kind: "conflict"; conflicts: Conflict[]; merged: EditorDocument; theirs: Workflow; asked: number }
  /** The server does not take it as it is. */
  | { kind: "refused"; detail: string };

/** All that the draft needs of the world. */
export interface DraftWorld {
  save(change: object, revision: number): Promise<Answer<Workflow>>;
  read(): Promise<Answer<Workflow>>;
  now(): number;
  later(call: () => void, ms: number): () => void;
  /** Survives a reload of this tab; may be full or refused. */
  keep(name: "history" | "unsaved", text: string | null): void;
  kept(name: "history" | "unsaved"): string | null;
}

/** What the browser knows of the workflow beside its drawing. */
export interface Live {
  revision: number;
  version: number | null;
  draftChanged: boolean;
  publishedAt: string | null;
}

export function liveOf({ revision, version, draftChanged, publishedAt }: Workflow): Live {
  return { revision, version, draftChanged, publishedAt };
}

/** Revisions and versions only grow. */
export function isOlder(one: Live, than: Live): boolean {
  return one.revision < than.revision || (one.version ?? 0) < (than.version ?? 0);
}
