import type { JSX } from "preact";
import type { Lead, Signal } from "../../engine/schemas/lead.ts";
import { LeadDialog } from "../../islands/leads/LeadDialog.tsx";
import { signalFor, summaryFor } from "../api/payload.ts";
import { ExecutionLines } from "./components/execution_lines.tsx";
import { Id } from "./components/id.tsx";
import { Island } from "./components/island.tsx";
import { JsonTree } from "./components/json_tree.tsx";
import { LeadFacts } from "./components/lead_facts.tsx";
import { leadName } from "./components/lead_name.tsx";
import { Time } from "./components/time.tsx";
import { type PageContext, type PageDeps, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { knownZoneOf } from "./zone.ts";

/** `/leads/:id`: what is known of a lead, its executions and what happened to it. */
export async function showLead(c: PageContext, deps: PageDeps, lead: Lead): Promise<Response> {
  const [signals, executions] = await Promise.all([
    deps.engine.leads.signals(lead.id, { limit: 50 }),
    deps.engine.executions.list({ leadId: lead.id, limit: 20 }),
  ]);
  const shown = executions.items.map((one) => summaryFor(userOf(c), one));
  return await renderPage(
    c,
    deps,
    {
      title: leadName(lead),
      nav: "leads",
      crumbs: [{ label: "Leads", href: "/leads" }],
      actions: deps.can(userOf(c).role, "lead.edit")
        ? <Island name="leads/LeadDialog" component={LeadDialog} props={{ lead }} />
        : null,
    },
    (
      <div class="grid grid-cols-1 items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <section class="card p-4" aria-label="Fields">
          <LeadFacts lead={lead} />
          <p class="mt-3 text-soft">
            Added <Time at={lead.createdAt} /> · Id <Id value={lead.id} label="lead id" />
          </p>
        </section>
        <div class="grid grid-cols-1 gap-6">
          <section>
            <h2 class="mb-2">Executions</h2>
            {shown.length
              ? <ExecutionLines items={shown} named="workflow" zone={knownZoneOf(c)} />
              : <p class="text-soft">No workflow has run for this lead yet.</p>}
          </section>
          <section>
            <h2 class="mb-2">Signals</h2>
            {signals.items.length
              ? <SignalLines items={signals.items.map((one) => signalFor(userOf(c), one))} />
              : <p class="text-soft">Nothing has happened to this lead yet.</p>}
          </section>
        </div>
      </div>
    ),
  );
}

function SignalLines({ items }: { items: readonly Signal[] }): JSX.Element {
  return (
    <ul class="card divide-y divide-line">
      {items.map((signal) => (
        <li key={signal.id} class="px-3 py-2">
          <div class="flex flex-wrap items-baseline gap-x-3">
            <code class="mono min-w-0 flex-1 break-all">{signal.type}</code>
            <Time at={signal.at} class="text-soft" />
          </div>
          {signal.data === null ? null : <JsonTree value={signal.data} open={0} />}
        </li>
      ))}
    </ul>
  );
}
