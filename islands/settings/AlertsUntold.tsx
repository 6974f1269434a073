import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Undelivered } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import { callApi } from "../shared/api.ts";

interface UntoldProps {
  items: readonly Undelivered[];
  now: number;
  mayAct: boolean;
  onChanged(): Promise<void>;
}

/** Alerts that reached nobody, with why, and the way to tell them after all. */
export function AlertsUntold({ items, now, mayAct, onChanged }: UntoldProps): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  async function act(method: string, id: string, more: string): Promise<void> {
    const path = `/api/monitoring/undelivered/${encodeURIComponent(id)}${more}`;
    const answer = await callApi(method, path, method === "POST" ? { body: {} } : {});
    setProblem(answer.ok ? null : answer.problem);
    await onChanged();
  }
  return (
    <section aria-labelledby="untold">
      <h2 id="untold" class="mb-2">Could not be delivered</h2>
      <ul class="grid gap-3">
        {items.map((one) => (
          <li key={one.id} class="notice flex-wrap" data-tone="bad">
            <Icon name="alert" size={18} class="mt-0.5" />
            <div class="min-w-0 flex-1 basis-64">
              <p class="font-medium break-words">{one.channel}: {one.problem}</p>
              <p class="break-words">{one.titles.join("; ")}</p>
              <p class="text-soft">
                <Time at={one.at} now={now} /> ·{" "}
                {one.attempts === 1 ? "1 attempt" : `${one.attempts} attempts`}
                {one.nextAt
                  ? (
                    <>
                      {" "}· again <Time at={one.nextAt} now={now} />
                    </>
                  )
                  : " · given up"}
              </p>
            </div>
            {mayAct
              ? (
                <div class="flex flex-wrap items-start gap-2 self-start">
                  <button type="button" class="button" onClick={() => act("POST", one.id, "/send")}>
                    Send again
                  </button>
                  <button type="button" class="button" onClick={() => act("DELETE", one.id, "")}>
                    Dismiss
                  </button>
                </div>
              )
              : null}
          </li>
        ))}
      </ul>
      {problem ? <ErrorCard problem={problem} /> : null}
    </section>
  );
}
