import { FILTERS } from "../../../../engine/core/filters.ts";
import type { Readable } from "../readable.ts";
import { type Completion, matching, type Suggestion } from "./Suggestions.tsx";

/** What each filter does, in a few words; one that is not here is offered without. */
const FILTER_WORDS: { readonly [name: string]: string } = {
  default: '"friend" where nothing lies',
  upcase: "IN CAPITALS",
  downcase: "in small letters",
  capitalize: "First letter large",
  trim: "without blanks around it",
  strip: "without blanks around it",
  truncate: "at most so many characters",
  replace: '"this", "that"',
  split: 'at "," into a list',
  join: 'a list as one text, with ", "',
  first: "first of a list",
  last: "last of a list",
  size: "how many",
  round: "to so many digits",
  plus: "add",
  minus: "take away",
  times: "multiply",
  divided_by: "divide",
  date: '"%d.%m.%Y", "Europe/Zurich"',
  json: "as JSON",
  escape: "safe in HTML",
  url_encode: "safe in an address",
  duration: "a time in words",
  hours: "a window in words",
};
const WITH_ARGUMENT = [
  "default",
  "truncate",
  "replace",
  "split",
  "join",
  "round",
  "plus",
  "minus",
  "times",
  "divided_by",
];

const filters: Suggestion[] = [...FILTERS.keys()].map((name) => ({
  text: WITH_ARGUMENT.includes(name) ? `${name}: ` : name,
  label: name,
  detail: FILTER_WORDS[name],
  group: "Filters",
}));

/** Variables as suggestions. */
export function variablesOf(readables: readonly Readable[]): Suggestion[] {
  return readables.map(({ path, sample, group }) => ({ text: path, label: path, detail: sample, group }));
}

/** What fits at the caret of a template: variables behind `{{`, filters behind `|`; null outside of `{{ }}`. */
export function templateCompletion(
  text: string,
  caret: number,
  readables: readonly Readable[],
): Completion | null {
  const open = text.lastIndexOf("{{", caret - 1);
  if (open === -1 || open + 2 > caret || text.slice(open, caret).includes("}}")) return null;
  const inside = text.slice(open + 2, caret);
  if (inQuotes(inside)) return null;
  const bar = inside.lastIndexOf("|");
  const part = inside.slice(bar + 1);
  // Behind a colon stands an argument: a value, or a variable of its own.
  const argument = bar === -1 ? null : /[:,]\s*([\w.[\]-]*)$/.exec(part);
  const typed = argument ? argument[1] ?? "" : part.trimStart();
  if (!argument && /\s/.test(typed)) return null;
  if (argument && typed === "") return null;
  const from = caret - typed.length;
  const to = caret + (/^[\w.[\]-]*/.exec(text.slice(caret))?.[0].length ?? 0);
  const items = matching(bar === -1 || argument ? variablesOf(readables) : filters, typed);
  return isComplete(items, typed) ? null : { from, to, items };
}

/** What fits a field that is one path, or `{{ }}` with filters. */
export function pathCompletion(
  text: string,
  caret: number,
  readables: readonly Readable[],
): Completion | null {
  if (text.includes("{{")) return templateCompletion(text, caret, readables);
  const items = matching(variablesOf(readables), text);
  return isComplete(items, text) ? null : { from: 0, to: text.length, items };
}

/** All that a field which holds one whole path may hold instead, with that path marked; null for any other text. */
export function otherPaths(text: string, readables: readonly Readable[]): Completion | null {
  const items = matching(variablesOf(readables), "");
  const active = items.findIndex((item) => item.text === text);
  return active === -1 ? null : { from: 0, to: text.length, items, active };
}

/** Nothing more to offer than what stands there. */
function isComplete(items: readonly Suggestion[], typed: string): boolean {
  return items.length === 1 && items[0]?.text.trim() === typed.trim();
}

function inQuotes(text: string): boolean {
  let quote = "";
  for (const char of text) {
    if (quote === "" && (char === '"' || char === "'")) quote = char;
    else if (char === quote) quote = "";
  }
  return quote !== "";
}

/** What is typed for a suggestion at this place: a variable's braces are closed when nothing does it yet. */
export function insertion(item: Suggestion, text: string, { from, to }: Completion): string {
  const before = text.slice(0, from);
  if (item.group === "Filters" || before.lastIndexOf("{{") <= before.lastIndexOf("}}")) return item.text;
  const space = before.endsWith("{{") ? " " : "";
  const isClosed = /^[^{}]*\}\}/.test(text.slice(to));
  return `${space}${item.text}${isClosed ? "" : " }}"}`;
}
