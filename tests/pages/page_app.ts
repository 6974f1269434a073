import { Hono } from "hono";
import { can } from "../../engine/access/can.ts";
import type { Engine, Role } from "../../engine/contract.ts";
import { EngineError } from "../../engine/errors.ts";
import { pageRoutes } from "../../routes/pages/mod.ts";
import type { PageAction, PageEnv } from "../../routes/pages/mod.ts";
import { type FakeData, fakeEngine, OWNER } from "./fake_engine.ts";

const MANIFEST = {
  "islands/client": "/static/client-AAAA.js",
  "islands/editor_client": "/static/editor_client-AAAB.js",
  "imports/islands/client": "/static/chunk-BBBB.js",
  "islands/inbox/Inbox": "/static/Inbox-CCCC.js",
  "imports/islands/inbox/Inbox": "/static/chunk-BBBB.js /static/chunk-DDDD.js",
  "style": "/static/style-EEEE.css",
  "icon": "/static/icon-FFFF.svg",
};

interface PageApp {
  app: Hono<PageEnv>;
  /** What the pages ask; a test may answer otherwise. */
  engine: Engine;
  /** What was logged as unforeseen. */
  logged: unknown[];
  get(path: string, headers?: Record<string, string>): Promise<{ response: Response; html: string }>;
  post(path: string, form: Record<string, string>): Promise<{ response: Response; html: string }>;
}

/** The pages over a fake engine; `role` is who looks and `refuse` what nobody may do, `fault` is thrown by every count. */
export function pageApp(
  data: Partial<FakeData> = {},
  options: { signedIn?: boolean; role?: Role; refuse?: PageAction; fault?: Error } = {},
): PageApp {
  const engine = fakeEngine(data);
  const logged: unknown[] = [];
  const app = new Hono<PageEnv>();
  app.use("*", async (c, next) => {
    if (options.signedIn !== false) c.set("user", { ...OWNER, role: options.role ?? OWNER.role });
    await next();
  });
  const { fault } = options;
  if (fault) engine.leads.list = () => Promise.reject(fault);
  app.route(
    "/",
    pageRoutes({
      engine,
      manifest: MANIFEST,
      signInUser: (c, session) => c.header("set-cookie", `leadflow=${session}`),
      clientAddress: () => "127.0.0.1",
      can: (role, action) => action !== options.refuse && can(role, action),
      logError: (error) => logged.push(error),
    }),
  );
  app.notFound((c) => c.json({ title: "not a page" }, 404));
  app.onError((error) => {
    throw error instanceof EngineError ? error : new Error("Not handled by the pages", { cause: error });
  });
  const read = async (response: Response): Promise<{ response: Response; html: string }> => ({
    response,
    html: await response.text(),
  });
  return {
    app,
    engine,
    logged,
    get: async (path, headers = {}) => await read(await app.request(path, { headers })),
    post: async (path, form) =>
      await read(await app.request(path, { method: "POST", body: new URLSearchParams(form) })),
  };
}
