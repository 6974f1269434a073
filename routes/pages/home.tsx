import { Hono } from "hono";
import { dashboardPage } from "./dashboard.tsx";
import { FirstSteps } from "./dashboard_first_steps.tsx";
import { NeedsYou } from "./dashboard_needs.tsx";
import type { PageDeps, PageEnv } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { zoneOf } from "./zone.ts";

/** `/`: the first steps until something has run, then the dashboard. */
export function homePages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/", async (c) => {
    const { workflows, executions, inbox } = deps.engine;
    const [flows, { items: [newest] }] = await Promise.all([
      workflows.list({ limit: 200 }),
      executions.list({ limit: 1 }),
    ]);
    if (newest) return await dashboardPage(c, deps, flows.items);
    const cards = await inbox.cards({ limit: 5 });
    return await renderPage(
      c,
      deps,
      { title: "Dashboard", nav: "home" },
      (
        <div class="grid max-w-4xl grid-cols-1 gap-4">
          {cards.items.length + cards.causes.length > 0
            ? <NeedsYou cards={cards} incidents={[]} now={Date.now()} zone={zoneOf(c)} />
            : null}
          <FirstSteps flows={flows.items} publicUrl={deps.engine.publicUrl()} />
        </div>
      ),
    );
  });
  return pages;
}
