import type { JSX } from "preact";
import type { Lead } from "../../engine/schemas/lead.ts";
import { LeadFacts } from "../../routes/pages/components/lead_facts.tsx";
import { LeadName } from "../../routes/pages/components/lead_name.tsx";

/** What is known of the lead, for whoever is about to call. */
export function KnownLead({ lead }: { lead: Lead }): JSX.Element {
  return (
    <div class="rounded-card bg-sunken p-3" role="group" aria-label="What is known of the lead">
      <p class="mb-1">
        <LeadName lead={lead} />
      </p>
      <LeadFacts lead={lead} />
    </div>
  );
}
