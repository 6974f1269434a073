import type { JSX } from "preact";
import { countsInOutbox, type Message } from "../../engine/schemas/message.ts";
import { Copyable } from "./components/id.tsx";
import { Fact } from "./components/lead_facts.tsx";
import { KeptHere, Marks, ReadsAlone, TRANSPORTS } from "./components/message_marks.tsx";
import { Time } from "./components/time.tsx";
import type { PageContext, PageDeps } from "./deps.ts";
import { renderPage } from "./page.tsx";

/** `/outbox/:id`: one message as it was, or would have been, sent; `?view=text` for its plain part. */
export async function showMessage(c: PageContext, deps: PageDeps, message: Message): Promise<Response> {
  const asText = c.req.query("view") === "text" || !message.html;
  return await renderPage(
    c,
    deps,
    {
      title: message.subject || "(no subject)",
      nav: "outbox",
      crumbs: [{ label: "Outbox", href: "/outbox" }],
      actions: <Marks message={message} />,
    },
    (
      <div class="grid max-w-4xl grid-cols-1 gap-5">
        {countsInOutbox(message) ? <KeptHere which="one" /> : <ReadsAlone message={message} />}
        <Headers message={message} />
        <section aria-label="Message">
          {message.html ? <Views id={message.id} asText={asText} /> : null}
          {asText
            ? (
              <pre class="card overflow-x-auto p-4 font-sans whitespace-pre-wrap break-words">{message.text}</pre>
            )
            : (
              <iframe
                class="message-frame"
                title="The message as HTML"
                sandbox="allow-popups allow-popups-to-escape-sandbox"
                src={`/outbox/${encodeURIComponent(message.id)}/body`}
              />
            )}
        </section>
      </div>
    ),
  );
}

function Headers({ message }: { message: Message }): JSX.Element {
  return (
    <dl class="facts card p-4">
      <Fact name="From">{message.from}</Fact>
      <Fact name="To">{message.to.join(", ")}</Fact>
      <Fact name="Cc">{message.cc.join(", ")}</Fact>
      <Fact name="Bcc">{message.bcc.join(", ")}</Fact>
      <Fact name="Reply to">{message.replyTo}</Fact>
      <Fact name="When">
        <Time at={message.createdAt} />, {TRANSPORTS[message.transport]}
      </Fact>
      <Fact name="Opened">{message.openedAt ? <Time at={message.openedAt} /> : null}</Fact>
      <Fact name="Clicked">{message.clickedAt ? <Time at={message.clickedAt} /> : null}</Fact>
      <Fact name="About">
        <span class="flex flex-wrap gap-x-3">
          {message.workflowId === ""
            ? <a class="link" href="/settings/alerts">Alerts</a>
            : message.test
            ? "A test: nobody got it"
            : <a class="link" href={`/executions/${message.executionId}`}>Execution</a>}
          {message.leadId ? <a class="link" href={`/leads/${message.leadId}`}>Lead</a> : null}
          {message.workflowId === ""
            ? null
            : <a class="link" href={`/workflow/${message.workflowId}?node=${message.nodeId}#node`}>Node</a>}
        </span>
      </Fact>
      <Fact name="Message-ID">
        <Copyable value={message.messageId} label="message id" />
      </Fact>
    </dl>
  );
}

function Views({ id, asText }: { id: string; asText: boolean }): JSX.Element {
  const path = `/outbox/${encodeURIComponent(id)}`;
  return (
    <nav class="tabs" aria-label="View">
      <a href={path} aria-current={asText ? undefined : "page"}>HTML</a>
      <a href={`${path}?view=text`} aria-current={asText ? "page" : undefined}>Plain text</a>
    </nav>
  );
}

/** The document in the frame: links leave it in a new tab and tell nobody where they come from. */
export function messageDocument(html: string): string {
  return '<!doctype html><html lang=""><head><meta charset="utf-8"><title>Message</title><base target="_blank">' +
    `<meta name="referrer" content="no-referrer"></head><body>${html}</body></html>`;
}
