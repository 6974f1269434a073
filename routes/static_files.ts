import type { Hono } from "hono";
import { EngineError } from "../engine/errors.ts";
import type { AppContext, AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";

/** Entries of the build by name; values are paths such as `/static/client-1A2B3C4D.js`. */
export type Manifest = { readonly [entry: string]: string };

const TYPES: { readonly [ending: string]: string } = {
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  map: "application/json",
  svg: "image/svg+xml",
  png: "image/png",
  ico: "image/x-icon",
  woff2: "font/woff2",
};
const BUILD = new URL("../static/build/", import.meta.url);
/** A hash in the name: `client-4K2JQ7ZB.js`, `style.0f3a9c1e.css`. */
const HASHED = /[.-][A-Za-z0-9_]{8,}\.[a-z0-9]+$/;

/** Reads `static/build/manifest.json`; an Error that names the build when there is none. */
export async function loadManifest(folder: URL = BUILD): Promise<Manifest> {
  try {
    return JSON.parse(await Deno.readTextFile(new URL("manifest.json", folder)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error("static/build/manifest.json is missing; run `deno task build` first");
  }
}

/** GET /static/*: the build's files. Hashed names never change, so browsers keep them for a year. */
export function staticRoutes(app: Hono<AppEnv>, { folder = BUILD }: { folder?: URL } = {}): void {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  route(app, ["get", "/static/:file{.+}"], "public", (c) => serve(c, folder, kept));
}

async function serve(
  c: AppContext,
  folder: URL,
  kept: Map<string, Uint8Array<ArrayBuffer>>,
): Promise<Response> {
  const name = c.req.param("file") ?? "";
  // Letters, digits and single dots only: no name of this form leaves the folder.
  const ending = /^[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*\.([a-z0-9]+)$/.exec(name)?.[1];
  const type = TYPES[ending ?? ""];
  if (type === undefined) throw missing(name);
  const hashed = HASHED.test(name);
  const bytes = kept.get(name) ?? await read(new URL(name, folder));
  if (bytes === null) throw missing(name);
  if (hashed) kept.set(name, bytes);
  return new Response(bytes, {
    headers: {
      "content-type": type,
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
      "x-content-type-options": "nosniff",
      // An SVG opened by itself is a document of this origin.
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    },
  });
}

async function read(file: URL): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory) return null;
    throw error;
  }
}

function missing(name: string): EngineError {
  return new EngineError("not-found", 404, "Not found", `No file /static/${name.slice(0, 200)}`);
}
