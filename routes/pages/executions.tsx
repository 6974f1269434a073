import { Hono } from "hono";
import type { JSX } from "preact";
import type { ExecutionFilter, ExecutionSummary } from "../../engine/schemas/execution.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import type { Issue } from "../../engine/schemas/workflow.ts";
import { EngineError } from "../../engine/errors.ts";
import { BulkBar } from "../../islands/monitoring/BulkBar.tsx";
import { ExecutionList } from "../../islands/monitoring/ExecutionList.tsx";
import { summaryFor } from "../api/payload.ts";
import { ErrorCard } from "./components/error_card.tsx";
import { Icon } from "./components/icon.tsx";
import { Island } from "./components/island.tsx";
import { leadName } from "./components/lead_name.tsx";
import { NextPage } from "./components/table.tsx";
import { Time } from "./components/time.tsx";
import { requireAction, userOf } from "./deps.ts";
import type { PageContext, PageDeps, PageEnv } from "./deps.ts";
import { executionPage } from "./executions_detail.tsx";
import { FilterForm, queryOf, readFilter } from "./executions_filter.tsx";
import { renderPage } from "./page.tsx";
import { zoneOf } from "./zone.ts";

const PAGE_SIZE = 50;
/** What was created while the page was made is new to it. */
const NEW_MS = 60_000;
/** Bulk actions under way are among the newest. */
const JOBS_LOOKED_AT = 10;

/** `/executions` and `/executions/:id`. */
export function executionRoutes(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/executions", (c) => listPage(c, deps));
  pages.get("/executions/:id", (c) => executionPage(c, deps, c.req.param("id")));
  return pages;
}

async function listPage(c: PageContext, deps: PageDeps): Promise<Response> {
  requireAction(c, deps, "execution.see");
  const query = new URL(c.req.url).searchParams;
  const zone = zoneOf(c);
  const { address, filter, issues } = readFilter(query, zone);
  const cursor = query.get("cursor") ?? undefined;
  const bulk = deps.can(userOf(c).role, "execution.bulk");
  const [page, workflows, lead, jobs] = await Promise.all([
    deps.engine.executions.list({ ...filter, limit: PAGE_SIZE, cursor }, {
      payloads: deps.can(userOf(c).role, "payload.see"),
    }),
    deps.engine.workflows.list({ limit: 200 }),
    address.leadId === "" ? null : leadNameOf(deps, address.leadId),
    bulk ? deps.engine.mending.bulkJobs({ limit: JOBS_LOOKED_AT }) : { items: [] },
  ]);
  const running = jobs.items.filter(({ status }) => status === "running");
  const now = Date.now();
  const apiQuery = new URLSearchParams({ ...queryOf(newsOf(filter, now)), limit: String(PAGE_SIZE) });
  return await renderPage(
    c,
    deps,
    {
      title: "Executions",
      nav: "executions",
      wide: true,
      actions: (
        <a
          class="button"
          href={`/api/monitoring/executions.csv?${new URLSearchParams(queryOf(filter))}`}
          download
        >
          <Icon name="download" size={15} /> Export as CSV
        </a>
      ),
    },
    (
      <>
        <FilterForm address={address} workflows={workflows.items} leadName={lead} zone={zone} />
        {filter.workflowId
          ? (
            <p class="mb-3">
              <a class="link" href={`/workflow/${encodeURIComponent(filter.workflowId)}/running`}>
                Those of older versions
              </a>
            </p>
          )
          : null}
        {issues.length > 0 ? <FilterIssues issues={issues} /> : null}
        {bulk && (page.items.length > 0 || running.length > 0)
          ? (
            <Island
              name="monitoring/BulkBar"
              component={BulkBar}
              props={{
                filter,
                workflow: workflows.items.find(({ id }) => id === filter.workflowId)?.name ?? null,
                jobs: running,
              }}
            />
          )
          : null}
        <Island
          name="monitoring/ExecutionList"
          component={ExecutionList}
          props={{
            items: page.items.map((one) => summaryFor(userOf(c), one)),
            query: apiQuery.toString(),
            filtered: Object.keys(filter).length > 0,
            newest: cursor === undefined,
            now,
            bulk,
          }}
        />
        <SearchedUntil page={page} />
        <NextPage
          path="/executions"
          cursor={page.nextCursor}
          query={queryOf(address)}
          label={page.searchedUntil === undefined ? "Older" : "Search on"}
        />
      </>
    ),
  );
}

/** What is looked for in inputs and outputs is looked for in new ones only: the whole search is not made again and again. */
function newsOf(filter: ExecutionFilter, now: number): ExecutionFilter {
  if (!filter.q && !filter.error || filter.timeOf === "ended") return filter;
  const drawn = new Date(now - NEW_MS).toISOString();
  return { ...filter, from: filter.from && filter.from > drawn ? filter.from : drawn };
}

async function leadNameOf(deps: PageDeps, id: string): Promise<string | null> {
  try {
    return leadName(await deps.engine.leads.get(id));
  } catch (error) {
    // A lead that was deleted still has executions; the filter then shows its id.
    if (error instanceof EngineError) return null;
    throw error;
  }
}

function FilterIssues({ issues }: { issues: Issue[] }): JSX.Element {
  return (
    <div class="mb-4">
      <ErrorCard
        problem={{
          type: "/problems/invalid",
          title: "Filter not accepted",
          status: 422,
          detail: "These filters were left out",
          issues,
        }}
      />
    </div>
  );
}

/** A search that stopped for time says how far it came; the next page goes on from there. */
function SearchedUntil({ page }: { page: Page<ExecutionSummary> }): JSX.Element | null {
  if (page.searchedUntil === undefined || page.nextCursor === null) return null;
  return (
    <p class="mt-4 text-center text-soft">
      {page.searched === undefined
        ? "Searched back to "
        : `Searched the newest ${
          page.searched.toLocaleString("en-GB")
        } that pass the other filters, back to `}
      <Time at={page.searchedUntil} />; there may be more before that.
    </p>
  );
}
