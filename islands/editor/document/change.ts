import type { Note, WorkflowEdge, WorkflowNode, WorkflowSettings } from "../../../engine/schemas/workflow.ts";
import type { EditorDocument } from "./document.ts";

/**
 * One element that came (`before` null), went (`after` null) or became another. `index` is where it stands in the list
 * that has it; what changed its place among the others has two: it went, and it came.
 */
export interface ElementChange<T> {
  id: string;
  index: number;
  before: T | null;
  after: T | null;
}

/** What leads from one document to another, and back. */
export interface Change {
  /** What was done, in words: `Move 3 nodes`. */
  label: string;
  /** Epoch ms. */
  at: number;
  nodes: ElementChange<WorkflowNode>[];
  edges: ElementChange<WorkflowEdge>[];
  notes: ElementChange<Note>[];
  name?: [before: string, after: string];
  settings?: [before: WorkflowSettings, after: WorkflowSettings];
  /** Changes with the same key, each within a second of the last, are one step. */
  mergeKey?: string;
}

/** What differs, found by identity in one pass; null when nothing does. */
export function changeBetween(
  before: EditorDocument,
  after: EditorDocument,
  label: string,
  at: number,
): Change | null {
  const change: Change = {
    label,
    at,
    nodes: listChanges(before.nodes, after.nodes),
    edges: listChanges(before.edges, after.edges),
    notes: listChanges(before.notes, after.notes),
  };
  if (before.name !== after.name) change.name = [before.name, after.name];
  if (before.settings !== after.settings) change.settings = [before.settings, after.settings];
  const empty = change.nodes.length + change.edges.length + change.notes.length === 0 && !change.name &&
    !change.settings;
  return empty ? null : change;
}

function listChanges<T extends { id: string }>(before: T[], after: T[]): ElementChange<T>[] {
  if (before === after) return [];
  const [start, end] = sameEnds(before, after);
  const old = new Map<string, { index: number; element: T }>();
  for (let index = start; index < before.length - end; index++) {
    const element = before[index]!;
    old.set(element.id, { index, element });
  }
  const coming = new Set<string>();
  for (let index = start; index < after.length - end; index++) coming.add(after[index]!.id);
  const kept = [...old.values()].filter(({ element }) => coming.has(element.id));
  const changes: ElementChange<T>[] = [];
  for (const { index, element } of old.values()) {
    if (!coming.has(element.id)) changes.push({ id: element.id, index, before: element, after: null });
  }
  let turn = 0;
  for (let index = start; index < after.length - end; index++) {
    const element = after[index]!;
    const { id } = element;
    const former = old.get(id);
    if (!former) changes.push({ id, index, before: null, after: element });
    else if (kept[turn++]?.element.id !== id) {
      changes.push({ id, index: former.index, before: former.element, after: null });
      changes.push({ id, index, before: null, after: element });
    } else if (former.element !== element) {
      changes.push({ id, index, before: former.element, after: element });
    }
  }
  return changes;
}

/** How many elements are the very same at the beginning and at the end of both. */
function sameEnds<T>(before: readonly T[], after: readonly T[]): [start: number, end: number] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  return [start, end];
}

/** The document after the change; expects the one that it began with. */
export function applyChange(doc: EditorDocument, change: Change): EditorDocument {
  return {
    name: change.name ? change.name[1] : doc.name,
    nodes: applied(doc.nodes, change.nodes),
    edges: applied(doc.edges, change.edges),
    settings: change.settings ? change.settings[1] : doc.settings,
    notes: applied(doc.notes, change.notes),
  };
}

function applied<T extends { id: string }>(list: T[], changes: readonly ElementChange<T>[]): T[] {
  if (changes.length === 0) return list;
  const gone = new Set<string>();
  const replaced = new Map<string, T>();
  const added: { index: number; element: T }[] = [];
  for (const { id, index, before, after } of changes) {
    if (!after) gone.add(id);
    else if (before) replaced.set(id, after);
    else added.push({ index, element: after });
  }
  const rest = list.filter((element) => !gone.has(element.id))
    .map((element) => replaced.get(element.id) ?? element);
  if (added.length === 0) return rest;
  added.sort((a, b) => a.index - b.index);
  const next: T[] = [];
  let from = 0;
  for (const { index, element } of added) {
    while (next.length < index && from < rest.length) next.push(rest[from++]!);
    next.push(element);
  }
  return [...next, ...rest.slice(from)];
}

/** The way back. */
export function invertChange(change: Change): Change {
  const { name, settings } = change;
  return {
    ...change,
    nodes: change.nodes.map(inverted),
    edges: change.edges.map(inverted),
    notes: change.notes.map(inverted),
    ...(name ? { name: [name[1], name[0]] } : {}),
    ...(settings ? { settings: [settings[1], settings[0]] } : {}),
  };
}

function inverted<T>({ id, index, before, after }: ElementChange<T>): ElementChange<T> {
  return { id, index, before: after, after: before };
}

/** Both as one change; null when the second adds or takes away, which has places that depend on the first. */
export function composed(first: Change, second: Change): Change | null {
  const [nodes, edges, notes] = [
    onTop(first.nodes, second.nodes),
    onTop(first.edges, second.edges),
    onTop(first.notes, second.notes),
  ];
  if (!nodes || !edges || !notes) return null;
  const change: Change = { ...first, label: second.label, at: second.at, nodes, edges, notes };
  if (second.name) change.name = [first.name?.[0] ?? second.name[0], second.name[1]];
  if (second.settings) change.settings = [first.settings?.[0] ?? second.settings[0], second.settings[1]];
  return change;
}

function onTop<T>(
  first: readonly ElementChange<T>[],
  second: readonly ElementChange<T>[],
): ElementChange<T>[] | null {
  if (second.some(({ before, after }) => !before || !after)) return null;
  const later = new Map(second.map((change) => [change.id, change]));
  const changes = first.map((change) => {
    const next = change.after ? later.get(change.id) : undefined;
    if (!next) return change;
    later.delete(change.id);
    return { ...change, after: next.after };
  });
  return [...changes, ...later.values()];
}
