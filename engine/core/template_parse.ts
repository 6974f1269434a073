import type { Json } from "../schemas/json.ts";
import { type Filter, FILTERS } from "./filters.ts";
import {
  formatPath,
  matchAt,
  type Scanned,
  scanPath,
  type ScanProblem,
  scanQuoted,
  skipSpace,
} from "./path.ts";

/** What stands before or behind a filter: a path to read, or a value as written. */
export type Operand =
  | { readonly path: readonly string[]; readonly name: string }
  | { readonly literal: Json };

export interface FilterCall {
  readonly name: string;
  readonly filter: Filter;
  readonly args: readonly Operand[];
}

/** One `{{ operand | filter: argument, argument | … }}`. */
export interface Expression {
  readonly head: Operand;
  readonly filters: readonly FilterCall[];
  readonly offset: number;
}

export interface TemplateProblem {
  message: string;
  offset: number;
}

const MAX_PROBLEMS = 20;
const NUMBER = /-?\d{1,15}(\.\d{1,15})?(?![\p{L}\p{N}_])/uy;
const FILTER_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["true", true],
  ["false", false],
  ["null", null],
  ["nil", null],
]);

/** The template cut into texts and expressions; one pass, linear in its length. */
export function parseTemplate(
  source: string,
): { parts: (string | Expression)[]; problems: TemplateProblem[] } {
  const parts: (string | Expression)[] = [];
  const problems: TemplateProblem[] = [];
  let at = 0;
  while (at < source.length && problems.length < MAX_PROBLEMS) {
    const open = source.indexOf("{{", at);
    if (open > at || open === -1) parts.push(source.slice(at, open === -1 ? undefined : open));
    if (open === -1) break;
    const scanned = scanExpression(source, open);
    if ("message" in scanned) {
      problems.push({ message: scanned.message, offset: scanned.offset });
      const close = source.indexOf("}}", open);
      if (close === -1) break;
      at = close + 2;
    } else {
      parts.push(scanned.value);
      at = scanned.end;
    }
  }
  return { parts, problems };
}

function scanExpression(source: string, open: number): Scanned<Expression> | ScanProblem {
  const start = skipSpace(source, open + 2);
  if (source.startsWith("}}", start)) return { message: "Nothing stands between {{ and }}", offset: open };
  const head = scanOperand(source, start);
  if ("message" in head) return head;
  const filters: FilterCall[] = [];
  let at = skipSpace(source, head.end);
  while (source[at] === "|") {
    const call = scanFilter(source, skipSpace(source, at + 1));
    if ("message" in call) return call;
    filters.push(call.value);
    at = skipSpace(source, call.end);
  }
  if (source.startsWith("}}", at)) {
    return { value: { head: head.value, filters, offset: open }, end: at + 2 };
  }
  return { message: unexpected(source, at, open), offset: Math.min(at, source.length) };
}

function unexpected(source: string, at: number, open: number): string {
  if (at >= source.length) return "}} is missing";
  const found = source[at];
  if (found === "(") return "A template only reads values: it cannot call anything";
  if (/[=<>!+*/%&?:-]/.test(found ?? "")) {
    return `"${found}" has no meaning here: a template reads one path and passes it through filters`;
  }
  return source.includes("}}", open) ? `Unexpected "${found}"; | or }} is expected` : "}} is missing";
}

function scanOperand(source: string, at: number): Scanned<Operand> | ScanProblem {
  const char = source[at];
  if (char === '"' || char === "'") {
    const text = scanQuoted(source, at);
    return "message" in text ? text : { value: { literal: text.value }, end: text.end };
  }
  const number = matchAt(NUMBER, source, at);
  if (number !== null) return { value: { literal: Number(number) }, end: at + number.length };
  const scanned = scanPath(source, at);
  if ("message" in scanned) return scanned;
  const [only] = scanned.value;
  const literal = scanned.value.length === 1 && only !== undefined ? LITERALS.get(only) : undefined;
  if (literal !== undefined) return { value: { literal }, end: scanned.end };
  return { value: { path: scanned.value, name: formatPath(scanned.value) }, end: scanned.end };
}

function scanFilter(source: string, at: number): Scanned<FilterCall> | ScanProblem {
  const name = matchAt(FILTER_NAME, source, at);
  if (name === null) return { message: "The name of a filter is expected after |", offset: at };
  const filter = FILTERS.get(name);
  if (!filter) {
    return {
      message: `There is no filter "${name}"; there are: ${[...FILTERS.keys()].join(", ")}`,
      offset: at,
    };
  }
  const list = scanArguments(source, at + name.length);
  if ("message" in list) return list;
  const count = list.value.length;
  if (count < filter.min || count > filter.max) {
    const takes = filter.min === filter.max ? String(filter.min) : `${filter.min} to ${filter.max}`;
    const what = filter.max === 1 ? "argument" : "arguments";
    return { message: `The filter "${name}" takes ${takes} ${what}, not ${count}`, offset: at };
  }
  return { value: { name, filter, args: list.value }, end: list.end };
}

function scanArguments(source: string, at: number): Scanned<Operand[]> | ScanProblem {
  const args: Operand[] = [];
  let next = skipSpace(source, at);
  if (source[next] !== ":") return { value: args, end: at };
  let end = next;
  do {
    const operand = scanOperand(source, skipSpace(source, next + 1));
    if ("message" in operand) return operand;
    args.push(operand.value);
    end = operand.end;
    next = skipSpace(source, end);
  } while (source[next] === ",");
  return { value: args, end };
}
