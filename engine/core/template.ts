import type { Json } from "../schemas/json.ts";
import type { Encoding } from "../schemas/node.ts";
import type { FilterContext } from "./filters.ts";
import { readPath } from "./path.ts";
import { type Expression, type Operand, parseTemplate, type TemplateProblem } from "./template_parse.ts";
import { encodeUrl, escapeHtml, jsonOf, TemplateError, textOf } from "./template_values.ts";

export { TemplateError } from "./template_values.ts";
export type { TemplateProblem } from "./template_parse.ts";

/** What one template may cost, whoever wrote it. Lengths are in UTF-16 code units, as JavaScript counts them. */
export const MAX_SOURCE_LENGTH = 65_536;
export const MAX_OUTPUT_LENGTH = 262_144;
export const MAX_STEPS = 10_000;
const MAX_WARNINGS = 50;

/** How one value is written; `json_text` is inside quotes that the template's author wrote. */
type Mode = "text" | "html" | "url" | "json" | "json_text" | "header";
interface Slot extends Expression {
  readonly mode: Mode;
  /** A default stands in when the value is missing, so that this is no warning. */
  readonly covered: boolean;
}

/** A compiled template: plain data but for its filters, never changed, rendered any number of times. */
export interface Template {
  readonly source: string;
  readonly encoding: Encoding;
  /** Empty: the source holds no expression and is its own result. */
  readonly parts: readonly (string | Slot)[];
  /** The one expression whose value is the result, type and all. */
  readonly single: Slot | null;
}

/** Exactly the characters that end or cut a header. */
const HEADER_BREAK = /[\r\n\0]/;

/** Compiles once what is rendered often. Nothing is evaluated; `roots` are the first names that a path may have. */
export function compileTemplate(
  source: string,
  encoding: Encoding,
  options: { roots?: readonly string[] } = {},
): { template: Template } | { problems: TemplateProblem[] } {
  if (source.length > MAX_SOURCE_LENGTH) {
    return {
      problems: [{ message: `A template has at most ${MAX_SOURCE_LENGTH} characters (64 KiB)`, offset: 0 }],
    };
  }
  if (encoding === "header" && HEADER_BREAK.test(source)) {
    return {
      problems: [{ message: "Line breaks are not allowed here", offset: source.search(HEADER_BREAK) }],
    };
  }
  if (!source.includes("{{")) return { template: { source, encoding, parts: [], single: null } };
  const { parts, problems } = parseTemplate(source);
  if (options.roots) problems.push(...unknownRoots(parts, options.roots));
  if (problems.length > 0) return { problems };
  const slots = withModes(parts, encoding);
  return {
    template: { source, encoding, parts: slots, single: encoding === "value" ? onlySlot(slots) : null },
  };
}

function operandsOf(expression: Expression): Operand[] {
  return [expression.head, ...expression.filters.flatMap((call) => call.args)];
}

function unknownRoots(parts: readonly (string | Expression)[], roots: readonly string[]): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  for (const part of parts) {
    if (typeof part === "string") continue;
    for (const operand of operandsOf(part)) {
      if (!("path" in operand)) continue;
      const [root = ""] = operand.path;
      if (roots.includes(root)) continue;
      problems.push({
        message: `"${operand.name}" leads nowhere: ${rootsInWords(roots)}`,
        offset: part.offset,
      });
    }
  }
  return problems;
}

/** `a path begins with trigger, lead, …`. */
export function rootsInWords(roots: readonly string[]): string {
  return `a path begins with ${roots.join(", ")}`;
}

/** The filter that would write the value twice in the field's own encoding. */
const OWN_FILTER: { readonly [mode in Mode]?: string } = { html: "escape", url: "url_encode", json: "json" };

function withModes(parts: readonly (string | Expression)[], encoding: Encoding): (string | Slot)[] {
  let inQuotes = false;
  let blankSoFar = true;
  return parts.map((part) => {
    if (typeof part === "string") {
      if (encoding === "json") inQuotes = endsInQuotes(part, inQuotes);
      blankSoFar &&= part.trim() === "";
      return part;
    }
    const mode = modeOf(encoding, inQuotes, blankSoFar);
    blankSoFar = false;
    const own = part.filters.at(-1)?.name === OWN_FILTER[mode];
    const covered = part.filters.some((call) => call.name === "default");
    return { ...part, filters: own ? part.filters.slice(0, -1) : part.filters, mode, covered };
  });
}

