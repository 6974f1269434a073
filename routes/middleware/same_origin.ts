import { EngineError } from "../../engine/errors.ts";
import type { AppContext, AppMiddleware } from "./context.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * SECURITY, rule 9. Nobody's page may change anything here or listen in: a foreign `Origin` or `Sec-Fetch-Site` is
 * refused for everybody, and a change by cookie session has to show a same-origin one.
 */
export function sameOrigin(publicUrl: string | null): AppMiddleware {
  return async (c, next) => {
    const change = !SAFE.has(c.req.method);
    const stream = !change && isStream(c);
    if (change || stream) {
      const verdict = judge(c, publicUrl);
      if (verdict === "foreign") throw crossSite(c);
      // Browsers always send Origin with a change; a stream of our own page may come without.
      if (verdict === "unknown" && change && c.var.via === "cookie") throw crossSite(c);
    }
    await next();
  };
}

function isStream(c: AppContext): boolean {
  return c.req.path.endsWith("/stream") || (c.req.header("accept") ?? "").includes("text/event-stream");
}

function judge(c: AppContext, publicUrl: string | null): "own" | "foreign" | "unknown" {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  if (origin !== undefined && !ownOrigins(c, publicUrl).includes(origin)) return "foreign";
  if (site !== undefined && site !== "same-origin" && site !== "none") return "foreign";
  // "none" is a person typing the address: no page asked, but no page of ours either.
  return origin !== undefined || site === "same-origin" ? "own" : "unknown";
}

/** A proxy in front may have ended TLS, so https on the same host is ours too: nobody else can serve it. */
function ownOrigins(c: AppContext, publicUrl: string | null): string[] {
  const { host, origin } = new URL(c.req.url);
  return [origin, `https://${host}`, ...(publicUrl === null ? [] : [publicUrl])];
}

function crossSite(c: AppContext): EngineError {
  const said = c.req.header("origin") ?? c.req.header("sec-fetch-site") ?? "nothing";
  return new EngineError(
    "cross-site",
    403,
    "Cross-site request refused",
    `Changes and streams need this site's own Origin or Sec-Fetch-Site; the request says ${
      said.slice(0, 200)
    }`,
  );
}
