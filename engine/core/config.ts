import type { Json, JsonObject } from "../schemas/json.ts";
import type { Encoding } from "../schemas/node.ts";
import { isForbiddenKey, VIEW_ROOTS } from "./path.ts";
import { compileTemplate, renderTemplate, type Template, TemplateError, templatePaths } from "./template.ts";

/** Deeper than any form draws and than any request body may be. */
const MAX_DEPTH = 64;
const MAX_PROBLEMS = 100;

/** What has to be rendered below one value of a config: the value itself, or some of its members. */
type Slots = Template | Map<string, Slots>;

/** A config whose templates are compiled. */
export interface CompiledConfig {
  readonly config: JsonObject;
  /** Null: nothing in it is a template. */
  readonly slots: Map<string, Slots> | null;
  /** Every path that its templates read. */
  readonly paths: readonly string[][];
  /** The same with the field that reads it. */
  readonly reads: readonly ConfigRead[];
}

/** A field (dotted) and a path that its template reads. */
export interface ConfigRead {
  readonly field: string;
  readonly path: readonly string[];
}

/** Where in a config something is wrong: a dotted path, as in an Issue. */
export interface ConfigProblem {
  path: string;
  message: string;
  accepted?: string;
}

/** `{ "a": {{ b }} }` or `[…]`, but not `{{ b }}`. */
const DOCUMENT = /^\s*(\{(?!\{)|\[)/;

interface Pattern {
  readonly segments: readonly string[];
  readonly encoding: Encoding;
}

/** Is it `{ secret: name }`? Its name is never a template. */
function isSecretRef(value: Json): value is { secret: string } {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    typeof value.secret === "string" && Object.keys(value).length === 1;
}

/**
 * Compiles every text of the config that a pattern names: `subject`, `headers.*.value` (`*` is any member), or a
 * part of the config whose texts are all templates (`body`). `json` quotes values in a text that is a JSON document;
 * in any other text, and in the members of an object (which is written as JSON later), it is `value`. What has
 * problems is taken as it is.
 */
export function compileConfig(
  config: JsonObject,
  templates: { [pattern: string]: Encoding },
): { compiled: CompiledConfig; problems: ConfigProblem[] } {
  const patterns = Object.entries(templates).map(([path, encoding]) => ({
    segments: path.split("."),
    encoding,
  }));
  const compiler = new Compiler();
  const slots = patterns.length > 0 ? compiler.members(config, patterns, []) : null;
  const { reads, problems } = compiler;
  return { compiled: { config, slots, reads, paths: reads.map((read) => [...read.path]) }, problems };
}

class Compiler {
  readonly problems: ConfigProblem[] = [];
  readonly reads: ConfigRead[] = [];

  members(parent: Json, patterns: readonly Pattern[], path: readonly string[]): Map<string, Slots> | null {
    if (typeof parent !== "object" || parent === null || isSecretRef(parent)) return null;
    if (path.length >= MAX_DEPTH) {
      this.#report(path, `Nested more than ${MAX_DEPTH} deep`);
      return null;
    }
    const found = new Map<string, Slots>();
    for (const [key, value] of Object.entries(parent)) {
      const below = step(patterns, key);
      const slots = below.length > 0 ? this.#slotsOf(value, below, [...path, key]) : null;
      if (!slots) continue;
      if (isForbiddenKey(key)) this.#report([...path, key], `"${key}" may not be used as a name here`);
      else found.set(key, slots);
    }
    return found.size > 0 ? found : null;
  }

  #slotsOf(value: Json, patterns: readonly Pattern[], path: readonly string[]): Slots | null {
    if (typeof value !== "string") return this.members(value, patterns.map(asSubtree), path);
    const pattern = patterns.find((each) => each.segments.length === 0);
    return pattern ? this.#compile(value, pattern.encoding, path) : null;
  }

  #compile(source: string, encoding: Encoding, path: readonly string[]): Template | null {
    const literal = encoding === "json" && !DOCUMENT.test(source);
    const result = compileTemplate(source, literal ? "value" : encoding, { roots: VIEW_ROOTS });
    if ("problems" in result) {
      for (const { message, offset } of result.problems) {
        this.#report(path, offset > 0 ? `${message} (at character ${offset + 1})` : message);
      }
      return null;
    }
    if (result.template.parts.length === 0) return null;
    const field = path.join(".");
    for (const read of templatePaths(result.template)) this.reads.push({ field, path: read });
    return result.template;
  }

  #report(path: readonly string[], message: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ path: path.join("."), message });
  }
}

/** What is left of each pattern one member further down; a pattern that has ended goes on for its whole subtree. */
function step(patterns: readonly Pattern[], key: string): Pattern[] {
  const left: Pattern[] = [];
  for (const pattern of patterns) {
    const [first, ...rest] = pattern.segments;
    if (first === undefined) left.push(pattern);
    else if (first === "*" || first === key) left.push({ segments: rest, encoding: pattern.encoding });
  }
  return left;
}

function asSubtree(pattern: Pattern): Pattern {
  return pattern.segments.length === 0 && pattern.encoding === "json"
    ? { ...pattern, encoding: "value" }
    : pattern;
}

/**
 * The config with its templates rendered over the view; what holds none is shared with the original. Warnings
 * and TemplateErrors name the field.
 */
export function renderConfig(
  compiled: CompiledConfig,
  view: object,
): { config: JsonObject; warnings: string[] } {
  const warnings: string[] = [];
  if (!compiled.slots) return { config: compiled.config, warnings };
  return { config: renderObject(compiled.config, compiled.slots, { view, warnings, path: "" }), warnings };
}

interface Rendering {
  readonly view: object;
  readonly warnings: string[];
  /** Where we are, with a dot at the end. */
  readonly path: string;
}

function renderObject(object: JsonObject, slots: Map<string, Slots>, rendering: Rendering): JsonObject {
  const copy = { ...object };
  // Names that would lead into the language were refused when the slots were made.
  for (const [key, slot] of slots) copy[key] = renderSlot(copy[key] ?? null, slot, key, rendering);
  return copy;
}

function renderList(list: readonly Json[], slots: Map<string, Slots>, rendering: Rendering): Json[] {
  const copy = [...list];
  for (const [key, slot] of slots) {
    copy[Number(key)] = renderSlot(copy[Number(key)] ?? null, slot, key, rendering);
  }
  return copy;
}

function renderSlot(value: Json, slot: Slots, key: string, rendering: Rendering): Json {
  if (!(slot instanceof Map)) return renderText(slot, rendering.path + key, rendering);
  const below = { ...rendering, path: `${rendering.path}${key}.` };
  if (Array.isArray(value)) return renderList(value, slot, below);
  return typeof value === "object" && value !== null ? renderObject(value, slot, below) : value;
}

function renderText(template: Template, path: string, { view, warnings }: Rendering): Json {
  try {
    const rendered = renderTemplate(template, view);
    for (const warning of rendered.warnings) warnings.push(`${path}: ${warning}`);
    return rendered.value;
  } catch (error) {
    throw error instanceof TemplateError ? new TemplateError(`${path}: ${error.message}`) : error;
  }
}

/** Names of the secrets that a config refers to, wherever in it. */
export function secretsIn(value: Json): string[] {
  const names = new Set<string>();
  const left: Json[] = [value];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one !== "object" || one === null) continue;
    if (isSecretRef(one)) names.add(one.secret);
    else left.push(...Object.values(one));
  }
  return [...names].sort();
}