/** A value at the very start of a URL is the address itself; the egress decides whether it may be reached. */
function modeOf(encoding: Encoding, inQuotes: boolean, first: boolean): Mode {
  if (encoding === "value" || (encoding === "url" && first)) return "text";
  return encoding === "json" && inQuotes ? "json_text" : encoding;
}

function endsInQuotes(text: string, inQuotes: boolean): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && inQuotes) i++;
    else if (text[i] === '"') inQuotes = !inQuotes;
  }
  return inQuotes;
}

function onlySlot(parts: readonly (string | Slot)[]): Slot | null {
  let only: Slot | null = null;
  for (const part of parts) {
    if (typeof part === "string") {
      if (part.trim() !== "") return null;
    } else if (only) return null;
    else only = part;
  }
  return only;
}

/** What one rendering has used up so far. */
class Meter implements FilterContext {
  readonly warnings: string[] = [];
  #steps = 0;

  charge(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw new TemplateError(`The template takes more than ${MAX_STEPS} steps`);
  }

  bound(length: number): void {
    if (length > MAX_OUTPUT_LENGTH) {
      throw new TemplateError(`The template writes more than ${MAX_OUTPUT_LENGTH} characters (256 KiB)`);
    }
  }

  warn(message: string): void {
    if (this.warnings.length < MAX_WARNINGS && !this.warnings.includes(message)) this.warnings.push(message);
  }
}

/**
 * The template's value over the view: a text, or for a single expression in a `value` field whatever lies there.
 * What is missing is empty (null for a single expression) and named in `warnings`. Throws TemplateError past a
 * limit, and for a line break in a `header` field.
 */
export function renderTemplate(template: Template, view: object): { value: Json; warnings: string[] } {
  if (template.parts.length === 0) return { value: template.source, warnings: [] };
  const meter = new Meter();
  if (template.single) {
    return { value: evaluate(template.single, view, meter), warnings: meter.warnings };
  }
  let text = "";
  for (const part of template.parts) {
    text += typeof part === "string" ? part : encode(evaluate(part, view, meter), part, meter);
    meter.bound(text.length);
  }
  return { value: text, warnings: meter.warnings };
}

function evaluate(slot: Slot, view: object, meter: Meter): Json {
  let value = resolve(slot.head, view, meter, slot.covered);
  for (const { filter, args } of slot.filters) {
    meter.charge(1 + costOf(value));
    value = filter.run(value, args.map((arg) => resolve(arg, view, meter, false)), meter);
    if (typeof value === "string") {
      meter.bound(value.length);
      meter.charge(costOf(value));
    }
  }
  return value;
}

/** Long texts cost more steps than short ones: a step is about a KiB of work. */
function costOf(value: Json): number {
  return typeof value === "string" ? value.length >> 10 : 0;
}

function resolve(operand: Operand, view: object, meter: Meter, mayBeMissing: boolean): Json {
  if ("literal" in operand) return operand.literal;
  meter.charge(operand.path.length);
  const value = readPath(operand.path, view);
  if (value !== undefined) return value;
  if (!mayBeMissing) meter.warn(`${operand.name} is missing`);
  return null;
}

function encode(value: Json, slot: Slot, meter: Meter): string {
  const text = slot.mode === "json" ? jsonOf(value) : textOf(value);
  meter.bound(text.length);
  meter.charge(1 + costOf(text));
  switch (slot.mode) {
    case "text":
    case "json":
      return text;
    case "html":
      return escapeHtml(text);
    case "url":
      return encodeUrl(text);
    case "json_text":
      return jsonOf(text).slice(1, -1);
    case "header":
      if (HEADER_BREAK.test(text)) {
        throw new TemplateError(`${nameOf(slot)} holds a line break, which is not allowed here`);
      }
      return text;
    default:
      return slot.mode satisfies never;
  }
}

function nameOf(slot: Slot): string {
  return "name" in slot.head ? slot.head.name : "The value";
}

/** Every path that the template reads, as segments, also those in arguments of filters. */
export function templatePaths(template: Template): string[][] {
  const paths: string[][] = [];
  for (const part of template.parts) {
    if (typeof part === "string") continue;
    for (const operand of operandsOf(part)) {
      if ("path" in operand) paths.push([...operand.path]);
    }
  }
  return paths;
}
