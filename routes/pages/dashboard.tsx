import type { JSX } from "preact";
import type { Funnel as Counted, Metrics } from "../../engine/schemas/metrics.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Issue, WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { EngineError, toProblem } from "../../engine/errors.ts";
import { Dashboard } from "../../islands/monitoring/Dashboard.tsx";
import { DashboardFilter } from "../../islands/monitoring/DashboardFilter.tsx";
import { Funnel } from "../../islands/monitoring/Funnel.tsx";
import { NeedsYou } from "../../islands/monitoring/NeedsYou.tsx";
import { drawMetrics } from "./components/chart_geometry.ts";
import { ErrorCard } from "./components/error_card.tsx";
import { summaryFor } from "../api/payload.ts";
import { ExecutionLines } from "./components/execution_lines.tsx";
import { Island } from "./components/island.tsx";
import { viewQuery } from "./components/metric_words.ts";
import type { DashboardView } from "./components/metric_words.ts";
import { FiguresSection } from "./dashboard_figures.tsx";
import { readNeeds } from "./dashboard_needs.ts";
import { readView } from "./dashboard_view.ts";
import { userOf } from "./deps.ts";
import type { PageContext, PageDeps } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { knownZoneOf, zoneOf } from "./zone.ts";

const RECENT = 5;

/** `/` once something has run: figures and charts, what needs a person, what ran last. */
export async function dashboardPage(
  c: PageContext,
  deps: PageDeps,
  workflows: readonly WorkflowSummary[],
): Promise<Response> {
  const zone = zoneOf(c);
  const { view, issues } = readView(new URL(c.req.url).searchParams, zone);
  const { engine } = deps;
  const [counted, needs, recent, figures, funnel] = await Promise.all([
    read(deps, view, zone),
    readNeeds(deps, zone),
    engine.executions.list({
      limit: RECENT,
      ...(view.workflowId === "" ? {} : { workflowId: view.workflowId }),
    }),
    engine.metrics.figures(),
    readFunnel(deps, view.workflowId),
  ]);
  const now = Date.now();
  const named = workflows.map(({ id, name }) => ({ id, name }));
  return await renderPage(
    c,
    deps,
    { title: "Dashboard", nav: "home", wide: true },
    (
      <div class="grid grid-cols-1 gap-8">
        <div>
          <Island name="monitoring/NeedsYou" component={NeedsYou} props={{ needs }} />
          {issues.length > 0 ? <NotShown issues={issues} /> : null}
          {"problem" in counted
            ? <Unreadable problem={counted.problem} view={view} workflows={named} zone={zone} />
            : (
              <Island
                name="monitoring/Dashboard"
                component={Dashboard}
                props={{
                  first: { metrics: counted.metrics, drawn: drawMetrics(counted.metrics, zone), zone, now },
                  view,
                  workflows: named,
                }}
              />
            )}
        </div>
        {funnel ? <Island name="monitoring/Funnel" component={Funnel} props={{ first: funnel }} /> : null}
        <section>
          <div class="mb-2 flex items-baseline gap-3">
            <h2 class="flex-1">Recent executions</h2>
            <a class="link text-sm" href={allHref(view.workflowId)}>All executions</a>
          </div>
          <ExecutionLines
            items={recent.items.map((one) => summaryFor(userOf(c), one))}
            zone={knownZoneOf(c)}
          />
        </section>
        <FiguresSection figures={figures.items} />
      </div>
    ),
  );
}

function allHref(workflowId: string): string {
  return workflowId === "" ? "/executions" : `/executions?${new URLSearchParams({ workflowId })}`;
}

/** Of the workflow that is looked at; null without one, and for one that is not there. */
async function readFunnel({ engine }: PageDeps, workflowId: string): Promise<Counted | null> {
  if (workflowId === "") return null;
  try {
    return await engine.metrics.funnel(workflowId);
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return null;
    throw error;
  }
}

/** A question that cannot be answered is no reason to show nothing at all. */
async function read(
  deps: PageDeps,
  view: DashboardView,
  zone: string,
): Promise<{ metrics: Metrics } | { problem: Problem }> {
  const { range, from, to, workflowId } = view;
  try {
    const metrics = await deps.engine.metrics.read({
      ...(range === null ? { from, ...(to === "" ? {} : { to }) } : { range }),
      ...(workflowId === "" ? {} : { workflowId }),
      timezone: zone,
    });
    return { metrics };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { problem: toProblem(error) };
  }
}

interface UnreadableProps {
  problem: Problem;
  view: DashboardView;
  workflows: readonly { id: string; name: string }[];
  zone: string;
}

function Unreadable({ problem, view, workflows, zone }: UnreadableProps): JSX.Element {
  return (
    <div class="grid gap-4">
      <DashboardFilter
        view={view}
        workflows={workflows}
        zone={zone}
        time={{ from: view.from, to: view.to }}
      />
      <ErrorCard problem={problem}>
        <p class="mt-1">
          <a class="link" href={`/?${viewQuery({ range: "24h", from: "", to: "", workflowId: "" })}`}>
            Show the last 24 hours of all workflows
          </a>
        </p>
      </ErrorCard>
    </div>
  );
}

function NotShown({ issues }: { issues: Issue[] }): JSX.Element {
  return (
    <div class="mb-4">
      <ErrorCard
        problem={{
          type: "/problems/invalid",
          title: "Time not accepted",
          status: 422,
          detail: "The last 24 hours are shown instead",
          issues,
        }}
      />
    </div>
  );
}
