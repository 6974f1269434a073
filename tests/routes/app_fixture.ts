import { Hono } from "hono";
import { createSecrets } from "../../engine/access/mod.ts";
import type { User } from "../../engine/contract.ts";
import { createApp } from "../../routes/app.ts";
import type { AppParts } from "../../routes/app.ts";
import type { PageEnv } from "../../routes/pages/deps.ts";
import { fakeEngine } from "../helpers/fake_engine.ts";
import type { FakeEngine } from "../helpers/fake_engine.ts";
import { CODE, OWNER, TOKEN, useAccess } from "../access/access_fixture.ts";
import type { AccessFixture } from "../access/access_fixture.ts";

export interface AppFixture extends AccessFixture {
  engine: FakeEngine;
  logged: { event: string; fields: { [name: string]: unknown } }[];
  /** A request from 192.0.2.1; `as` adds the owner's token or a session's cookie. */
  ask(path: string, init?: Ask): Promise<Response>;
  /** Makes the first owner and gives the session. */
  setUp(): Promise<string>;
}

export interface Ask extends RequestInit {
  as?: "token" | { session: string };
  json?: unknown;
  address?: string;
}

/** The real app and access over a fake engine. */
export async function useApp(
  test: (fixture: AppFixture) => Promise<void>,
  options: Partial<AppParts> & { user?: User } = {},
): Promise<void> {
  await useAccess(async (base) => {
    const { user, ...parts } = options;
    const access = user ? { ...base.access, byToken: () => Promise.resolve(user) } : base.access;
    const keys = [{ id: "k1", bytes: new Uint8Array(32).fill(1) }];
    const secrets = createSecrets({ store: base.store, keys, now: () => base.clock.now });
    const engine = fakeEngine({ access, secrets });
    const logged: AppFixture["logged"] = [];
    const app = createApp({
      engine,
      environment: { url: null },
      log: (_level, event, fields = {}) => logged.push({ event, fields }),
      pages: fakePages(),
      ...parts,
    });
    await test({
      ...base,
      engine,
      logged,
      ask: async (path, { as, json, address = "192.0.2.1", ...init } = {}) => {
        const headers = new Headers(init.headers);
        if (as === "token") headers.set("authorization", `Bearer ${TOKEN}`);
        else if (as) headers.set("cookie", `leadflow=${as.session}`);
        if (json !== undefined) headers.set("content-type", "application/json");
        const body = json === undefined ? init.body : JSON.stringify(json);
        const request = new Request(new URL(path, "http://localhost"), {
          ...init,
          headers,
          body: body ?? null,
        });
        return await app.fetch(request, { remoteAddr: { transport: "tcp", hostname: address, port: 1 } });
      },
      setUp: async () => (await base.access.setUp({ ...OWNER, code: CODE })).session,
    });
  });
}

/** The addresses of the real pages, without their looks. */
export function fakePages(): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  for (const path of ["/", "/workflow", "/workflow/:id", "/executions", "/inbox", "/settings/secrets"]) {
    pages.get(path, (c) => c.html(`page for ${c.get("user")?.role}`));
  }
  for (const path of ["/login", "/setup"]) {
    pages.get(path, (c) => c.html("open page"));
    pages.post(path, (c) => c.html("posted"));
  }
  pages.get(
    "*",
    async (c, next) => c.req.path.startsWith("/api/") ? await next() : c.html("no such page", 404),
  );
  return pages;
}
