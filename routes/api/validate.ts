import { z } from "zod";
import { EngineError, invalid } from "../../engine/errors.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";

/** The parsed query; 400 naming each parameter that was refused and what is accepted. */
export function parseQuery<Q>(schema: (z.ZodObject & z.ZodType<Q>) | undefined, given: URLSearchParams): Q {
  const known = schema ?? z.object({});
  const names = Object.keys(known.shape);
  const unknown = [...given.keys()].filter((name) => !names.includes(name));
  const parsed = known.safeParse(Object.fromEntries(given));
  const issues = [
    ...unknown.map((name): Issue => ({
      path: name,
      message: `"${name}" is no parameter of this address`,
      accepted: names.join(", ") || "none",
    })),
    ...(parsed.success ? [] : issuesOf(parsed.error)),
  ];
  if (parsed.success && issues.length === 0) {
    // The one cast: without a schema `Q` is the empty object that was parsed.
    return parsed.data as Q;
  }
  throw new EngineError("bad-query", 400, "Query not accepted", inWords(issues), { issues });
}

/** The parsed body; 422 naming each field that was refused. */
export function parseBody<B>(schema: z.ZodType<B> | undefined, value: unknown): B {
  // The one cast: without a schema `B` is undefined.
  if (schema === undefined) return undefined as B;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error);
  throw invalid(inWords(issues), issues);
}

/** Zod's findings as issues: a dotted path, what is wrong, what is accepted. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.slice(0, 100).map((issue) => asIssue(issue, []));
}

function asIssue(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): Issue {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const branch = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))[0]?.[0];
    // The branch that got furthest is the one that was meant.
    if (branch !== undefined) return asIssue(branch, path);
  }
  const accepted = acceptedBy(issue);
  return { path: path.map(String).join("."), message: issue.message, ...(accepted ? { accepted } : {}) };
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function acceptedBy(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case "invalid_value":
      return issue.values.map(String).join(", ");
    case "too_big":
      return `at most ${issue.maximum}`;
    case "too_small":
      return `at least ${issue.minimum}`;
    default:
      return undefined;
  }
}

function inWords(issues: readonly Issue[]): string {
  const words = issues.slice(0, 5).map(({ path, message, accepted }) =>
    `${path || "body"}: ${message}${accepted ? ` (accepted: ${accepted})` : ""}`
  );
  return words.join("; ") + (issues.length > 5 ? `; and ${issues.length - 5} more` : "");
}
