import type { EditorDocument } from "./document/document.ts";
import { hashOfDocument } from "./document/document.ts";
import { EMPTY_HISTORY, type History, restoreHistory, serializeHistory } from "./document/history.ts";
import type { DraftWorld } from "./draft_world.ts";

const PAUSE_MS = 250;

/** What a draft needs to go on after a reload. */
export interface Remembered {
  history: History;
  /** Null: the server had everything. */
  unsaved: Unsaved | null;
}

/** What was typed and not saved when the page was left. */
export interface Unsaved {
  /** The revision that it started from, and what that one held. */
  revision: number;
  base: EditorDocument;
  document: EditorDocument;
  /** What was under way to the server: one of them may have arrived. */
  sent: EditorDocument[];
}

/** What is written down of a draft. */
export interface Written extends Omit<Unsaved, "base"> {
  history: History;
  /** What the server has. */
  saved: EditorDocument;
}

/** Writes down what survives a reload of this tab: when typing pauses, and at once when the page is left. */
export class Memory {
  #world: DraftWorld;
  #draft: () => Written;
  #cancel: (() => void) | null = null;

  constructor(world: DraftWorld, draft: () => Written) {
    this.#world = world;
    this.#draft = draft;
  }

  soon(): void {
    this.#cancel ??= this.#world.later(() => this.now(), PAUSE_MS);
  }

  now(): void {
    this.#cancel?.();
    this.#cancel = null;
    const { history, revision, saved, document, sent } = this.#draft();
    this.#world.keep("history", serializeHistory(history, revision, hashOfDocument(document)));
    const unsaved: Unsaved = { revision, base: saved, document, sent };
    this.#world.keep("unsaved", document === saved ? null : JSON.stringify(unsaved));
  }
}

/** What was written down; the history only when it belongs to the document that one goes on with. */
export function remembered(world: DraftWorld, current: EditorDocument, revision: number): Remembered {
  const unsaved = readUnsaved(world.kept("unsaved"));
  const text = world.kept("history");
  const document = unsaved?.document ?? current;
  const history = text === null
    ? null
    : restoreHistory(text, unsaved?.revision ?? revision, hashOfDocument(document));
  return { history: history ?? EMPTY_HISTORY, unsaved };
}

/** Null for what was not kept, or is damaged. */
function readUnsaved(text: string | null): Unsaved | null {
  if (text === null) return null;
  try {
    const value = JSON.parse(text);
    const whole = typeof value.revision === "number" && isDocument(value.base) && isDocument(value.document);
    return whole ? { ...value, sent: Array.isArray(value.sent) ? value.sent.filter(isDocument) : [] } : null;
  } catch {
    return null;
  }
}

function isDocument(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("name" in value)) return false;
  return ["nodes", "edges", "notes"].every((list) => Array.isArray(Reflect.get(value, list)));
}
