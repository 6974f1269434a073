import { EngineError, toProblem } from "../../engine/errors.ts";
import type { AppContext, Log } from "./context.ts";
import { aboutRequest, requestIdOf } from "./request_log.ts";

/** Draws anything thrown as a page, for browsers, and logs what was not foreseen. */
export type PageProblem = (c: AppContext, error: unknown) => Response | Promise<Response>;

/** RFC 9457 over HTTP. */
export function problemResponse(
  error: unknown,
  instance: string,
  headers: { [name: string]: string } = {},
): Response {
  const problem = toProblem(error, instance);
  const answer = new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, "content-type": "application/problem+json", "cache-control": "no-store" },
  });
  if (error instanceof EngineError && error.retryAfterSeconds !== undefined) {
    answer.headers.set("retry-after", String(error.retryAfterSeconds));
  }
  if (error instanceof EngineError && error.allow) answer.headers.set("allow", error.allow.join(", "));
  if (problem.status === 401) answer.headers.set("www-authenticate", 'Bearer realm="LeadFlow"');
  return answer;
}

/** The one place where anything thrown becomes an answer; what is not ours is logged and says nothing of its inside. */
export function handleProblem(
  error: unknown,
  c: AppContext,
  { log, pageProblem }: { log: Log; pageProblem?: PageProblem | undefined },
): Response | Promise<Response> {
  if (pageProblem && wantsPage(c)) return pageProblem(c, error);
  const path = c.req.path;
  if (!(error instanceof EngineError)) {
    const said = error instanceof Error ? error.stack ?? error.message : String(error);
    log("error", "request_failed", { ...aboutRequest(c), error: said });
  }
  return problemResponse(error, path, { "x-request-id": requestIdOf(c) });
}

/** Is it a browser that shows the answer to a person? */
export function wantsPage(c: AppContext): boolean {
  const { path } = c.req;
  if (/^\/(api|hooks|t|health|static)(\/|$)/.test(path)) return false;
  return (c.req.header("accept") ?? "").includes("text/html");
}

/** 404 for an address that nothing answers. */
export function unknownPath(c: AppContext): EngineError {
  return new EngineError("not-found", 404, "Not found", `Nothing is at ${c.req.path.slice(0, 200)}`);
}
