import { formatPath, parsePath } from "../path.ts";
import type { Json } from "../../schemas/json.ts";

/** Where what left a node can be read, as a path; null: nowhere. `rest` is what is read of it. */
export type Locate = (node: string | null, rest: readonly string[]) => string[] | null;

/** A text of n8n as one of ours; `notes` say what could not be taken over. */
export interface Converted {
  text: string;
  notes: string[];
}

const NAME = `(?:"([^"]+)"|'([^']+)')`;
const ITEM = String.raw`(?:\.item|\.first\(\)|\.last\(\)|\.all\(\)\[0\])`;
/** What begins with the item of a node, or (without a name) with the item that arrives. */
const STARTS: readonly RegExp[] = [
  /^\$json/,
  new RegExp(String.raw`^\$input${ITEM}\.json`),
  new RegExp(String.raw`^\$\(\s*${NAME}\s*\)${ITEM}\.json`),
  new RegExp(String.raw`^\$node\[\s*${NAME}\s*\]\.json`),
  new RegExp(String.raw`^\$items\(\s*${NAME}[^)]*\)\[0\]\.json`),
  /^\$node\.([A-Za-z_$][\w$]*)\.json/,
];
const FIXED = new Map([
  ["$now", "now"],
  ["$now.toISO()", "now"],
  ["$execution.id", "execution.id"],
  ["$workflow.id", "execution.workflowId"],
  ["$workflow.name", "execution.workflowName"],
]);

/** The path that an expression is, where it is nothing but one. */
export function pathOf(expression: string, locate: Locate): string | null {
  const text = expression.trim().replaceAll("?.", ".").replaceAll(".[", "[");
  const fixed = FIXED.get(text);
  if (fixed) return fixed;
  for (const start of STARTS) {
    const found = start.exec(text);
    if (!found) continue;
    const parsed = parsePath(`x${text.slice(found[0].length)}`);
    if ("message" in parsed) return null;
    const path = locate(found[1] ?? found[2] ?? null, parsed.path.slice(1));
    if (!path) return null;
    // One that is too deep for ours, or reads what may not be read, is none.
    const written = formatPath(path);
    return "message" in parsePath(written) ? null : written;
  }
  return null;
}

/** An expression in its text: what is a plain path becomes `{{ path }}`, anything else stays as a text. */
export function convertText(value: string, locate: Locate): Converted {
  if (!value.startsWith("=")) {
    if (!value.includes("{{")) return { text: value, notes: [] };
    return {
      text: value.replaceAll("{{", "{ {"),
      notes: ["Its text holds {{, which would be a template here"],
    };
  }
  const notes: string[] = [];
  const text = betweenBraces(value.slice(1), (expression) => {
    const path = pathOf(expression, locate);
    if (path !== null) return `{{ ${path} }}`;
    const shown = expression.trim().replaceAll(/\s+/g, " ").slice(0, 200);
    notes.push(`"${shown}" could not be taken over: it was kept as a text`);
    return `[n8n: ${shown.replaceAll("{", "(").replaceAll("}", ")")}]`;
  });
  return { text, notes };
}

/**
 * What stands between `{{` and the next `}}`, replaced. It looks for each end once: a pattern would look for the end of
 * every `{{` that has none, and a file of nothing else would hold the house for a minute.
 */
function betweenBraces(text: string, replace: (inside: string) => string): string {
  let done = "";
  for (let at = 0;;) {
    const open = text.indexOf("{{", at);
    const close = open < 0 ? -1 : text.indexOf("}}", open + 2);
    if (close < 0) return done + text.slice(at);
    done += text.slice(at, open) + replace(text.slice(open + 2, close));
    at = close + 2;
  }
}

/** The same of every text in a value. */
export function convertValue(value: Json, locate: Locate): { value: Json; notes: string[] } {
  if (typeof value === "string") {
    const { text, notes } = convertText(value, locate);
    return { value: text, notes };
  }
  if (typeof value !== "object" || value === null) return { value, notes: [] };
  if (Array.isArray(value)) {
    const found = value.map((each) => convertValue(each, locate));
    return { value: found.map((each) => each.value), notes: found.flatMap((each) => each.notes) };
  }
  const found = Object.entries(value).map(([key, each]) => [key, convertValue(each, locate)] as const);
  return {
    value: Object.fromEntries(found.map(([key, each]) => [key, each.value])),
    notes: found.flatMap(([, each]) => each.notes),
  };
}
