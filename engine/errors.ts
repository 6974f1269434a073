import type { z } from "zod";
import type { Failure } from "./schemas/execution.ts";
import type { Problem } from "./schemas/problem.ts";
import type { Issue } from "./schemas/workflow.ts";

/** A refusal that somebody outside can act on. `slug` names the kind and stays stable. */
export class EngineError extends Error {
  override readonly name: string = "EngineError";
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly issues: readonly Issue[];
  readonly retryAfterSeconds: number | undefined;
  /** Methods that are possible where the one used is not: the Allow header of a 405. */
  readonly allow: readonly string[] | undefined;

  constructor(slug: string, status: number, title: string, detail: string, options: {
    issues?: readonly Issue[];
    retryAfterSeconds?: number;
    allow?: readonly string[];
  } = {}) {
    super(detail);
    this.slug = slug;
    this.status = status;
    this.title = title;
    this.issues = options.issues ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.allow = options.allow;
  }
}

/** 404: `notFound("workflow", id)`. */
export function notFound(subject: string, id: string): EngineError {
  return new EngineError("not-found", 404, "Not found", `No ${subject} has the id "${id.slice(0, 80)}"`);
}

/** 422: the request was understood and its content is not acceptable; nothing was stored. */
export function invalid(detail: string, issues: readonly Issue[]): EngineError {
  return new EngineError("invalid", 422, "Content not accepted", detail, { issues });
}

/** 409: the present state does not allow it. */
export function conflict(slug: string, detail: string): EngineError {
  return new EngineError(slug, 409, "Conflict with the present state", detail);
}

/** 412: somebody else saved in between. */
export function stale(detail: string): EngineError {
  return new EngineError("stale", 412, "Changed in between", detail);
}

/** What a schema refused, as issues with dotted paths. */
export function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.slice(0, 100).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
}

/** The problem (RFC 9457) for anything thrown; what is not ours says nothing of its inside. */
export function toProblem(error: unknown, instance?: string): Problem {
  if (error instanceof EngineError) {
    return {
      type: `/problems/${error.slug}`,
      title: error.title,
      status: error.status,
      detail: error.message,
      ...(instance ? { instance } : {}),
      ...(error.issues.length ? { issues: [...error.issues] } : {}),
    };
  }
  return {
    type: "/problems/internal",
    title: "Internal error",
    status: 500,
    detail: "Something failed on our side; the log has the details",
    ...(instance ? { instance } : {}),
  };
}

/** Thrown by a node for a failure with a known cause. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** The failure at rest for anything thrown by a node. */
export function toFailure(error: unknown): Failure {
  if (error instanceof StepError) return error.failure;
  if (error instanceof Error) {
    const code = (error as { code?: unknown }).code;
    return { code: typeof code === "string" ? code : error.name, message: error.message.slice(0, 2_000) };
  }
  return { code: "thrown", message: String(error).slice(0, 2_000) };
}
