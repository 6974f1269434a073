import { applyChange, type Change, composed, invertChange } from "./change.ts";
import type { EditorDocument } from "./document.ts";
import { areElements } from "./stored_shape.ts";

export { applyChange, type Change, changeBetween, type ElementChange, invertChange } from "./change.ts";

/** Steps that can be undone (the last one is undone first) and redone (the last one is redone first). */
export interface History {
  past: Change[];
  future: Change[];
}

export const EMPTY_HISTORY: History = { past: [], future: [] };
export const MAX_STEPS = 500;
/** Characters: half of what browsers give to all pages of an origin together. */
export const MAX_HISTORY_LENGTH = 2 * 1_024 * 1_024;
const MERGE_MS = 1_000;

/**
 * The history with one more step, and nothing to redo. With the `mergeKey` of the step before, and within a second of
 * it, both become one: typing a word or dragging a card is undone at once.
 */
export function record(history: History, change: Change, mergeKey?: string): History {
  const last = history.past.at(-1);
  const added = mergeKey === undefined ? change : { ...change, mergeKey };
  const near = last && mergeKey !== undefined && last.mergeKey === mergeKey && history.future.length === 0 &&
    Math.abs(change.at - last.at) <= MERGE_MS;
  const merged = near ? composed(last, added) : null;
  if (merged) return { past: [...history.past.slice(0, -1), merged], future: [] };
  return { past: [...history.past.slice(1 - MAX_STEPS), added], future: [] };
}

export interface Step {
  doc: EditorDocument;
  history: History;
  /** Of the change that was undone or redone. */
  label: string;
}

/** The document before the last change; null when there is none. */
export function undo(doc: EditorDocument, { past, future }: History): Step | null {
  const change = past.at(-1);
  if (!change) return null;
  const history = { past: past.slice(0, -1), future: [...future, change] };
  return { doc: applyChange(doc, invertChange(change)), history, label: change.label };
}

/** The document after the change that was undone last; null when there is none. */
export function redo(doc: EditorDocument, { past, future }: History): Step | null {
  const change = future.at(-1);
  if (!change) return null;
  const history = { past: [...past, change], future: future.slice(0, -1) };
  return { doc: applyChange(doc, change), history, label: change.label };
}

/**
 * As text for the session's storage, with the revision and document (by its hash) that it belongs to. Past 2 MB the
 * oldest steps go, then those furthest ahead.
 */
export function serializeHistory(history: History, revision: number, docHash: string): string {
  const past = history.past.map((change) => JSON.stringify(change));
  const future = history.future.map((change) => JSON.stringify(change));
  let room = MAX_HISTORY_LENGTH - docHash.length - 200;
  const fitting = (texts: string[]): string[] => {
    let first = texts.length;
    while (first > 0 && texts[first - 1]!.length + 1 <= room) room -= texts[--first]!.length + 1;
    // What does not fit ends it: a step behind it could not be reached any more.
    if (first > 0) room = 0;
    return texts.slice(first);
  };
  const kept = { future: fitting(future), past: fitting(past) };
  const head = JSON.stringify({ v: 1, revision, docHash }).slice(0, -1);
  return `${head},"past":[${kept.past.join()}],"future":[${kept.future.join()}]}`;
}

/** Only looks: a parsed copy would have its keys in another order and defaults filled in. */
function isHistory(value: unknown): value is History & { revision: number; docHash: string } {
  return isObject(value) && value.v === 1 && Array.isArray(value.past) && Array.isArray(value.future) &&
    [...value.past, ...value.future].every(isChange);
}

function isChange(value: unknown): boolean {
  if (!isObject(value) || typeof value.label !== "string" || typeof value.at !== "number") return false;
  const pairs = [value.name, value.settings].every((pair) =>
    pair === undefined || Array.isArray(pair) && pair.length === 2
  );
  return pairs && (["nodes", "edges", "notes"] as const).every((kind) => areChanges(value[kind], kind));
}

function areChanges(list: unknown, kind: "nodes" | "edges" | "notes"): boolean {
  if (!Array.isArray(list)) return false;
  return list.every((change) =>
    isObject(change) && typeof change.id === "string" && Number.isSafeInteger(change.index) &&
    Number(change.index) >= 0 && (change.before !== null || change.after !== null) &&
    change.before !== undefined && change.after !== undefined
  ) && areElements(list.flatMap(({ before, after }) => [before, after]), kind);
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** The history as it was kept; null for what is damaged, or belongs to another revision or document. */
export function restoreHistory(text: string, revision: number, docHash: string): History | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isHistory(value) || value.revision !== revision || value.docHash !== docHash) return null;
  return { past: value.past, future: value.future };
}
