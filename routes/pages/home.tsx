import { Hono } from "hono";
import { NeedsYou } from "../../islands/monitoring/NeedsYou.tsx";
import { Island } from "./components/island.tsx";
import { dashboardPage } from "./dashboard.tsx";
import { FirstSteps } from "./dashboard_first_steps.tsx";
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
          <FirstSteps flows={flows.items} publicUrl={deps.engine.publicUrl()} />
        </div>
      ),
    );
  });
  return pages;
}
