import type { ComponentChildren, JSX } from "preact";
import type { Json } from "../../../engine/schemas/json.ts";
import type { Lead } from "../../../engine/schemas/lead.ts";
import { Badge } from "./badge.tsx";

/** What is known of a lead as name and value: only what there is, the phone ready to be called. */
export function LeadFacts({ lead }: { lead: Lead }): JSX.Element {
  return (
    <dl class="facts">
      <Fact name="Phone">
        {lead.phone ? <a class="link" href={telOf(lead.phone)}>{lead.phone}</a> : null}
      </Fact>
      <Fact name="E-mail">
        <a class="link break-all" href={`mailto:${encodeURIComponent(lead.email)}`}>{lead.email}</a>
      </Fact>
      <Fact name="Company">{lead.company}</Fact>
      <Fact name="Industry">{lead.industry}</Fact>
      <Fact name="Score">{lead.score}</Fact>
      <Fact name="Status">{lead.status}</Fact>
      <Fact name="Time zone">{lead.timezone}</Fact>
      <Fact name="Tags">{lead.tags.length ? <Tags tags={lead.tags} /> : null}</Fact>
      {Object.entries(lead.fields).map(([name, value]) => <Fact key={name} name={name}>{wordsOf(value)}
      </Fact>)}
    </dl>
  );
}

/** One line of a fact list; nothing known, nothing drawn. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }): JSX.Element | null {
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

/** Digits and a leading plus: what a phone accepts after `tel:`. The zero of +41 (0)44 is not dialled from abroad. */
export function telOf(phone: string): string {
  const dialled = phone.trim().replace(/^(\+\d{1,3}\s*)\(0\)/, "$1");
  return `tel:${dialled.replace(/(?!^\+)\D/g, "")}`;
}
