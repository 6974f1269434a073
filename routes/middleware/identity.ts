import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Context } from "hono";
import type { Engine } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import type { AppContext, AppMiddleware } from "./context.ts";

/** The session's cookie: `__Host-leadflow` over https, `leadflow` over http (SECURITY, rule 8). */
export interface SessionCookie {
  set(c: Context, session: string): void;
  get(c: Context): string | undefined;
  clear(c: Context): void;
}

const MAX_AGE_S = 30 * 86_400;

/** `publicUrl` (LEADFLOW_URL) tells that a proxy in front speaks https for us. */
export function createSessionCookie(publicUrl: string | null): SessionCookie {
  function options(c: Context): { secure: boolean; name: string } {
    const secure = isHttps(c, publicUrl);
    return { secure, name: secure ? "__Host-leadflow" : "leadflow" };
  }
  return {
    set: (c, session) => {
      const { secure, name } = options(c);
      setCookie(c, name, session, { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge: MAX_AGE_S });
    },
    get: (c) => getCookie(c, options(c).name),
    clear: (c) => {
      const { secure, name } = options(c);
      deleteCookie(c, name, { path: "/", secure });
    },
  };
}

function isHttps(c: Context, publicUrl: string | null): boolean {
  const url = new URL(c.req.url);
  return url.protocol === "https:" || publicUrl === `https://${url.host}`;
}

/** Finds who asks and leaves it in `c.var.user`; a bearer token that is not ours is 401, no token is nobody. */
export function identity(
  { engine, cookie, publicUrl }: { engine: Engine; cookie: SessionCookie; publicUrl: string | null },
): AppMiddleware {
  let learnt = "";
  return async (c, next) => {
    await recognise(c, engine, cookie);
    if (c.var.user && publicUrl === null) {
      // Only from whoever is signed in: a stranger's Host header would choose the address of links in mails.
      const { origin } = new URL(c.req.url);
      if (origin !== learnt) engine.learnUrl(learnt = origin);
    }
    await next();
  };
}

async function recognise(c: AppContext, engine: Engine, cookie: SessionCookie): Promise<void> {
  const authorization = c.req.header("authorization");
  // Other schemes belong to a proxy in front.
  if (authorization !== undefined && /^Bearer\b/i.test(authorization)) {
    const user = await engine.access.byToken(authorization.slice("Bearer".length).trim());
    if (user === null) throw unauthenticated("The bearer token is not known");
    c.set("user", user);
    c.set("via", "bearer");
    return;
  }
  const session = cookie.get(c);
  const user = session === undefined ? null : await engine.access.bySession(session);
  if (user === null) return;
  c.set("user", user);
  c.set("via", "cookie");
}

/** 401. */
export function unauthenticated(detail: string): EngineError {
  return new EngineError("unauthenticated", 401, "Not signed in", detail);
}
