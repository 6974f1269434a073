import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { JSX } from "preact";
import { EngineError, toProblem } from "../../engine/errors.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "./components/error_card.tsx";
import type { PageContext, PageDeps } from "./deps.ts";
import { renderPage, renderPlain } from "./page.tsx";

/** The page for anything thrown; what was not foreseen is logged and says nothing of its inside. */
export async function errorPage(c: PageContext, deps: PageDeps, error: unknown): Promise<Response> {
  const foreseen = error instanceof EngineError;
  if (!foreseen) deps.logError(error, c);
  if (foreseen && error.retryAfterSeconds !== undefined) {
    c.header("retry-after", String(error.retryAfterSeconds));
  }
  return await showProblem(c, deps, toProblem(error, c.req.path), statusOf(foreseen ? error.status : 500));
}

/** The statuses that our refusals have; a page can carry each of them. */
function statusOf(status: number): ContentfulStatusCode {
  const known: readonly ContentfulStatusCode[] = [400, 401, 403, 404, 405, 409, 412, 413, 422, 428, 429, 503];
  return known.find((one) => one === status) ?? 500;
}

/** The page for an address that leads nowhere. */
export async function notFoundPage(c: PageContext, deps: PageDeps): Promise<Response> {
  const problem = {
    type: "/problems/not-found",
    title: "Not found",
    status: 404,
    detail: `There is no page at ${c.req.path.slice(0, 200)}`,
  };
  return await showProblem(c, deps, problem, 404);
}

async function showProblem(
  c: PageContext,
  deps: PageDeps,
  problem: Problem,
  status: ContentfulStatusCode,
): Promise<Response> {
  const options = { title: status === 500 ? "Something failed on our side" : problem.title, status };
  if (!c.get("user")) return await renderPlain(c, deps, options, <Body problem={problem} />);
  try {
    return await renderPage(c, deps, { ...options, nav: null }, <Body problem={problem} />);
  } catch {
    // The frame reads the store too; when that is what failed, the plain page still says so.
    return await renderPlain(c, deps, options, <Body problem={problem} />);
  }
}

function Body({ problem }: { problem: Problem }): JSX.Element {
  return (
    <div class="grid max-w-xl gap-4">
      <ErrorCard problem={problem} />
      <p>
        <a class="button" href="/">Go to the start page</a>
      </p>
    </div>
  );
}
