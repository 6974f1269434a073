import { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import type { Environment } from "../environment.ts";
import { apiRoutes } from "./api/mod.ts";
import type { LoopLag } from "./event_loop.ts";
import { healthRoutes } from "./health.ts";
import { hookRoutes } from "./hooks.ts";
import { metricsRoute } from "./metrics.ts";
import type { AppEnv, AppMiddleware, Log } from "./middleware/context.ts";
import { declare, undeclared } from "./middleware/guard.ts";
import { securityHeaders } from "./middleware/headers.ts";
import { createSessionCookie, identity } from "./middleware/identity.ts";
import { mountPages } from "./middleware/page_actions.ts";
import { handleProblem, unknownPath } from "./middleware/problems.ts";
import type { PageProblem } from "./middleware/problems.ts";
import { requestLog } from "./middleware/request_log.ts";
import { sameOrigin } from "./middleware/same_origin.ts";
import type { PageEnv } from "./pages/deps.ts";
import { staticRoutes } from "./static_files.ts";
import { trackingRoutes } from "./tracking.ts";

export interface AppParts {
  engine: Engine;
  environment: Pick<Environment, "url">;
  log: Log;
  pages?: Hono<PageEnv>;
  /** Draws problems for browsers; absent: they get the problem as JSON. */
  pageProblem?: PageProblem;
  /** Ends the event streams when the server stops. */
  stopping?: AbortSignal;
  /** How late this process is, for monitors. */
  lag?: LoopLag;
  /** Where the build lies; default static/build. */
  staticFolder?: URL;
}

/**
 * The whole of HTTP. `Deno.serve(…, (request, info) => app.fetch(request, info))`: `info` carries the client's address.
 * Throws when any route declares no action (SECURITY, rule 7).
 */
export function createApp(parts: AppParts): Hono<AppEnv> {
  const { engine, environment, log, stopping } = parts;
  const publicUrl = environment.url;
  const cookie = createSessionCookie(publicUrl);
  const app = new Hono<AppEnv>();
  app.onError((error, c) => handleProblem(error, c, { log, pageProblem: parts.pageProblem }));
  app.notFound((c) => handleProblem(unknownPath(c), c, { log, pageProblem: parts.pageProblem }));

  // Before all middleware: these know no users, and the first is the hot path.
  hookRoutes(app, { engine });
  trackingRoutes(app, { engine });
  healthRoutes(app, { engine });
  staticRoutes(app, parts.staticFolder ? { folder: parts.staticFolder } : {});

  use(app, requestLog(log));
  use(app, securityHeaders(publicUrl));
  use(app, identity({ engine, cookie, publicUrl }));
  use(app, sameOrigin(publicUrl));
  metricsRoute(app, { engine, lag: parts.lag });
  apiRoutes(app, { engine, cookie, log, stopping });
  const silent = undeclared(app);
  if (silent.length > 0) throw new Error(`Routes without an action: ${silent.join(", ")}`);
  if (parts.pages) mountPages(app, parts.pages, engine);
  return app;
}

function use(app: Hono<AppEnv>, middleware: AppMiddleware): void {
  app.use("*", declare(middleware, "public"));
}
