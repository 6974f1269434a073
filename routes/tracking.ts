import type { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import { EngineError } from "../engine/errors.ts";
import type { AppContext, AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";

/** The smallest transparent GIF: 43 bytes. */
const PIXEL = Uint8Array.from(
  atob("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=="),
  (char) => char.charCodeAt(0),
);

/**
 * GET /t/o/<token>.gif counts an opening, GET /t/c/<token> counts a click and leads on. The pixel looks the same for
 * any token; a click leads only where we signed (404 otherwise), or we would be an open redirect.
 */
export function trackingRoutes(app: Hono<AppEnv>, { engine }: { engine: Engine }): void {
  route(app, ["get", "/t/o/:file{.+\\.gif}"], "public", (c) => pixel(c, engine));
  route(app, ["get", "/t/c/:token"], "public", (c) => click(c, engine));
}

async function pixel(c: AppContext, engine: Engine): Promise<Response> {
  const token = (c.req.param("file") ?? "").slice(0, -".gif".length);
  // HEAD is a scanner's or a proxy's look: nobody has opened anything.
  if (c.req.method === "GET") await engine.messages.opened(token);
  return new Response(PIXEL, {
    headers: {
      "content-type": "image/gif",
      "cache-control": "no-store, private",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    },
  });
}

async function click(c: AppContext, engine: Engine): Promise<Response> {
  const token = c.req.param("token") ?? "";
  if (c.req.method !== "GET") {
    return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
  }
  const target = await engine.messages.clicked(token);
  if (target === null || !/^https?:$/.test(URL.parse(target)?.protocol ?? "")) {
    throw new EngineError("not-found", 404, "Not found", "This link was not made here, or was cut");
  }
  return new Response(null, {
    status: 302,
    headers: { location: target, "cache-control": "no-store, private", "referrer-policy": "no-referrer" },
  });
}
