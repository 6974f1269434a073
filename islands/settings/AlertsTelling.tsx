import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import { channelInWords, tellingInWords } from "../../engine/core/alert_words.ts";
import type { AlertChannel, AlertSettings, AlertTest } from "../../engine/schemas/alert.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import type { SettingsFormProps } from "./AlertsSettingsForm.tsx";

/** Over which channels alerts are told, and when; each can be tried. */
export function AlertsTelling({ settings: first }: { settings: AlertSettings }): JSX.Element {
  const [settings, setSettings] = useState(first);
  const [Form, setForm] = useState<{ show: ComponentType<SettingsFormProps> } | null>(null);
  async function ask(): Promise<void> {
    const { AlertsSettingsForm } = await import("./AlertsSettingsForm.tsx");
    setForm({ show: AlertsSettingsForm });
  }
  return (
    <section aria-labelledby="telling">
      <div class="mb-2 flex flex-wrap items-center gap-3">
        <h2 id="telling" class="min-w-0 flex-1">How alerts are told</h2>
        <button type="button" class="button" onClick={ask}>
          <Icon name="pencil" /> Change
        </button>
      </div>
      <p class="mb-2">{tellingInWords(settings)}.</p>
      {settings.channels.length === 0
        ? <p class="text-soft">Nobody is told: incidents are seen here and at the bell alone.</p>
        : (
          <ul class="card divide-y divide-line">
            {settings.channels.map((channel) => <ChannelLine key={channel.id} channel={channel} />)}
          </ul>
        )}
      {Form
        ? (
          <Form.show
            settings={settings}
            onClose={() => setForm(null)}
            onSaved={(saved) => {
              setSettings(saved);
              setForm(null);
            }}
          />
        )
        : null}
    </section>
  );
}

function ChannelLine({ channel }: { channel: AlertChannel }): JSX.Element {
  const [result, setResult] = useState<AlertTest | null>(null);
  const [busy, setBusy] = useState(false);
  const words = channelInWords(channel);
  async function test(): Promise<void> {
    setBusy(true);
    const answer = await callApi<AlertTest>("POST", "/api/monitoring/alert-settings/test", { body: channel });
    setBusy(false);
    setResult(answer.ok ? answer.data : { ok: false, detail: answer.problem.detail });
  }
  return (
    <li class="flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2" data-channel={channel.id}>
      <span class="min-w-0 flex-1 basis-64 break-words">{words}</span>
      <span role="status" class="min-w-0 break-words" data-tone={result?.ok ? "good" : "bad"}>
        {result
          ? (
            <span class="text-status">
              {result.ok ? `It works. ${result.detail}` : `It does not: ${result.detail}`}
            </span>
          )
          : null}
      </span>
      <button type="button" class="button" disabled={busy} aria-label={`Test: ${words}`} onClick={test}>
        {busy ? "Sending …" : "Test"}
      </button>
    </li>
  );
}
