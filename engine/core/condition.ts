import { StepError } from "../errors.ts";
import type { Comparison, ConditionGroup, ConditionNode, ConditionTerm } from "../schemas/condition.ts";
import type { Json } from "../schemas/json.ts";
import { holds } from "./condition_ops.ts";
import { compileField, compileValue, MAX_CONDITION_DEPTH, MAX_CONDITION_TERMS } from "./condition_compile.ts";
import { readPath } from "./path.ts";
import { renderTemplate, templatePaths } from "./template.ts";

export { conditionProblems } from "./condition_check.ts";
export { MAX_CONDITION_DEPTH, MAX_CONDITION_TERMS } from "./condition_compile.ts";
export { conditionWords, OP_WORDS } from "./condition_words.ts";

const MAX_SHOWN = 300;

function broken(problem: string): StepError {
  return new StepError({ code: "condition", message: problem, retryable: false });
}

/**
 * Compares every term of the group with the view, also those that can no longer change the result: they are the
 * reason that is shown. `now` in epoch ms. Throws StepError (`condition`, `template`) for what conditionProblems
 * refuses and for templates past their limits.
 */
export function evaluateCondition(
  condition: ConditionGroup,
  view: object,
  now: number,
): { pass: boolean; comparisons: Comparison[] } {
  const comparisons: Comparison[] = [];
  const pass = evaluateGroup(condition, { view, now, comparisons, depth: 1 });
  return { pass, comparisons };
}

interface Evaluation {
  readonly view: object;
  readonly now: number;
  readonly comparisons: Comparison[];
  readonly depth: number;
}

function evaluateGroup(group: ConditionGroup, evaluation: Evaluation): boolean {
  if (evaluation.depth > MAX_CONDITION_DEPTH) {
    throw broken(`Conditions are nested more than ${MAX_CONDITION_DEPTH} deep`);
  }
  const below = { ...evaluation, depth: evaluation.depth + 1 };
  const [terms, all] = "all" in group ? [group.all, true] : [group.any, false];
  let pass = all;
  for (const term of terms) {
    const held = isGroup(term) ? evaluateGroup(term, below) : evaluateTerm(term, evaluation);
    pass = all ? pass && held : pass || held;
  }
  return pass;
}

function isGroup(node: ConditionNode): node is ConditionGroup {
  return "all" in node || "any" in node;
}

function evaluateTerm(term: ConditionTerm, { view, now, comparisons }: Evaluation): boolean {
  if (comparisons.length >= MAX_CONDITION_TERMS) {
    throw broken(`A condition has at most ${MAX_CONDITION_TERMS} terms`);
  }
  const value = rendered(term.value ?? null, view);
  const actual = readField(term.field, view);
  const pass = holds(term.op, actual, value, now);
  comparisons.push({
    field: term.field,
    op: term.op,
    value: shown(value),
    actual: shown(actual ?? null),
    pass,
  });
  return pass;
}

function readField(text: string, view: object): Json | undefined {
  const field = compileField(text);
  if ("problem" in field) throw broken(field.problem);
  if ("path" in field.value) return readPath(field.value.path, view);
  return renderTemplate(field.value.template, view).value ?? undefined;
}

function rendered(value: Json, view: object): Json {
  if (Array.isArray(value)) {
    return value.map((each) => typeof each === "string" ? renderedText(each, view) : each);
  }
  return typeof value === "string" ? renderedText(value, view) : value;
}

function renderedText(text: string, view: object): Json {
  if (!text.includes("{{")) return text;
  const compiled = compileValue(text);
  if ("problem" in compiled) throw broken(compiled.problem);
  return renderTemplate(compiled.value, view).value;
}

/** A reason is read by people and stored with every step: large values are cut. */
function shown(value: Json): Json {
  if (typeof value === "string") return value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value;
  if (typeof value !== "object" || value === null || isSmall(value)) return value;
  return Array.isArray(value)
    ? `(a list of ${value.length})`
    : `(an object with ${Object.keys(value).length} members)`;
}

/** Looks no further than it must. */
function isSmall(value: Json): boolean {
  const open: Json[] = [value];
  let size = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    size += typeof next === "string" ? next.length : 4;
    if (typeof next === "object" && next !== null) {
      for (const key in next) {
        const member = Array.isArray(next) ? next[Number(key)] : next[key];
        size += key.length;
        if (size > MAX_SHOWN) return false;
        if (member !== undefined) open.push(member);
      }
    }
    if (size > MAX_SHOWN) return false;
  }
  return true;
}

/** Every path that the condition reads, in fields and in values; broken ones are left out. */
export function conditionPaths(condition: ConditionGroup): string[][] {
  const paths: string[][] = [];
  const open: { node: ConditionNode; depth: number }[] = [{ node: condition, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, depth } = next;
    if (!isGroup(node)) paths.push(...termPaths(node));
    else if (depth <= MAX_CONDITION_DEPTH) {
      for (const child of "all" in node ? node.all : node.any) open.push({ node: child, depth: depth + 1 });
    }
  }
  return paths;
}

function termPaths(term: ConditionTerm): string[][] {
  const field = compileField(term.field);
  const read = "problem" in field
    ? []
    : "path" in field.value
    ? [[...field.value.path]]
    : templatePaths(field.value.template);
  for (const value of Array.isArray(term.value) ? term.value : [term.value]) {
    if (typeof value !== "string" || !value.includes("{{")) continue;
    const compiled = compileValue(value);
    if ("value" in compiled) read.push(...templatePaths(compiled.value));
  }
  return read;
}
