import type { JSX } from "preact";
import { toProblem } from "../../engine/errors.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "./components/error_card.tsx";
import type { PageContext, PageDeps } from "./deps.ts";
import { renderPage, renderPlain } from "./page.tsx";

const HEADINGS = { 403: "Not allowed", 404: "Not found", 500: "Something failed on our side" } as const;

/** The page for anything thrown by a page; what was not foreseen is logged and says nothing of its inside. */
export async function errorPage(c: PageContext, deps: PageDeps, error: unknown): Promise<Response> {
  const problem = toProblem(error, c.req.path);
  if (problem.status >= 500) deps.logError(error, c);
  const status = problem.status === 403 || problem.status === 404 ? problem.status : 500;
  return await showProblem(c, deps, problem, status);
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
  status: 403 | 404 | 500,
): Promise<Response> {
  const options = { title: HEADINGS[status], status };
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
