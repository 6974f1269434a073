import { Hono } from "hono";
import { Alerts } from "../../islands/settings/Alerts.tsx";
import { incidentFor } from "../api/payload.ts";
import { Island } from "./components/island.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

const SHOWN = 20;

/** `/settings/alerts`: incidents, the rules that see them, and how they are told. */
export function alertPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/settings/alerts", async (c) => {
    requireAction(c, deps, "alert.see");
    const { alerts, workflows } = deps.engine;
    const user = userOf(c);
    const { role } = user;
    const [rules, incidents, undelivered, settings, flows] = await Promise.all([
      alerts.rules(),
      alerts.incidents({ limit: SHOWN }),
      alerts.undelivered(),
      deps.can(role, "alert.edit") ? alerts.settings() : null,
      workflows.list({ limit: 200 }),
    ]);
    return await renderPage(
      c,
      deps,
      { title: "Alerts", nav: null },
      (
        <>
          <p class="mb-6 max-w-2xl text-soft">
            What goes wrong is told once, and once more when it is over. Each alert leads to where it is
            mended.
          </p>
          <Island
            name="settings/Alerts"
            component={Alerts}
            props={{
              rules,
              settings,
              incidents: incidents.items.map((incident) => incidentFor(user, incident)),
              undelivered,
              workflows: flows.items.map(({ id, name }) => ({ id, name })),
              mayAct: deps.can(role, "alert.act"),
              now: Date.now(),
            }}
            class="max-w-4xl"
          />
        </>
      ),
    );
  });
  return pages;
}
