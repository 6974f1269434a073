import type { JSX } from "preact";
import type { ExecutionSummary } from "../../../engine/schemas/execution.ts";
import { leadName } from "./lead_name.tsx";
import { StatusChip } from "./status_chip.tsx";
import { summaryText } from "./step_words.ts";
import { Time } from "./time.tsx";

interface ExecutionLinesProps {
  items: readonly ExecutionSummary[];
  /** What a line is called by: its lead, or (on a lead's page) its workflow. */
  named?: "lead" | "workflow" | "round";
  /** By whose clock times are written; null: UTC, and it says so. */
  zone?: string | null;
}

/** Executions in short: status with its reason, lead, workflow, when. */
export function ExecutionLines({ items, named = "lead", zone = null }: ExecutionLinesProps): JSX.Element {
  const now = Date.now();
  return (
    <ul class="card divide-y divide-line">
      {items.map((one) => {
        const byLead = named === "lead" && one.lead !== null;
        return (
          <li key={one.id} class="execution-line">
            <a class="link max-w-full justify-self-start break-words" href={`/executions/${one.id}`}>
              {named === "round" && one.parent
                ? `Round ${one.parent.index + 1}`
                : byLead && one.lead
                ? leadName(one.lead)
                : one.workflowName}
            </a>
            <span class="min-w-0">
              <StatusChip status={one.status} text={summaryText(one, { now, zone })} />
            </span>
            <span class="min-w-0 break-words text-soft sm:text-right">
              {byLead || named === "round" ? `${one.workflowName} · ` : ""}
              <Time at={one.createdAt} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
