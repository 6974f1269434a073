import { Hono } from "hono";
import type { JSX } from "preact";
import type { Lead } from "../../engine/schemas/lead.ts";
import { LeadDialog } from "../../islands/leads/LeadDialog.tsx";
import { Empty } from "./components/empty.tsx";
import { Icon } from "./components/icon.tsx";
import { Island } from "./components/island.tsx";
import { LeadName } from "./components/lead_name.tsx";
import { NextPage, Table } from "./components/table.tsx";
import { Time } from "./components/time.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { showLead } from "./lead.tsx";
import { renderPage } from "./page.tsx";

const LIMIT = 50;

/** `/leads` (list with search) and `/leads/:id`. */
export function leadPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/leads", async (c) => {
    requireAction(c, deps, "lead.see");
    const mayEdit = deps.can(userOf(c).role, "lead.edit");
    const q = c.req.query("q")?.trim() || undefined;
    const page = await deps.engine.leads.list({ limit: LIMIT, cursor: c.req.query("cursor"), q });
    return await renderPage(
      c,
      deps,
      {
        title: q ? `Leads: ${q}` : "Leads",
        heading: "Leads",
        nav: "leads",
        actions: mayEdit
          ? <Island name="leads/LeadDialog" component={LeadDialog} props={{ lead: null }} />
          : null,
      },
      (
        <>
          <Search q={q ?? ""} />
          {page.items.length ? <LeadTable items={page.items} /> : <NoLeads q={q} mayEdit={mayEdit} />}
          <NextPage
            path="/leads"
            cursor={page.nextCursor}
            query={q ? { q } : {}}
            label={page.searchedUntil ? "Search on" : "Older"}
          />
        </>
      ),
    );
  });
  pages.get("/leads/:id", async (c) => {
    requireAction(c, deps, "lead.see");
    return await showLead(c, deps, await deps.engine.leads.get(c.req.param("id")));
  });
  return pages;
}

function Search({ q }: { q: string }): JSX.Element {
  return (
    <form method="get" action="/leads" role="search" class="mb-4 flex max-w-md gap-2">
      <input
        class="input"
        type="search"
        name="q"
        defaultValue={q}
        aria-label="Search leads"
        placeholder="Name, e-mail or company"
      />
      <button type="submit" class="button">
        <Icon name="search" /> Search
      </button>
    </form>
  );
}

function NoLeads({ q, mayEdit }: { q: string | undefined; mayEdit: boolean }): JSX.Element {
  if (q) {
    return (
      <Empty icon="search" action={<a class="button" href="/leads">Show all leads</a>}>
        No lead matches “{q}”.
      </Empty>
    );
  }
  return (
    <Empty icon="users">
      {mayEdit
        ? "No lead yet: add one above, or let a webhook bring the first."
        : "No lead yet: a webhook brings the first."}
    </Empty>
  );
}

function LeadTable({ items }: { items: readonly Lead[] }): JSX.Element {
  return (
    <Table label="Leads" heads={["Name", "E-mail", "Company", "Score", "Status", "Added"]}>
      {items.map((lead) => (
        <tr key={lead.id}>
          <td>
            <LeadName lead={lead} class="break-words" />
          </td>
          <td class="break-all text-soft">{lead.email}</td>
          <td data-label="Company">{lead.company}</td>
          <td data-label="Score" class="sm:text-right">{lead.score}</td>
          <td data-minor>{lead.status}</td>
          <td data-minor class="whitespace-nowrap text-soft">
            <Time at={lead.createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}
