import type { JSX } from "preact";
import type { ExecutionSummary } from "../../../engine/schemas/execution.ts";
import { leadName } from "./lead_name.tsx";
import { StatusChip } from "./status_chip.tsx";
import { Time } from "./time.tsx";

/** Executions in short: status with its reason, workflow, lead, when. */
export function ExecutionLines({ items }: { items: readonly ExecutionSummary[] }): JSX.Element {
  return (
    <ul class="card divide-y divide-line">
      {items.map((one) => (
        <li key={one.id} class="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-3 py-2">
          <a class="link min-w-0 break-words sm:w-64" href={`/executions/${one.id}`}>
            {one.lead ? leadName(one.lead) : one.workflowName}
          </a>
          <span class="min-w-0 flex-1 basis-48">
            <StatusChip status={one.status} text={reasonWords(one)} />
          </span>
          <span class="text-soft whitespace-nowrap">
            {one.lead ? `${one.workflowName} · ` : ""}
            <Time at={one.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The reason without the status word that the chip says already. */
function reasonWords({ reason }: ExecutionSummary): string | null {
  return reason ? reason.text.replace(/^\w+ — /, "") : null;
}
