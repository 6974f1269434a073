import { portOf, portsOf } from "../../../engine/core/check_node.ts";
import type { Note, WorkflowEdge, WorkflowNode } from "../../../engine/schemas/workflow.ts";
import { noteName } from "./conflicts.ts";
import { type InfoOf, shortName } from "./connect.ts";
import type { EditorDocument } from "./document.ts";
import { sameJson } from "./json_value.ts";

/** One value that differs; undefined: it is not there. */
export interface FieldDiff {
  /** Dotted: `label`, `config.to`, `config.headers.0.value`, `position`. */
  path: string;
  before: unknown;
  after: unknown;
}

export type DiffKind = "added" | "removed" | "changed";

export interface NodeDiff {
  id: string;
  label: string;
  /** `moved`: nothing but its place differs. */
  kind: DiffKind | "moved";
  /** Of what changed or moved. */
  fields: FieldDiff[];
}

export interface EdgeDiff {
  id: string;
  kind: DiffKind;
  /** `Send mail —Failed→ Notify`. */
  words: string;
  fields: FieldDiff[];
}

export interface DocumentDiff {
  nodes: NodeDiff[];
  edges: EdgeDiff[];
  notes: NodeDiff[];
  settings: FieldDiff[];
  name?: FieldDiff;
  /** All of it in sentences; empty exactly when the documents say the same. */
  words: string[];
}

/** What leads from one document to the other, by ids; the order of elements and of keys does not count. */
export function diffDocuments(
  before: EditorDocument,
  after: EditorDocument,
  infoOf: InfoOf = () => undefined,
): DocumentDiff {
  const nodes = elementDiffs(before.nodes, after.nodes, shortName);
  const notes = elementDiffs(before.notes, after.notes, noteName);
  const [wordsBefore, wordsAfter] = [edgeWords(before, infoOf), edgeWords(after, infoOf)];
  const edges = pairs(before.edges, after.edges).flatMap(([old, next]): EdgeDiff[] => {
    const fields = old && next ? fieldDiffs(old, next) : [];
    if (old && next && fields.length === 0) return [];
    const words = next ? wordsAfter(next) : old ? wordsBefore(old) : "";
    return [{ id: (next ?? old)?.id ?? "", kind: kindOf(old, next), words, fields }];
  });
  const settings = fieldDiffs(before.settings, after.settings);
  const diff: DocumentDiff = { nodes, edges, notes, settings, words: [] };
  if (before.name !== after.name) diff.name = { path: "name", before: before.name, after: after.name };
  const reconnected = before.edges.filter((edge) =>
    edges.some(({ id, kind }) => kind === "changed" && id === edge.id)
  );
  const former = new Map(reconnected.map((edge) => [edge.id, wordsBefore(edge)]));
  return { ...diff, words: sentences(diff, former) };
}

/** Elements of the same id, in the order of the second list; what is gone comes last. */
function pairs<T extends { id: string }>(before: T[], after: T[]): [T | undefined, T | undefined][] {
  const old = new Map(before.map((element) => [element.id, element]));
  const found = after.map((element): [T | undefined, T | undefined] => {
    const former = old.get(element.id);
    old.delete(element.id);
    return [former, element];
  });
  return [...found, ...[...old.values()].map((element): [T, undefined] => [element, undefined])];
}

function kindOf(before: unknown, after: unknown): DiffKind {
  return before === undefined ? "added" : after === undefined ? "removed" : "changed";
}

function elementDiffs<T extends WorkflowNode | Note>(
  before: T[],
  after: T[],
  labelOf: (element: T) => string,
): NodeDiff[] {
  return pairs(before, after).flatMap(([old, next]): NodeDiff[] => {
    const shown = next ?? old;
    if (!shown) return [];
    const fields = old && next ? fieldDiffs(withFlatData(old), withFlatData(next)) : [];
    if (old && next && fields.length === 0) return [];
    const moved = fields.length > 0 && fields.every(({ path }) => path === "position");
    return [{ id: shown.id, label: labelOf(shown), kind: moved ? "moved" : kindOf(old, next), fields }];
  });
}

