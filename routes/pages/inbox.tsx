import { Hono } from "hono";
import { Inbox } from "../../islands/inbox/Inbox.tsx";
import { Island } from "./components/island.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

const LIMIT = 100;

/** `/inbox`, and `/inbox/count` for the number beside it in the navigation. */
export function inboxPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/inbox", async (c) => {
    requireAction(c, deps, "inbox.see");
    const { items } = await deps.engine.inbox.list({ limit: LIMIT });
    const title = items.length ? `(${items.length}) Inbox` : "Inbox";
    return await renderPage(
      c,
      deps,
      { title, heading: "Inbox", nav: "inbox" },
      (
        <>
          <p class="mb-4 text-soft max-sm:hidden">
            <kbd class="kbd">j</kbd> <kbd class="kbd">k</kbd> move ·{" "}
            <kbd class="kbd">1</kbd>–<kbd class="kbd">9</kbd> choose · <kbd class="kbd">Enter</kbd> answers
          </p>
          <Island
            name="inbox/Inbox"
            component={Inbox}
            props={{ items, now: Date.now(), viewer: userOf(c).email }}
            class="max-w-4xl"
          />
        </>
      ),
    );
  });
  pages.get("/inbox/count", async (c) => {
    requireAction(c, deps, "inbox.see");
    c.header("cache-control", "no-store");
    return c.json({ count: await deps.engine.inbox.count() });
  });
  return pages;
}
