import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { AlertChannel, AlertSettings } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { WEEKDAYS } from "../../engine/schemas/weekday.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { issueFor } from "../shared/issues.ts";
import { AlertsChannelFields } from "./AlertsChannelFields.tsx";
import { freshChannel } from "./alerts_model.ts";

export interface SettingsFormProps {
  settings: AlertSettings;
  onClose(): void;
  onSaved(settings: AlertSettings): void;
}

/** Channels, quiet hours and digest. */
export function AlertsSettingsForm({ settings, onClose, onSaved }: SettingsFormProps): JSX.Element {
  return (
    <Dialog open title="How alerts are told" onClose={onClose}>
      <Form settings={settings} onSaved={onSaved} />
    </Dialog>
  );
}

function Form({ settings, onSaved }: Omit<SettingsFormProps, "onClose">): JSX.Element {
  const [held, setHeld] = useState<AlertSettings>({
    ...settings,
    // Nobody has said by whose clock yet: by that of whoever says it.
    timezone: settings.timezone === "UTC" ? zoneHere() : settings.timezone,
  });
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const change = (part: Partial<AlertSettings>): void => setHeld({ ...held, ...part });
  const { channels } = held;

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = await callApi<AlertSettings>("PUT", "/api/monitoring/alert-settings", { body: held });
    setBusy(false);
    if (answer.ok) return onSaved(answer.data);
    setProblem(answer.problem);
  }
  return (
    <form class="grid gap-4" onSubmit={submit}>
      {channels.map((channel, i) => (
        <AlertsChannelFields
          key={channel.id}
          channel={channel}
          path={`channels.${i}`}
          problem={problem}
          onChange={(next) => change({ channels: channels.map((one) => one.id === channel.id ? next : one) })}
          onRemove={() => change({ channels: channels.filter(({ id }) => id !== channel.id) })}
        />
      ))}
      <div class="flex flex-wrap gap-2" role="group" aria-label="Add a channel">
        {ADD.map(([kind, words]) => (
          <button
            key={kind}
            type="button"
            class="button"
            disabled={channels.length >= 10}
            onClick={() => change({ channels: [...channels, freshChannel(kind, channels)] })}
          >
            <Icon name="plus" /> {words}
          </button>
        ))}
      </div>
      <Times held={held} problem={problem} onChange={change} />
      {problem && !isSaidBeside(problem) ? <ErrorCard problem={problem} /> : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        {busy ? "Saving …" : "Save"}
      </button>
    </form>
  );
}

const ADD: readonly (readonly [AlertChannel["kind"], string])[] = [
  ["email", "E-mail"],
  ["slack", "Slack"],
  ["webhook", "Webhook"],
];

/** Of channels and the zone each field says what it does not accept. */
function isSaidBeside({ issues = [] }: Problem): boolean {
  return issues.length > 0 &&
    issues.every(({ path }) => path === "timezone" || /^channels\.\d+\.[a-z]+/.test(path));
}

function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const DIGESTS: readonly (readonly [AlertSettings["digest"], string])[] = [
  ["off", "At once"],
  ["hourly", "Gathered, every hour"],
  ["daily", "Gathered, once a day"],
];

function Times(
  { held, problem, onChange }: {
    held: AlertSettings;
    problem: Problem | null;
    onChange(part: Partial<AlertSettings>): void;
  },
): JSX.Element {
  const { quiet } = held;
  return (
    <div class="grid gap-4 border-t border-line pt-4">
      <Field id="digest" label="When">
        <select
          id="digest"
          class="input"
          value={held.digest}
          onInput={(event) => {
            const found = DIGESTS.find(([digest]) => digest === event.currentTarget.value);
            if (found) onChange({ digest: found[0] });
          }}
        >
          {DIGESTS.map(([digest, words]) => <option key={digest} value={digest}>{words}</option>)}
        </select>
      </Field>
      {held.digest === "daily"
        ? (
          <Clock
            id="digest-at"
            label="At"
            value={held.digestAt}
            onChange={(digestAt) => onChange({ digestAt })}
          />
        )
        : null}
      <label class="flex min-h-11 items-center gap-3 sm:min-h-8">
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={(event) =>
            onChange({
              quiet: event.currentTarget.checked ? { days: [...WEEKDAYS], from: "20:00", to: "07:00" } : null,
            })}
        />
        Quiet hours: what is not urgent waits until they end
      </label>
      {quiet
        ? (
          <fieldset class="grid gap-3">
            <legend class="sr-only">Quiet hours</legend>
            <div class="flex flex-wrap gap-x-3">
              {WEEKDAYS.map((day) => (
                <label key={day} class="flex min-h-11 items-center gap-1.5 sm:min-h-8">
                  <input
                    type="checkbox"
                    checked={quiet.days.includes(day)}
                    onChange={(event) => {
                      const days = WEEKDAYS.filter((one) =>
                        one === day ? event.currentTarget.checked : quiet.days.includes(one)
                      );
                      onChange({ quiet: { ...quiet, days } });
                    }}
                  />
                  {day.charAt(0).toUpperCase() + day.slice(1)}
                </label>
              ))}
            </div>
            <div class="flex flex-wrap gap-3">
              <Clock
                id="quiet-from"
                label="From"
                value={quiet.from}
                onChange={(from) => onChange({ quiet: { ...quiet, from } })}
              />
              <Clock
                id="quiet-to"
                label="To"
                value={quiet.to}
                onChange={(to) => onChange({ quiet: { ...quiet, to } })}
              />
            </div>
          </fieldset>
        )
        : null}
      {quiet || held.digest === "daily"
        ? (
          <Field id="alert-zone" label="Time zone" error={issueFor(problem, "timezone")}>
            <input
              id="alert-zone"
              class="input"
              value={held.timezone}
              onInput={(event) => onChange({ timezone: event.currentTarget.value.trim() })}
            />
          </Field>
        )
        : null}
    </div>
  );
}

function Clock(
  { id, label, value, onChange }: { id: string; label: string; value: string; onChange(value: string): void },
): JSX.Element {
  return (
    <Field id={id} label={label}>
      <input
        id={id}
        class="input w-auto"
        type="time"
        required
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
