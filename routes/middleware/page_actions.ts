import type { Hono } from "hono";
import type { Engine } from "../../engine/contract.ts";
import type { PageEnv } from "../pages/deps.ts";
import type { AppEnv } from "./context.ts";
import { declare, guardPage } from "./guard.ts";
import type { RegisteredRoute, RouteAction } from "./guard.ts";

/** The action behind each page, by the beginning of its path; the longest match counts. */
const PAGE_ACTIONS: { readonly [prefix: string]: RouteAction } = {
  "/login": "public",
  "/setup": "public",
  "/logout": "public",
  "/a": "public",
  "/workflow": "workflow.see",
  "/executions": "execution.see",
  "/inbox": "inbox.see",
  "/outbox": "message.see",
  "/leads": "lead.see",
  "/collections": "collection.see",
  "/scheduling": "schedule.see",
  "/settings/secrets": "secret.see",
  "/settings/alerts": "alert.see",
};

/** Guards every page by the table, then mounts them. Throws for a page that the table does not know. */
export function mountPages(app: Hono<AppEnv>, pages: Hono<PageEnv>, engine: Engine): void {
  for (const page of pages.routes) {
    if (isMiddleware(page)) {
      declare(page.handler, "public");
      continue;
    }
    const action = pageAction(page);
    declare(page.handler, action);
    if (action !== "public") app.on([page.method], [page.path], guardPage(action, engine));
  }
  app.route("/", pages);
}

/** `pages.use(...)` on everything: it takes `next` and answers for nobody. */
function isMiddleware({ method, path, handler }: RegisteredRoute): boolean {
  return method === "ALL" && path.endsWith("*") && typeof handler === "function" && handler.length >= 2;
}

function pageAction({ method, path }: RegisteredRoute): RouteAction {
  // What answers any path is the page that says that nothing is there.
  if (path.endsWith("*") && method === "GET") return "public";
  const [prefix = ""] = Object.keys(PAGE_ACTIONS)
    .filter((start) => path === start || path.startsWith(`${start}/`))
    .sort((a, b) => b.length - a.length);
  const action = path === "/" ? "me.see" : PAGE_ACTIONS[prefix];
  // Changes go through the API, where each has an action of its own; only sign-in, set-up and approvals by link take forms.
  if (action === undefined || (method !== "GET" && action !== "public")) {
    throw new Error(`The page ${method} ${path} declares no action`);
  }
  return action;
}
