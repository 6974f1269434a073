import type { Hono } from "hono";
import type { Engine, User } from "../../engine/contract.ts";
import { ACTIONS, can } from "../../engine/mod.ts";
import type { Action } from "../../engine/mod.ts";
import { EngineError } from "../../engine/errors.ts";
import type { AppContext, AppEnv, AppHandler, AppMiddleware } from "./context.ts";
import { unauthenticated } from "./identity.ts";
import { wantsPage } from "./problems.ts";

/** What a route lets one do; `public` needs nobody. */
export type RouteAction = Action | "public";
export type Method = "get" | "post" | "put" | "patch" | "delete" | "all";

/** Which handlers declared what. Asked at boot: a route without an entry stops the start (SECURITY, rule 7). */
const declared = new WeakMap<object, RouteAction>();

/** Registers a route with its action. Throws without one: silence is not permission. */
export function route(
  app: Hono<AppEnv>,
  [method, path]: readonly [Method, string],
  action: RouteAction,
  handler: AppHandler,
): void {
  if (action !== "public" && !(action in ACTIONS)) {
    throw new Error(`The route ${method.toUpperCase()} ${path} declares no action`);
  }
  const spoken = declare(handler, action);
  const handlers = action === "public" ? [spoken] : [guard(action), spoken];
  app.on([method.toUpperCase()], [path], ...handlers);
}

/** Declares without registering: for middleware that every request passes, and for handlers registered elsewhere. */
export function declare<H extends object>(handler: H, action: RouteAction): H {
  declared.set(handler, action);
  return handler;
}

/** Lets through whoever may do the action; 401 for nobody, 403 for the wrong role. */
export function guard(action: Action): AppMiddleware {
  const check: AppMiddleware = async (c, next) => {
    permit(c, action);
    await next();
  };
  return declare(check, action);
}

/** The signed-in user who may do the action. */
export function permit(c: AppContext, action: Action): User {
  const { user } = c.var;
  if (user === undefined) throw unauthenticated("Sign in, or send a token as Authorization: Bearer …");
  if (!can(user.role, action)) {
    throw new EngineError("forbidden", 403, "Not allowed", `The role ${user.role} may not do ${action}`);
  }
  return user;
}

/** Lists routes that declared nothing, as `METHOD /path`. On `*` each handler speaks for itself only. */
export function undeclared(app: { routes: readonly RegisteredRoute[] }): string[] {
  const named = app.routes.map((entry) => ({ ...entry, name: `${entry.method} ${entry.path}` }));
  const covered = new Set(named.filter(({ handler }) => declared.has(handler)).map(({ name }) => name));
  const silent = named.filter(({ name, path, handler }) =>
    !declared.has(handler) && (path.endsWith("*") || !covered.has(name))
  );
  return [...new Set(silent.map(({ name }) => name))];
}

/** What Hono says of a registered route. */
export interface RegisteredRoute {
  method: string;
  path: string;
  handler: object;
}

/** Like `guard`, but leads a browser without a session to sign-in, or to set-up while nobody is there. */
export function guardPage(action: Action, engine: Engine): AppMiddleware {
  const check: AppMiddleware = async (c, next) => {
    if (c.var.user === undefined && wantsPage(c)) {
      if (!await engine.access.isSetUp()) return c.redirect("/setup");
      const { pathname, search } = new URL(c.req.url);
      return c.redirect(pathname === "/" ? "/login" : `/login?next=${encodeURIComponent(pathname + search)}`);
    }
    permit(c, action);
    await next();
  };
  return declare(check, action);
}
