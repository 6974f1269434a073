import { Hono } from "hono";
import type { JSX } from "preact";
import type { WorkflowSummary } from "../../engine/schemas/workflow.ts";
import { FirstSteps } from "../../islands/monitoring/FirstSteps.tsx";
import { NeedsYou } from "../../islands/monitoring/NeedsYou.tsx";
import { curlFor } from "./components/curl.ts";
import { Empty } from "./components/empty.tsx";
import { Island } from "./components/island.tsx";
import { dashboardPage } from "./dashboard.tsx";
import { readNeeds } from "./dashboard_needs.ts";
import type { PageDeps, PageEnv } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { zoneOf } from "./zone.ts";

/** `/`: the first steps until something has run, then the dashboard. */
export function homePages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/", async (c) => {
    const { workflows, executions } = deps.engine;
    const [flows, { items: [newest] }] = await Promise.all([
      workflows.list({ limit: 200 }),
      executions.list({ limit: 1 }),
    ]);
    if (newest) return await dashboardPage(c, deps, flows.items);
    const needs = await readNeeds(deps, zoneOf(c));
    return await renderPage(
      c,
      deps,
      { title: "Dashboard", nav: "home" },
      (
        <div class="grid max-w-4xl grid-cols-1 gap-4">
          {needs.items.length > 0
            ? <Island name="monitoring/NeedsYou" component={NeedsYou} props={{ needs }} />
            : null}
          <Beginning flows={flows.items} publicUrl={deps.engine.publicUrl()} />
        </div>
      ),
    );
  });
  return pages;
}

/** The first steps with the workflow that a webhook starts, the sample at first. */
function Beginning(
  { flows, publicUrl }: { flows: readonly WorkflowSummary[]; publicUrl: string },
): JSX.Element {
  const flow = flows.find(({ webhooks }) => webhooks.length > 0) ?? flows[0];
  if (!flow) {
    return (
      <Empty
        icon="workflow"
        action={<a class="button" data-kind="primary" href="/workflow">Go to workflows</a>}
      >
        No workflow yet: draw one, or import one as JSON, to begin.
      </Empty>
    );
  }
  const [hook] = flow.webhooks;
  const command = hook === undefined ? null : curlFor(publicUrl, {
    path: hook.replace(/^\/hooks\//, ""),
    method: "POST",
    header: null,
    signed: false,
  });
  return (
    <Island
      name="monitoring/FirstSteps"
      component={FirstSteps}
      props={{ flow: { id: flow.id, name: flow.name, published: flow.version !== null }, command }}
    />
  );
}
