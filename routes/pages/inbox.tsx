import { Hono } from "hono";
import type { JSX } from "preact";
import type { Engine } from "../../engine/contract.ts";
import type { Undelivered } from "../../engine/schemas/alert.ts";
import { Inbox } from "../../islands/inbox/Inbox.tsx";
import { cardsFor } from "../api/payload.ts";
import { Icon } from "./components/icon.tsx";
import { Island } from "./components/island.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

const LIMIT = 100;

/** `/inbox` (`?card=`: the one that an alert leads to; `?execution=`: one of that execution), and `/inbox/count` for the numbers beside it in the frame. */
export function inboxPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/inbox", async (c) => {
    requireAction(c, deps, "inbox.see");
    const { inbox, alerts } = deps.engine;
    const user = userOf(c);
    const mayAnswer = deps.can(user.role, "inbox.complete");
    const [page, undelivered, people, count] = await Promise.all([
      inbox.cards({ limit: LIMIT }),
      alerts.undelivered(),
      mayAnswer ? inbox.people() : [],
      inbox.count(),
    ]);
    const { causes, items, nextCursor } = cardsFor(user, page);
    const cards = [...causes, ...items];
    const focus = c.req.query("card") ?? await cardOf(inbox, c.req.query("execution"));
    return await renderPage(
      c,
      deps,
      { title: count ? `(${count}) Inbox` : "Inbox", heading: "Inbox", nav: "inbox" },
      (
        <>
          {undelivered.length ? <Untold undelivered={undelivered} /> : null}
          {focus !== null && !cards.some(({ id }) => id === focus) ? <Gone /> : null}
          {cards.length > 0 && mayAnswer ? <Keys /> : null}
          <Island
            name="inbox/Inbox"
            component={Inbox}
            props={{
              cards,
              now: Date.now(),
              viewer: { id: user.id, email: user.email },
              people,
              mayAct: mayAnswer,
              maySecrets: deps.can(user.role, "secret.see"),
              focus,
            }}
            class="max-w-4xl"
          />
          {nextCursor === null
            ? null
            : <p class="mt-4 text-soft">There is more: it follows as these are answered.</p>}
        </>
      ),
    );
  });
  pages.get("/inbox/count", async (c) => {
    requireAction(c, deps, "inbox.see");
    c.header("cache-control", "no-store");
    const [count, alerts] = await Promise.all([deps.engine.inbox.count(), deps.engine.alerts.count()]);
    return c.json({ count, alerts: alerts.open + alerts.undelivered });
  });
  return pages;
}

/** The card of an execution that leads here; one that is not there any more is told of. */
async function cardOf(
  inbox: Pick<Engine["inbox"], "cards">,
  executionId: string | undefined,
): Promise<string | null> {
  if (executionId === undefined) return null;
  const { causes, items } = await inbox.cards({ executionId, limit: 1 });
  return (items[0] ?? causes[0])?.id ?? "";
}

/** An alert that reached nobody is told here. */
function Untold({ undelivered }: { undelivered: readonly Undelivered[] }): JSX.Element {
  const [first] = undelivered;
  const many = undelivered.length === 1 ? "An alert" : `${undelivered.length} alerts`;
  return (
    <div class="notice mb-4 max-w-4xl" data-tone="bad" role="alert">
      <Icon name="alert" size={18} class="mt-0.5" />
      <p class="min-w-0 flex-1 break-words">
        {many} could not be delivered. {first ? `${first.channel}: ${first.problem}` : ""}
      </p>
      <a class="link" href="/settings/alerts">See alerts</a>
    </div>
  );
}

/** Of use where there is something to answer. */
function Keys(): JSX.Element {
  return (
    <p class="mb-4 text-soft max-sm:hidden">
      <kbd class="kbd">j</kbd> next card · <kbd class="kbd">k</kbd> the one before · <kbd class="kbd">1</kbd>–
      <kbd class="kbd">9</kbd> choose an answer · <kbd class="kbd">Enter</kbd> give it ·{" "}
      <kbd class="kbd">a</kbd> take the card
    </p>
  );
}

function Gone(): JSX.Element {
  return (
    <p class="notice mb-4 max-w-4xl" role="status">
      <Icon name="check" size={18} class="mt-0.5" />
      What you followed is not here any more: it was retried, ignored or answered.
    </p>
  );
}
