import type { Problem } from "../../engine/schemas/problem.ts";

/** What a problem says of one field of a form, with what is accepted; undefined when it says nothing of it. */
export function issueFor(problem: Problem | null, field: string): string | undefined {
  const issue = problem?.issues?.find(({ path }) => isAbout(path, field));
  return issue ? [issue.message, issue.accepted].filter(Boolean).join(" — accepted: ") : undefined;
}

/** Does a form with these fields show the whole problem beside them? What it does not must stand in a card. */
export function isShownBy(problem: Problem, fields: readonly string[]): boolean {
  const issues = problem.issues ?? [];
  return issues.length > 0 && issues.every(({ path }) => fields.some((field) => isAbout(path, field)));
}

function isAbout(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`);
}
