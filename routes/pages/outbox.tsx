import { Hono } from "hono";
import type { JSX } from "preact";
import { countsInOutbox, type MessageSummary } from "../../engine/schemas/message.ts";
import { Empty } from "./components/empty.tsx";
import { KeptHere, Marks, TRANSPORTS } from "./components/message_marks.tsx";
import { NextPage, Table } from "./components/table.tsx";
import { Time } from "./components/time.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { messageDocument, showMessage } from "./message.tsx";
import { renderPage } from "./page.tsx";

const LIMIT = 50;
/**
 * A message is a stranger's HTML: no script, no forms, no reach into this origin (opaque by `sandbox`). Images may
 * load, since the pixel is how an opening counts where mail stays here; links open outside.
 */
export const MESSAGE_CSP =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src * data:; " +
  "style-src 'unsafe-inline'; frame-ancestors 'self'";

/** `/outbox` (list), `/outbox/:id` (one message), `/outbox/:id/body` (its HTML, for the frame alone). */
export function outboxPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const { messages } = deps.engine;
  pages.get("/outbox", async (c) => {
    requireAction(c, deps, "message.see");
    const cursor = c.req.query("cursor");
    const { items, nextCursor } = await messages.list({ limit: LIMIT, cursor });
    // The newest tells how it is now; before a mail server was named, others stayed.
    const newest = cursor === undefined ? items.find(({ test }) => !test) : undefined;
    return await renderPage(
      c,
      deps,
      { title: "Outbox", nav: "outbox" },
      (
        <>
          {newest && countsInOutbox(newest) ? <KeptHere which="several" /> : null}
          {items.length
            ? <MessageTable items={items} readable={deps.can(userOf(c).role, "payload.see")} />
            : (
              <Empty icon="mail" action={<a class="button" href="/workflow">Go to workflows</a>}>
                No message yet: what workflows send, or would send, lies here.
              </Empty>
            )}
          <NextPage path="/outbox" cursor={nextCursor} />
        </>
      ),
    );
  });
  pages.get("/outbox/:id", async (c) => {
    requireAction(c, deps, "payload.see");
    return await showMessage(c, deps, await messages.get(c.req.param("id")));
  });
  pages.get("/outbox/:id/body", async (c) => {
    requireAction(c, deps, "payload.see");
    const { html } = await messages.readable(c.req.param("id"));
    c.header("content-security-policy", MESSAGE_CSP);
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cache-control", "no-store");
    return c.html(messageDocument(html));
  });
  return pages;
}

/** `readable`: whether the person may open them; the text is as a step's output. */
function MessageTable(
  { items, readable }: { items: readonly MessageSummary[]; readable: boolean },
): JSX.Element {
  return (
    <Table label="Messages" heads={["To", "Subject", "When", "What became of it", "Way"]}>
      {items.map((message) => (
        <tr key={message.id}>
          <td class="max-w-56 truncate text-soft" title={message.to.join(", ")}>{message.to.join(", ")}</td>
          <td>
            {readable
              ? (
                <a class="link break-words" href={`/outbox/${encodeURIComponent(message.id)}`}>
                  {message.subject || "(no subject)"}
                </a>
              )
              : <span class="break-words">{message.subject || "(no subject)"}</span>}
          </td>
          <td class="whitespace-nowrap text-soft">
            <Time at={message.createdAt} />
          </td>
          <td>
            <Marks message={message} />
          </td>
          <td class="text-soft" data-minor>{TRANSPORTS[message.transport]}</td>
        </tr>
      ))}
    </Table>
  );
}