/** A node's data beside its type and place: its paths read as in issues, `config.to`. */
function withFlatData(element: object): object {
  if (!("data" in element) || typeof element.data !== "object") return element;
  const { data, ...others } = element;
  return { ...others, ...data };
}

/** Values that differ, as deep as both have members; a place is one value, and so is a list that grew or shrank. */
export function fieldDiffs(before: object, after: object): FieldDiff[] {
  const found: FieldDiff[] = [];
  collect(before, after, "", found);
  return found;
}

function collect(before: object, after: object, path: string, found: FieldDiff[]): void {
  const [old, next] = [
    new Map<string, unknown>(Object.entries(before)),
    new Map<string, unknown>(Object.entries(after)),
  ];
  for (const key of new Set([...old.keys(), ...next.keys()])) {
    const [was, is] = [old.get(key), next.get(key)];
    if (sameJson(was, is)) continue;
    const place = path === "" ? key : `${path}.${key}`;
    if (place !== "position" && isParent(was) && isParent(is) && sameForm(was, is)) {
      collect(was, is, place, found);
    } else found.push({ path: place, before: was, after: is });
  }
}

function isParent(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function sameForm(a: object, b: object): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length;
  }
  return true;
}

function edgeWords(doc: EditorDocument, infoOf: InfoOf): (edge: WorkflowEdge) => string {
  const nodes = new Map(doc.nodes.map((node) => [node.id, node]));
  return (edge) => {
    const [source, target] = [nodes.get(edge.source), nodes.get(edge.target)];
    const port = portOf(edge);
    const info = source && infoOf(source.type);
    const ports = source && info ? portsOf(info, source.data.config) : [];
    const label = ports.find(({ id }) => id === port)?.label ?? port;
    const arrow = ports.length === 1 || label === "out" ? "→" : `—${label}→`;
    return `${source ? shortName(source) : edge.source} ${arrow} ${target ? shortName(target) : edge.target}`;
  };
}

const VERBS = { added: "Added", removed: "Removed", changed: "Changed" };

function sentences(
  { name, nodes, edges, notes, settings }: DocumentDiff,
  former: ReadonlyMap<string, string>,
): string[] {
  const words: string[] = [];
  if (name) words.push(`Renamed from ${shown(name.before)} to ${shown(name.after)}`);
  for (const { label, kind, fields } of nodes) {
    if (kind === "changed") words.push(`“${label}”: ${fields.filter(isNoPlace).map(fieldWords).join("; ")}`);
    else if (kind !== "moved") words.push(`${VERBS[kind]} “${label}”`);
  }
  for (const { id, kind, words: way } of edges) {
    const was = former.get(id);
    if (kind === "changed" && was !== way) words.push(`Changed the edge ${was} to ${way}`);
    else words.push(`${VERBS[kind]} the edge ${way}`);
  }
  for (const field of settings) words.push(`Settings: ${fieldWords(field)}`);
  for (const { label, kind } of notes) if (kind !== "moved") words.push(`${VERBS[kind]} the note “${label}”`);
  const moved = [...nodes, ...notes].filter(({ kind }) => kind === "moved").length;
  if (moved > 0) words.push(moved === 1 ? "Moved 1 element" : `Moved ${moved} elements`);
  return words;
}

function isNoPlace({ path }: FieldDiff): boolean {
  return path !== "position";
}

function fieldWords({ path, before, after }: FieldDiff): string {
  const field = path.replace(/^config\./, "");
  if (before === undefined) return `${field} is ${shown(after)} now`;
  if (after === undefined) return `${field} was ${shown(before)}, and is left out now`;
  return `${field} changed from ${shown(before)} to ${shown(after)}`;
}

const MAX_SHOWN = 60;

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "nothing";
  const cut = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
  return typeof value === "string" ? `“${cut}”` : cut;
}
