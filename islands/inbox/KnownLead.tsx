import type { ComponentChildren, JSX } from "preact";
import type { Json } from "../../engine/schemas/json.ts";
import type { Lead } from "../../engine/schemas/lead.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { LeadName } from "../../routes/pages/components/lead_name.tsx";

/** What is known of the lead, for whoever is about to call: only what there is. */
export function KnownLead({ lead }: { lead: Lead }): JSX.Element {
  return (
    <aside class="rounded-card bg-sunken p-3" aria-label="What is known of the lead">
      <LeadName lead={lead} />
      <dl class="facts mt-1">
        <Fact name="Phone">
          {lead.phone ? <a class="link" href={telOf(lead.phone)}>{lead.phone}</a> : null}
        </Fact>
        <Fact name="E-mail">
          <a class="link break-all" href={`mailto:${encodeURIComponent(lead.email)}`}>{lead.email}</a>
        </Fact>
        <Fact name="Company">{[lead.company, lead.industry].filter(Boolean).join(" · ")}</Fact>
        <Fact name="Score">{lead.score}</Fact>
        <Fact name="Status">{lead.status}</Fact>
        <Fact name="Zone">{lead.timezone}</Fact>
        <Fact name="Tags">{lead.tags.length ? <Tags tags={lead.tags} /> : null}</Fact>
        {Object.entries(lead.fields).map(([name, value]) => (
          <Fact key={name} name={name}>{wordsOf(value)}</Fact>
        ))}
      </dl>
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null {
  if (children === null || children === "" || children === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Tags({ tags }: { tags: readonly string[] }): JSX.Element {
  return <span class="flex flex-wrap gap-1">{tags.map((tag) => <Badge key={tag}>{tag}</Badge>)}</span>;
}

function wordsOf(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Digits and a leading plus: what a phone accepts after `tel:`. */
export function telOf(phone: string): string {
  return `tel:${phone.replace(/(?!^\+)\D/g, "")}`;
}
