import type { Hono } from "hono";
import { z } from "zod";
import type { Actor, Engine, User } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import type { AppContext, AppEnv, Log } from "../middleware/context.ts";
import { parseJson } from "../../engine/core/bounded_json.ts";
import { BODY_LIMIT, readBytes } from "../middleware/body.ts";
import { permit, route } from "../middleware/guard.ts";
import type { RouteAction } from "../middleware/guard.ts";
import type { SessionCookie } from "../middleware/identity.ts";
import { parseBody, parseQuery } from "./validate.ts";

/** What API routes are given. */
export interface ApiDeps {
  engine: Engine;
  cookie: SessionCookie;
  log: Log;
  stopping?: AbortSignal | undefined;
}

export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** Default: application/json. */
  contentType?: string;
}

export type ApiMethod = "get" | "post" | "put" | "patch" | "delete";

/** One request, parsed and permitted. */
export interface Call<Q, B> extends ApiDeps {
  c: AppContext;
  query: Q;
  body: B;
  param(name: string): string;
  /** Throws 401 where nobody is signed in: public routes alone can meet that. */
  user(): User;
  actor(): Actor;
}

interface RouteSpec<Q, B> {
  method: ApiMethod;
  path: `/api/${string}`;
  action: RouteAction;
  summary: string;
  query?: z.ZodObject & z.ZodType<Q>;
  body?: z.ZodType<B>;
  /** An empty body counts as `{}`. */
  bodyOptional?: boolean;
  bodyLimit?: number;
  /** Request headers that matter beyond identity. */
  headers?: { [name: string]: string };
  answers: { [status: number]: Answer };
  handle(call: Call<Q, B>): Response | Promise<Response>;
}

/** A route as the table holds it: OpenAPI, 405 answers and the tests read the same. */
export interface ApiRoute extends Omit<RouteSpec<unknown, unknown>, "handle" | "query" | "body"> {
  query?: z.ZodObject;
  body?: z.ZodType;
  run(c: AppContext, deps: ApiDeps): Promise<Response>;
}

/** Declares a route: its handler gets the types of its own schemas. */
export function define<Q = Record<string, never>, B = undefined>(spec: RouteSpec<Q, B>): ApiRoute {
  const { handle, ...rest } = spec;
  return { ...rest, run: async (c, deps) => await handle(await callOf(spec, c, deps)) };
}

/** Registers every route of the table with its action. */
export function mountApi(app: Hono<AppEnv>, table: readonly ApiRoute[], deps: ApiDeps): void {
  for (const entry of table) {
    route(app, [entry.method, entry.path], entry.action, (c) => entry.run(c, deps));
  }
}

async function callOf<Q, B>(spec: RouteSpec<Q, B>, c: AppContext, deps: ApiDeps): Promise<Call<Q, B>> {
  const user = (): User => permit(c, "me.see");
  return {
    ...deps,
    c,
    query: parseQuery(spec.query, new URL(c.req.url).searchParams),
    body: await bodyOf(spec, c),
    param: (name) => c.req.param(name) ?? "",
    user,
    actor: () => ({ userId: user().id, name: user().name || user().email, email: user().email }),
  };
}

async function bodyOf<B>(
  spec: Pick<RouteSpec<never, B>, "body" | "bodyOptional" | "bodyLimit">,
  c: AppContext,
): Promise<B> {
  const bytes = spec.body ? await readBytes(c.req.raw, spec.bodyLimit ?? BODY_LIMIT) : new Uint8Array(0);
  if (bytes.length > 0) requireJson(c);
  const value = bytes.length === 0 && (spec.bodyOptional || !spec.body) ? {} : parseJson(bytes);
  return parseBody(spec.body, value);
}

/** A form of another site can send text and forms, never JSON (SECURITY, rule 9). */
function requireJson(c: AppContext): void {
  const type = c.req.header("content-type") ?? "none";
  if (c.var.via !== "cookie" || /^application\/([\w.-]+\+)?json\s*(;|$)/i.test(type)) return;
  const detail = `The content type is ${type.slice(0, 100)}; accepted: application/json`;
  throw new EngineError("not-json", 415, "Content type not accepted", detail);
}

/** JSON with status and headers. */
export function json(body: unknown, status = 200, headers: { [name: string]: string } = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/json" },
  });
}

export function noContent(): Response {
  return new Response(null, { status: 204 });
}

/** The schema of a list: `{ items, nextCursor }`. */
export function pageOf(item: z.ZodType): z.ZodObject {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    searchedUntil: z.string().optional(),
    searched: z.number().int().optional(),
  });
}
