import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Lead } from "../../../engine/schemas/lead.ts";
import type { Sample } from "../../../engine/schemas/sample.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { leadName } from "../../../routes/pages/components/lead_name.tsx";
import { STATUS_LOOK } from "../../../routes/pages/components/status_chip.tsx";
import { relativeTime } from "../../../routes/pages/components/time_words.ts";
import { SAMPLE_INPUT } from "../../workflow/RunDialog.tsx";
import { searchLeads } from "../../workflow/workflow_calls.ts";
import { useEditor } from "../editor_context.ts";
import { MeantimeFields } from "./MeantimeFields.tsx";
import { fetchSamples } from "./sample_view.ts";
import type { SampleChoice } from "./stored.ts";
import type { Kept } from "./use_kept.ts";

/** What a test starts from, whether its mails are kept, and what people do in a dry run. */
export function Setup({ kept: { settings, change } }: { kept: Kept }): JSX.Element {
  const choose = (sample: SampleChoice): void => change({ sample, chosen: true });
  const { sample } = settings;
  return (
    <section class="drawer-setup" aria-label="Setup">
      <SampleSelect sample={sample} onChoose={choose} />
      {sample.kind === "lead" ? <LeadField email={sample.email} onChoose={choose} /> : null}
      {sample.kind === "payload"
        ? (
          <Field id="test-payload" label="Payload" hint="JSON. An e-mail address in it names the lead.">
            <textarea
              id="test-payload"
              class="input mono"
              rows={5}
              spellcheck={false}
              value={sample.text}
              aria-describedby="test-payload-hint"
              onInput={(e) => choose({ kind: "payload", text: e.currentTarget.value })}
            />
          </Field>
        )
        : null}
      <label class="flex min-h-8 items-center gap-2">
        <input
          type="checkbox"
          checked={settings.keep}
          onChange={(e) => change({ keep: e.currentTarget.checked })}
        />
        Keep the mails in the outbox
      </label>
      <p class="text-soft">
        {settings.keep
          ? "Nothing leaves: mails land in the outbox, marked test."
          : "Nothing leaves: mails are shown here and not kept."}
      </p>
      <MeantimeFields meantime={settings.meantime} onChange={(meantime) => change({ meantime })} />
    </section>
  );
}

function SampleSelect(
  { sample, onChoose }: { sample: SampleChoice; onChoose(sample: SampleChoice): void },
): JSX.Element {
  const { workflowId } = useEditor();
  const [items, setItems] = useState<Sample[]>([]);
  useEffect(() => void fetchSamples(workflowId).then((found) => found && setItems(found.items)), [
    workflowId,
  ]);
  const chosen = sample.kind === "execution" ? sample.executionId : sample.kind;
  const known = sample.kind !== "execution" || items.some(({ executionId }) => executionId === chosen);
  return (
    <Field id="test-sample" label="Sample">
      <select
        id="test-sample"
        class="input"
        value={chosen}
        onInput={(e) => onChoose(choiceOf(e.currentTarget.value))}
      >
        <optgroup label="Begin with">
          <option value="payload">A payload</option>
          <option value="lead">A lead</option>
        </optgroup>
        {items.length > 0 || !known
          ? (
            <optgroup label="What really arrived">
              {known ? null : <option value={chosen}>An earlier execution</option>}
              {items.map((one) => <option key={one.executionId} value={one.executionId}>{lineOf(one)}
              </option>)}
            </optgroup>
          )
          : null}
      </select>
    </Field>
  );
}

function choiceOf(value: string): SampleChoice {
  if (value === "payload") return { kind: "payload", text: SAMPLE_INPUT };
  return value === "lead" ? { kind: "lead", email: "" } : { kind: "execution", executionId: value };
}

function lineOf({ lead, executionId, at, status }: Sample): string {
  const name = lead ? leadName(lead) : `…${executionId.slice(-6)}`;
  return `${name}, ${relativeTime(at, Date.now())}, ${STATUS_LOOK[status].word.toLowerCase()}`;
}

function LeadField(
  { email, onChoose }: { email: string; onChoose(sample: SampleChoice): void },
): JSX.Element {
  const found = useLeads(email);
  return (
    <Field id="test-lead" label="E-mail" hint="Of a lead, or of a new one. Empty: without a lead.">
      <input
        id="test-lead"
        class="input"
        type="email"
        list="test-leads"
        autocomplete="off"
        value={email}
        aria-describedby="test-lead-hint"
        onInput={(e) => onChoose({ kind: "lead", email: e.currentTarget.value })}
      />
      <datalist id="test-leads">
        {found.map((lead) => <option key={lead.id} value={lead.email}>{leadLine(lead)}</option>)}
      </datalist>
    </Field>
  );
}

function leadLine(lead: Lead): string {
  const name = leadName(lead);
  return [name === lead.email ? "" : name, lead.company].filter(Boolean).join(", ");
}

/** Leads that match what was typed; an answer that comes late for an older text is dropped. */
function useLeads(typed: string): Lead[] {
  const [found, setFound] = useState<Lead[]>([]);
  const text = typed.trim();
  useEffect(() => {
    if (text.length < 2) return setFound([]);
    let current = true;
    const timer = setTimeout(async () => {
      const answer = await searchLeads(text);
      if (current && answer.ok) setFound(answer.data.items);
    }, 150);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);
  return found;
}
