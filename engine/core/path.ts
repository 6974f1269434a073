import type { Json } from "../schemas/json.ts";

/** Where a template or condition may begin to read: nothing else can be reached by one. */
export const VIEW_ROOTS: readonly string[] = [
  "trigger",
  "lead",
  "steps",
  "execution",
  "messages",
  "now",
  "signal",
];

const MAX_PATH_DEPTH = 8;

/** These lead from data into the language; no own property of ours has such a name. */
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

const ROOT = /[\p{L}_$][\p{L}\p{N}_$-]*/uy;
const SEGMENT = /[\p{L}\p{N}_$-]+/uy;
const INDEX = /\d{1,9}/y;
const SPACE = /\s*/y;
const PLAIN = /^[\p{L}\p{N}_$-]+$/u;

export interface Scanned<T> {
  value: T;
  /** Offset of the first character behind it. */
  end: number;
}
export interface ScanProblem {
  message: string;
  offset: number;
}

/** Is it a name that no path may contain and no key may be written to? */
export function isForbiddenKey(key: string): boolean {
  return FORBIDDEN.has(key);
}

/** The text that the sticky pattern matches exactly at `at`, or null. */
export function matchAt(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? null;
}

/** The offset of the first character at or behind `at` that is no white space. */
export function skipSpace(source: string, at: number): number {
  return at + (matchAt(SPACE, source, at)?.length ?? 0);
}

const ESCAPES: { readonly [letter: string]: string } = { n: "\n", t: "\t", r: "\r" };

/** A text in single or double quotes; a backslash takes the next character as it is, `\n`, `\t`, `\r` as usual. */
export function scanQuoted(source: string, at: number): Scanned<string> | ScanProblem {
  const quote = source[at];
  let value = "";
  for (let i = at + 1; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === quote) return { value, end: i + 1 };
    if (char !== "\\") {
      value += char;
      continue;
    }
    const next = source.charAt(++i);
    value += Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : next;
  }
  return { message: `The text that begins with ${quote} has no end`, offset: at };
}

/** The path that begins at `at`: `a.b[0].c`, `a["b c"]`. */
export function scanPath(source: string, at: number): Scanned<string[]> | ScanProblem {
  const root = matchAt(ROOT, source, at);
  if (root === null) return { message: "A path such as lead.firstName is expected", offset: at };
  if (FORBIDDEN.has(root)) return forbidden(root, at);
  const path = [root];
  let end = at + root.length;
  while (source[end] === "." || source[end] === "[") {
    const segment = source[end] === "." ? scanDotted(source, end + 1) : scanBracket(source, end + 1);
    if ("message" in segment) return segment;
    if (FORBIDDEN.has(segment.value)) return forbidden(segment.value, end + 1);
    path.push(segment.value);
    if (path.length > MAX_PATH_DEPTH) {
      return { message: `A path has at most ${MAX_PATH_DEPTH} parts`, offset: at };
    }
    end = segment.end;
  }
  return { value: path, end };
}

function forbidden(name: string, offset: number): ScanProblem {
  return { message: `"${name}" may not be read`, offset };
}

function scanDotted(source: string, at: number): Scanned<string> | ScanProblem {
  const value = matchAt(SEGMENT, source, at);
  if (value === null) return { message: "A name is expected after the dot", offset: at };
  return { value, end: at + value.length };
}

function scanBracket(source: string, at: number): Scanned<string> | ScanProblem {
  const start = skipSpace(source, at);
  const index = matchAt(INDEX, source, start);
  let key: Scanned<string> | ScanProblem;
  if (index !== null) key = { value: String(Number(index)), end: start + index.length };
  else if (source[start] === '"' || source[start] === "'") key = scanQuoted(source, start);
  else return { message: "A number or a text in quotes is expected inside [ ]", offset: start };
  if ("message" in key) return key;
  const close = skipSpace(source, key.end);
  if (source[close] !== "]") return { message: "] is missing", offset: close };
  return { value: key.value, end: close + 1 };
}

/** A text that is one path and nothing else. */
export function parsePath(text: string): { path: string[] } | ScanProblem {
  const start = skipSpace(text, 0);
  const scanned = scanPath(text, start);
  if ("message" in scanned) return scanned;
  const end = skipSpace(text, scanned.end);
  if (end < text.length) {
    return { message: `Unexpected "${text.slice(end, end + 10)}" after the path`, offset: end };
  }
  return { path: scanned.value };
}

/** The path as it is written. */
export function formatPath(path: readonly string[]): string {
  return path.map((segment, index) => {
    if (index === 0) return segment;
    if (/^\d+$/.test(segment)) return `[${segment}]`;
    return PLAIN.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`;
  }).join("");
}

/** What lies there: own properties and list items only. Undefined when nothing does. */
export function readPath(path: readonly string[], view: object): Json | undefined {
  // The view is JSON by contract; what is no JSON is treated as absent below.
  let value: unknown = view;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    if (Array.isArray(value) ? key === "length" : FORBIDDEN.has(key)) return undefined;
    if (!Object.hasOwn(value, key)) return undefined;
    value = (value as { readonly [key: string]: unknown })[key];
  }
  return isJsonish(value) ? value : undefined;
}

/** Only the outermost value is looked at: its inside comes from JSON too. */
function isJsonish(value: unknown): value is Json {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "object":
      return true;
    case "number":
      return Number.isFinite(value);
    default:
      return false;
  }
}
