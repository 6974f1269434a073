import type { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import type { AppContext, AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";

/**
 * GET /health/live: the process answers. GET /health/ready: 200 when store and loop work, else 503, with each check;
 * what it says of them (hosts that are called, rows) is for whoever has a token, as with /metrics.
 */
export function healthRoutes(app: Hono<AppEnv>, { engine }: { engine: Engine }): void {
  route(app, ["get", "/health/live"], "public", () => answer(200, { ok: true }));
  route(app, ["get", "/health/ready"], "public", async (c) => {
    const { ok, checks } = await engine.ready();
    const known = await hasToken(c, engine);
    return answer(ok ? 200 : 503, {
      ok,
      checks: known ? checks : checks.map((check) => ({ name: check.name, ok: check.ok })),
    });
  });
}

async function hasToken(c: AppContext, engine: Engine): Promise<boolean> {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(c.req.header("authorization") ?? "")?.[1];
  return token !== undefined && await engine.access.byToken(token) !== null;
}

function answer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
