import { matchAt, scanPath, scanQuoted, skipSpace } from "../../../engine/core/path.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { WorkflowNode, WorkflowSettings } from "../../../engine/schemas/workflow.ts";

/** The new id of a node; undefined: it keeps its id. */
export type Renaming = (id: string) => string | undefined;

/** Roots behind which a path names a node. */
const ROOTS: ReadonlySet<string> = new Set(["steps", "messages"]);
const WORD = /[\p{L}\p{N}_$-]+/uy;

/** The node with the paths of its config that name other nodes rewritten; the same one when none does. */
export function nodeWithReferences(node: WorkflowNode, rename: Renaming): WorkflowNode {
  const config = objectWithReferences(node.data.config, rename);
  return config === node.data.config ? node : { ...node, data: { ...node.data, config } };
}

/** The settings with the paths of goals and exits rewritten; the same ones when nothing changes. */
export function settingsWithReferences(settings: WorkflowSettings, rename: Renaming): WorkflowSettings {
  const goals = rulesWithReferences(settings.goals, rename);
  const exits = rulesWithReferences(settings.exits, rename);
  if (goals === settings.goals && exits === settings.exits) return settings;
  return { ...settings, ...(goals ? { goals } : {}), ...(exits ? { exits } : {}) };
}

type Rules = WorkflowSettings["goals"];
type Condition = NonNullable<NonNullable<Rules>[number]["when"]>;
type ConditionNode = Condition | { field: string; op: string; value?: Json };

function rulesWithReferences(rules: Rules, rename: Renaming): Rules {
  if (!rules) return rules;
  return mapped(rules, (rule) => {
    const when = rule.when && conditionWithReferences(rule.when, rename);
    return when === rule.when ? rule : { ...rule, when };
  });
}

function conditionWithReferences<T extends ConditionNode>(condition: T, rename: Renaming): T {
  if ("all" in condition) {
    const all = mapped(condition.all, (each) => conditionWithReferences(each, rename));
    return all === condition.all ? condition : { ...condition, all };
  }
  if ("any" in condition) {
    const any = mapped(condition.any, (each) => conditionWithReferences(each, rename));
    return any === condition.any ? condition : { ...condition, any };
  }
  const field = pathText(condition.field, rename);
  const value = condition.value === undefined ? undefined : jsonWithReferences(condition.value, rename);
  if (field === condition.field && value === condition.value) return condition;
  return { ...condition, field, ...(value === undefined ? {} : { value }) };
}

function mapped<T>(list: T[], change: (item: T) => T): T[] {
  const next = list.map(change);
  return next.every((item, index) => item === list[index]) ? list : next;
}

/** Every text of the value that reads `steps.<id>` or `messages.<id>`, in templates and as a condition's field. */
export function jsonWithReferences(value: Json, rename: Renaming): Json {
  if (typeof value === "string") return templateText(value, rename);
  if (Array.isArray(value)) return mapped(value, (member) => jsonWithReferences(member, rename));
  return typeof value === "object" && value !== null ? objectWithReferences(value, rename) : value;
}

function objectWithReferences(object: JsonObject, rename: Renaming): JsonObject {
  const entries = Object.entries(object);
  const comparison = typeof object.field === "string" && typeof object.op === "string";
  let changed = false;
  const next = entries.map(([key, member]): [string, Json] => {
    const bare = comparison && key === "field" && typeof member === "string";
    const renamed = bare ? pathText(member, rename) : jsonWithReferences(member, rename);
    changed ||= renamed !== member;
    return [key, renamed];
  });
  return changed ? Object.fromEntries(next) : object;
}

/** A condition's field: a path as it is, or a template. */
function pathText(text: string, rename: Renaming): string {
  if (text.includes("{{")) return templateText(text, rename);
  const start = skipSpace(text, 0);
  const found = pathAt(text, start, rename);
  return found ? text.slice(0, start) + found.text + text.slice(found.end) : text;
}

/** A template with its paths rewritten; everything between them stays as it was typed. */
export function templateText(source: string, rename: Renaming): string {
  let [text, at] = ["", 0];
  for (let open = source.indexOf("{{"); open !== -1; open = source.indexOf("{{", at)) {
    text += source.slice(at, open);
    const expression = expressionAt(source, open, rename);
    text += expression.text;
    at = expression.end;
  }
  return at === 0 ? source : text + source.slice(at);
}

function expressionAt(source: string, open: number, rename: Renaming): { text: string; end: number } {
  let [text, at] = ["{{", open + 2];
  while (at < source.length && !source.startsWith("}}", at)) {
    const next = quotedAt(source, at) ?? pathAt(source, at, rename) ?? {
      text: matchAt(WORD, source, at) ?? source.charAt(at),
      end: 0,
    };
    text += next.text;
    at = next.end || at + next.text.length;
  }
  return { text, end: at };
}

function quotedAt(source: string, at: number): { text: string; end: number } | null {
  if (source[at] !== '"' && source[at] !== "'") return null;
  const quoted = scanQuoted(source, at);
  return "message" in quoted ? null : { text: source.slice(at, quoted.end), end: quoted.end };
}

/** The path that begins here, rewritten where it names a renamed node; null when none begins here. */
function pathAt(source: string, at: number, rename: Renaming): { text: string; end: number } | null {
  const scanned = scanPath(source, at);
  if ("message" in scanned) return null;
  const [root = "", id] = scanned.value;
  const renamed = id !== undefined && ROOTS.has(root) ? rename(id) : undefined;
  const text = source.slice(at, scanned.end);
  if (renamed === undefined) return { text, end: scanned.end };
  const dotted = text[root.length] === ".";
  const written = dotted
    ? matchAt(WORD, text, root.length + 1)?.length ?? 0
    : bracketLength(text, root.length);
  const rest = text.slice(root.length + (dotted ? 1 : 0) + written);
  return { text: root + (dotted ? `.${renamed}` : `[${JSON.stringify(renamed)}]`) + rest, end: scanned.end };
}

/** From `[` to behind `]`; expects a path that was scanned. */
function bracketLength(text: string, at: number): number {
  const start = skipSpace(text, at + 1);
  const quoted = quotedAt(text, start);
  return text.indexOf("]", quoted?.end ?? start) + 1 - at;
}
