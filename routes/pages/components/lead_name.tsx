import type { JSX } from "preact";

/** What of a lead is needed to name it. */
export interface Nameable {
  id: string;
  email: string;
  name?: string;
  firstName?: string;
  lastName?: string;
}

/** "Ann Lee", else the e-mail address, else "Unnamed lead". */
export function leadName(lead: Nameable): string {
  const name = lead.name ?? `${lead.firstName ?? ""} ${lead.lastName ?? ""}`;
  return name.trim() || lead.email || "Unnamed lead";
}

/** A lead's name, linked to its page. */
export function LeadName({ lead, class: className }: { lead: Nameable; class?: string }): JSX.Element {
  return (
    <a
      class={`link min-w-0 break-words ${className ?? ""}`}
      href={`/leads/${encodeURIComponent(lead.id)}`}
      title={lead.email}
    >
      {leadName(lead)}
    </a>
  );
}
