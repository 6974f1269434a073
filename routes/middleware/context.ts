import type { Context, Handler, MiddlewareHandler } from "hono";
import type { User } from "../../engine/contract.ts";

/** What Hono carries: who asks, and from where (`Deno.serve`'s info is passed on as `env`). */
export interface AppEnv {
  Bindings: { remoteAddr?: Deno.Addr };
  Variables: {
    user?: User | undefined;
    /** How `user` was recognised: a cookie is sent by browsers unasked, a bearer token is not. */
    via?: "cookie" | "bearer" | undefined;
    /** In every line of the log about it. */
    requestId?: string | undefined;
  };
}
export type AppContext = Context<AppEnv>;
export type AppHandler = Handler<AppEnv>;
export type AppMiddleware = MiddlewareHandler<AppEnv>;

/** One JSON line of the log. */
export type Log = (
  level: "info" | "warn" | "error",
  event: string,
  fields?: { [name: string]: unknown },
) => void;

/** The socket's address (SECURITY, rule 13): `X-Forwarded-For` is anybody's text and is not read. */
export function clientAddress(c: AppContext): string {
  const address = c.env?.remoteAddr;
  return address !== undefined && "hostname" in address ? address.hostname : "unknown";
}
