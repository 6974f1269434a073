import type { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import type { AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";

/** GET /health/live: the process answers. GET /health/ready: 200 when store and loop work, else 503, with each check. */
export function healthRoutes(app: Hono<AppEnv>, { engine }: { engine: Engine }): void {
  route(app, ["get", "/health/live"], "public", () => answer(200, { ok: true }));
  route(app, ["get", "/health/ready"], "public", async () => {
    const ready = await engine.ready();
    return answer(ready.ok ? 200 : 503, ready);
  });
}

function answer(status: number, body: object): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}
