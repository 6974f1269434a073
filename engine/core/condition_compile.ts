import { parsePath, VIEW_ROOTS } from "./path.ts";
import { compileTemplate, rootsInWords, type Template } from "./template.ts";

export const MAX_CONDITION_DEPTH = 8;
export const MAX_CONDITION_TERMS = 200;
const MAX_CACHED = 2_000;
const MAX_CACHED_LENGTH = 500;

/** A field: a path, or a single expression whose filters are applied before comparing. */
type Field = { readonly path: readonly string[] } | { readonly template: Template };
type Compiled<T> = { value: T } | { problem: string };

// Conditions come as plain data, parsed afresh for every step; their texts repeat, so what was made of them is kept.
const fields = new Map<string, Compiled<Field>>();
const values = new Map<string, Compiled<Template>>();

function cached<T>(cache: Map<string, T>, text: string, make: (text: string) => T): T {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const made = make(text);
  if (text.length > MAX_CACHED_LENGTH) return made;
  if (cache.size >= MAX_CACHED) cache.clear();
  cache.set(text, made);
  return made;
}

/** The field `lead.score` or `{{ lead.score }}`, or what is wrong with it. */
export function compileField(text: string): Compiled<Field> {
  return cached(fields, text, (field) => {
    if (!field.includes("{{")) {
      const parsed = parsePath(field);
      if ("message" in parsed) return { problem: parsed.message };
      const [root = ""] = parsed.path;
      if (VIEW_ROOTS.includes(root)) return { value: parsed };
      return { problem: `"${root}" leads nowhere: ${rootsInWords(VIEW_ROOTS)}` };
    }
    const compiled = compileText(field);
    if ("problem" in compiled) return compiled;
    const { single } = compiled.value;
    if (!single) return { problem: "A field is one path, such as lead.score" };
    const plain = single.filters.length === 0 && "path" in single.head;
    return { value: plain ? { path: single.head.path } : { template: compiled.value } };
  });
}

/** A text that a term is compared with, compiled as a template, or what is wrong with it. */
export function compileValue(text: string): Compiled<Template> {
  return cached(values, text, compileText);
}

function compileText(text: string): Compiled<Template> {
  const result = compileTemplate(text, "value", { roots: VIEW_ROOTS });
  if ("template" in result) return { value: result.template };
  return { problem: result.problems[0]?.message ?? "No template" };
}
