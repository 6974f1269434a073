import { Hono } from "hono";
import { accessPages } from "./access.tsx";
import { approvalPages } from "./approval.tsx";
import { collectionPages } from "./collections.tsx";
import { needsPages } from "./dashboard_needs.ts";
import type { PageDeps, PageEnv } from "./deps.ts";
import { errorPage, notFoundPage } from "./errors.tsx";
import { executionRoutes } from "./executions.tsx";
import { homePages } from "./home.tsx";
import { inboxPages } from "./inbox.tsx";
import { leadPages } from "./leads.tsx";
import { outboxPages } from "./outbox.tsx";
import { runningPages } from "./running.tsx";
import { schedulingPages } from "./scheduling.tsx";
import { settingsPages } from "./settings.tsx";
import { alertPages } from "./settings_alerts.tsx";
import { workflowPages } from "./workflows.tsx";

export { errorPage } from "./errors.tsx";
export type { Manifest, PageAction, PageDeps, PageEnv } from "./deps.ts";

/** First parts of addresses that are no pages: their own handlers answer, also when nothing is found. */
const NOT_PAGES = /^\/(api|hooks|static|health|metrics|t|u|a)(\/|$)/;

/** Every page. `c.var.user` is set by the identity middleware, which sends others to `/login`. */
export function pageRoutes(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.onError((error, c) => errorPage(c, deps, error));
  for (
    const part of [
      accessPages(deps),
      approvalPages(deps),
      homePages(deps),
      needsPages(deps),
      workflowPages(deps),
      runningPages(deps),
      executionRoutes(deps),
      inboxPages(deps),
      outboxPages(deps),
      leadPages(deps),
      collectionPages(deps),
      schedulingPages(deps),
      settingsPages(deps),
      alertPages(deps),
    ]
  ) pages.route("/", part);
  pages.get("*", async (c, next) => {
    if (NOT_PAGES.test(c.req.path)) return await next();
    return await notFoundPage(c, deps);
  });
  return pages;
}
