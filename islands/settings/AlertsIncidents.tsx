import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Incident } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";

interface IncidentsProps {
  incidents: readonly Incident[];
  now: number;
  mayAct: boolean;
  onChanged(): Promise<void>;
}

/** What is wrong now, and what was. */
export function AlertsIncidents({ incidents, now, mayAct, onChanged }: IncidentsProps): JSX.Element {
  const open = incidents.filter(({ status }) => status === "open");
  const over = incidents.filter(({ status }) => status === "recovered");
  return (
    <section aria-labelledby="incidents">
      <div class="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="incidents" class="min-w-0 flex-1">Incidents</h2>
        {mayAct ? <CheckNow onChanged={onChanged} /> : null}
      </div>
      {open.length === 0
        ? (
          <p class="notice" data-tone="good">
            <Icon name="check" size={18} class="mt-0.5" /> Nothing is wrong that a rule watches.
          </p>
        )
        : (
          <ul class="grid gap-3">
            {open.map((one) => (
              <OpenIncident key={one.id} incident={one} now={now} mayAct={mayAct} onChanged={onChanged} />
            ))}
          </ul>
        )}
      {over.length === 0 ? null : (
        <details class="mt-3">
          <summary class="inline-flex min-h-11 items-center gap-1 text-soft hover:text-ink sm:min-h-8">
            <Icon name="chevron-down" size={14} /> {over.length} that {over.length === 1 ? "is" : "are"} over
          </summary>
          <ul class="card mt-2 divide-y divide-line">
            {over.map((one) => <PastIncident key={one.id} incident={one} now={now} />)}
          </ul>
        </details>
      )}
    </section>
  );
}

function CheckNow({ onChanged }: Pick<IncidentsProps, "onChanged">): JSX.Element {
  const [busy, setBusy] = useState(false);
  async function check(): Promise<void> {
    setBusy(true);
    const answer = await callApi("POST", "/api/monitoring/alert-settings/check", { body: {} });
    // It is looked in a moment: the loop has been told.
    await new Promise((resolve) => setTimeout(resolve, 500));
    await onChanged();
    setBusy(false);
    announce(document, answer.ok ? "Every rule was judged" : answer.problem.detail);
  }
  return (
    <button type="button" class="button" disabled={busy} onClick={check}>
      <Icon name="rotate" /> {busy ? "Checking …" : "Check now"}
    </button>
  );
}

function OpenIncident(
  { incident, now, mayAct, onChanged }: Omit<IncidentsProps, "incidents"> & { incident: Incident },
): JSX.Element {
  const [problem, setProblem] = useState<Problem | null>(null);
  const path = `/api/monitoring/incidents/${encodeURIComponent(incident.id)}`;
  async function act(action: string, body: unknown): Promise<void> {
    const answer = await callApi("POST", `${path}/${action}`, { body });
    if (answer.ok) return await onChanged();
    setProblem(answer.problem);
  }
  const { acknowledged, mutedUntil, tellAt } = incident;
  return (
    <li class="card p-4" data-incident={incident.id}>
      <div class="flex flex-wrap items-start gap-x-3 gap-y-1">
        <h3 class="min-w-0 flex-1 basis-64 font-medium break-words">{incident.title}</h3>
        <Badge tone="bad" icon="alert">Open</Badge>
      </div>
      <p class="mt-1 break-words">{incident.detail}</p>
      <p class="mt-1 text-soft">
        since <Time at={incident.openedAt} now={now} />
        {tellAt === null ? " · nobody is told" : Date.parse(tellAt) > now
          ? (
            <>
              {" "}· told <Time at={tellAt} now={now} />
            </>
          )
          : null}
        {acknowledged ? ` · ${acknowledged.by} is at it` : ""}
        {mutedUntil
          ? (
            <>
              {" "}· muted, told again <Time at={mutedUntil} now={now} />
            </>
          )
          : null}
      </p>
      <div class="mt-3 flex flex-wrap gap-2">
        <a class="button" data-kind="primary" href={incident.link}>
          <Icon name="arrow-right" /> Go and mend it
        </a>
        {mayAct && !acknowledged
          ? <button type="button" class="button" onClick={() => act("acknowledge", {})}>I am at it</button>
          : null}
        {mayAct ? <MuteSelect incident={incident} onMute={(hours) => act("mute", { hours })} /> : null}
      </div>
      {problem ? <ErrorCard problem={problem} /> : null}
    </li>
  );
}

const MUTES: readonly (readonly [string, string])[] = [["1", "For an hour"], ["24", "For a day"], [
  "168",
  "For a week",
]];

function MuteSelect({ incident, onMute }: { incident: Incident; onMute(hours: number): void }): JSX.Element {
  return (
    <label>
      <span class="sr-only">Mute {incident.title}</span>
      <select
        class="input w-auto"
        value=""
        onChange={(event) => {
          const { value } = event.currentTarget;
          event.currentTarget.value = "";
          if (value !== "") onMute(Number(value));
        }}
      >
        <option value="">Mute …</option>
        {MUTES.map(([hours, words]) => <option key={hours} value={hours}>{words}</option>)}
        {incident.mutedUntil ? <option value="0">Tell again</option> : null}
      </select>
    </label>
  );
}

function PastIncident({ incident, now }: { incident: Incident; now: number }): JSX.Element {
  return (
    <li class="flex flex-wrap items-baseline gap-x-3 px-3 py-2">
      <span class="min-w-0 flex-1 basis-64 break-words">{incident.title}</span>
      <span class="text-soft">
        {incident.recovery ? `${incident.recovery} · ` : ""}
        <Time at={incident.recoveredAt ?? incident.openedAt} now={now} />
      </span>
    </li>
  );
}
