import type { AppContext, AppMiddleware, Log } from "./context.ts";

const SLOW_MS = 1_000;

/**
 * Gives each request an id (`X-Request-Id` in the answer) and logs a line of what may be asked about later: changes,
 * refusals, and what took a second. Webhooks, the hot path, are not passed through it; what fails there is logged too.
 */
export function requestLog(log: Log): AppMiddleware {
  return async (c, next) => {
    const began = performance.now();
    const requestId = requestIdOf(c);
    await next();
    c.header("x-request-id", requestId);
    const ms = Math.round(performance.now() - began);
    const { status } = c.res;
    // What was not foreseen has its own line, with the error.
    if (status === 500 || c.req.method === "GET" && status < 400 && ms < SLOW_MS) return;
    log(status >= 500 ? "warn" : "info", "request", {
      ...aboutRequest(c),
      status,
      ms,
      ...(c.var.user ? { userId: c.var.user.id } : {}),
    });
  };
}

/** What every line about a request says. */
export function aboutRequest(c: AppContext): { [name: string]: string } {
  const executionId = /\/executions\/([0-9A-Z]{26})(?:\/|$)/.exec(c.req.path)?.[1];
  return {
    requestId: requestIdOf(c),
    method: c.req.method,
    path: withoutToken(c.req.path),
    ...(executionId === undefined ? {} : { executionId }),
  };
}

/** Made for the first who asks. A proxy in front may have given one. */
export function requestIdOf(c: AppContext): string {
  const known = c.var.requestId;
  if (known !== undefined) return known;
  const given = c.req.header("x-request-id") ?? "";
  const id = /^[\w.-]{8,64}$/.test(given) ? given : crypto.randomUUID();
  c.set("requestId", id);
  return id;
}

/** Links from mails carry their right in the path. */
function withoutToken(path: string): string {
  return path.replace(/^\/(a|u|t\/[oc])\/.*$/, "/$1/…").slice(0, 500);
}
