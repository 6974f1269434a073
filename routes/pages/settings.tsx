import { Hono } from "hono";
import { Secrets } from "../../islands/settings/Secrets.tsx";
import { Island } from "./components/island.tsx";
import { type PageDeps, type PageEnv, requireAction } from "./deps.ts";
import { renderPage } from "./page.tsx";

/** `/settings/secrets`: names and hosts of the team's secrets; values only ever go in. */
export function settingsPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/settings/secrets", async (c) => {
    requireAction(c, deps, "secret.see");
    const items = await deps.engine.secrets.list();
    return await renderPage(
      c,
      deps,
      { title: "Secrets", nav: "settings" },
      <Island name="settings/Secrets" component={Secrets} props={{ items }} />,
    );
  });
  return pages;
}
