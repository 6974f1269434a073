import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren, JSX } from "preact";
import { NOTE_LENGTH } from "../../engine/schemas/approval.ts";
import type { ApprovalLink } from "../../engine/schemas/approval.ts";
import { Badge } from "./components/badge.tsx";
import { Field, fieldAttributes } from "./components/form.tsx";
import { Icon } from "./components/icon.tsx";
import { Time } from "./components/time.tsx";
import type { PageContext, PageDeps, PageEnv } from "./deps.ts";
import { renderPlain } from "./page.tsx";

const FORM_LIMIT = 16_384;

/**
 * `/a/<token>`: where an approver answers. GET and HEAD show and change nothing, as mail scanners open every link; only
 * POST votes. The token is the authority: nobody has to be signed in. A link that is used, over or not ours says so.
 */
export function approvalPages({ engine, ...rest }: PageDeps): Hono<PageEnv> {
  const deps = { engine, ...rest };
  const pages = new Hono<PageEnv>();
  const limit = bodyLimit({
    maxSize: FORM_LIMIT,
    onError: (c) => c.text(`A form holds at most ${FORM_LIMIT} bytes`, 413),
  });
  pages.get("/a/:token", async (c) => {
    const token = c.req.param("token");
    const link = await engine.approvals.look(token);
    return await show(c, deps, link, { token, status: link?.state === "over" ? 410 : 200 });
  });
  pages.post("/a/:token", limit, async (c) => {
    const token = c.req.param("token");
    const { note } = await c.req.parseBody().catch(() => ({ note: "" }));
    const voted = await engine.approvals.vote(token, { note: typeof note === "string" ? note : "" });
    // So that going back or loading again sends nothing twice.
    if (voted?.cast) return c.redirect(`/a/${encodeURIComponent(token)}`, 303);
    const link = voted?.link ?? null;
    return await show(c, deps, link, { token, status: link?.state === "over" ? 410 : 409 });
  });
  return pages;
}

async function show(
  c: PageContext,
  deps: PageDeps,
  link: ApprovalLink | null,
  { token, status }: { token: string; status: ContentfulStatusCode },
): Promise<Response> {
  c.header("x-robots-tag", "noindex, nofollow");
  if (!link) {
    const words = "This link was not made here, or was cut. Open it from the mail once more.";
    return await renderPlain(c, deps, { title: "No such request", status: 404 }, <p>{words}</p>);
  }
  switch (link.state) {
    case "answered":
      return await renderPlain(c, deps, { title: "Your answer is in", status }, <Answered link={link} />);
    case "over":
      return await renderPlain(c, deps, { title: "This request is over", status }, <Over link={link} />);
    case "open":
      return await renderPlain(
        c,
        deps,
        { title: link.choice === "approved" ? "Approve this?" : "Decline this?" },
        <Open link={link} token={token} />,
      );
    default:
      return link.state satisfies never;
  }
}

/** What it is about: who asks, what, and by which rule it is decided. */
function Request({ link, children }: { link: ApprovalLink; children?: ComponentChildren }): JSX.Element {
  return (
    <section class="card grid gap-3 p-4" aria-labelledby="what">
      <header>
        <h2 id="what" class="text-base break-words">{link.title}</h2>
        <p class="text-soft break-words">Asked by the workflow “{link.workflowName}”</p>
      </header>
      {link.description.trim() === ""
        ? null
        : <p class="break-words whitespace-pre-wrap">{link.description}</p>}
      {children}
    </section>
  );
}

function Open({ link, token }: { link: ApprovalLink; token: string }): JSX.Element {
  const approve = link.choice === "approved";
  return (
    <>
      <Request link={link}>
        <ul class="flex flex-wrap gap-1.5">
          {link.approvers > 1
            ? (
              <li>
                <Badge icon="users">{link.needed} of {link.approvers} have to approve</Badge>
              </li>
            )
            : null}
          {link.approvers > 1 && link.veto
            ? (
              <li>
                <Badge tone="warn" icon="alert">one who declines is enough</Badge>
              </li>
            )
            : null}
          {link.dueAt === null ? null : (
            <li>
              <Badge icon="clock">
                due <Time at={link.dueAt} now={Date.now()} />
              </Badge>
            </li>
          )}
        </ul>
      </Request>
      <form method="post" action={`/a/${encodeURIComponent(token)}`} class="grid gap-4">
        <Field id="note" label="Note (optional)">
          <textarea
            class="input"
            rows={2}
            name="note"
            maxLength={NOTE_LENGTH}
            {...fieldAttributes("note", {})}
          />
        </Field>
        <button type="submit" class="button" data-kind={approve ? "primary" : "danger"}>
          <Icon name={approve ? "check" : "x"} /> {approve ? "Approve" : "Decline"}
        </button>
      </form>
      <p class="text-soft">
        You answer as <span class="break-all">{link.approver}</span>, once.{" "}
        <a class="link" href={`/a/${link.other}`}>{approve ? "Decline instead" : "Approve instead"}</a>
      </p>
    </>
  );
}

function Answered({ link }: { link: ApprovalLink }): JSX.Element {
  const { answer } = link;
  return (
    <>
      <p class="notice" data-tone="good" role="status">
        <Icon name="check" size={18} class="mt-0.5 shrink-0" />
        <span class="min-w-0 flex-1">
          {answer?.choice === "declined" ? "You declined" : "You approved"}
          {answer
            ? (
              <>
                {" "}
                <Time at={answer.at} now={Date.now()} />
              </>
            )
            : null}. Each person answers once; there is nothing more to do.
        </span>
      </p>
      {link.title === "" ? null : <Request link={link} />}
      {link.ended === null ? null : <p class="text-soft">{link.ended}</p>}
    </>
  );
}

function Over({ link }: { link: ApprovalLink }): JSX.Element {
  return (
    <>
      <p>
        {link.ended ?? "Nobody waits for this answer any more."}{" "}
        Your answer was not needed and nothing was changed.
      </p>
      {link.title === "" ? null : <Request link={link} />}
    </>
  );
}
