import type { JSX } from "preact";
import type { Refusals as RefusalsData } from "../../../engine/schemas/workflow.ts";
import { LeadName } from "./lead_name.tsx";
import { Time } from "./time.tsx";

/** Who was not enrolled, and why; nothing while everybody was. */
export function Refusals({ refusals }: { refusals: RefusalsData }): JSX.Element | null {
  const { total, items } = refusals;
  if (total === 0) return null;
  return (
    <section class="grid grid-cols-1 gap-2" aria-labelledby="refusals">
      <h2 id="refusals">Who was not enrolled, and why</h2>
      <p class="text-soft">
        {total === 1
          ? "1 in all."
          : `${total} in all${total > items.length ? `, the last ${items.length}` : ""}.`}
      </p>
      <ul class="card divide-y divide-line">
        {items.map((one, index) => (
          <li key={index} class="grid gap-0.5 px-3 py-2">
            <span class="flex flex-wrap items-baseline gap-x-3">
              {one.lead
                ? <LeadName lead={one.lead} />
                : <span class="text-soft">A lead that was removed</span>}
              <span class="text-soft">
                <Time at={one.at} />
              </span>
            </span>
            <span>{one.reason.text}</span>
            <a class="link justify-self-start" href={`/executions/${one.executionId}`}>
              The execution that stands in the way
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
