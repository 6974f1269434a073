import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Lead } from "../../engine/schemas/lead.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { callApi } from "../shared/api.ts";
import { isShownBy, issueFor } from "../shared/issues.ts";

/** Text fields of the form, in the order in which people know them. */
const FIELDS = [
  { name: "email", label: "E-mail", mode: "email" },
  { name: "firstName", label: "First name", mode: "text" },
  { name: "lastName", label: "Last name", mode: "text" },
  { name: "company", label: "Company", mode: "text" },
  { name: "phone", label: "Phone", mode: "tel" },
  { name: "industry", label: "Industry", mode: "text" },
  { name: "timezone", label: "Time zone", mode: "text" },
  { name: "score", label: "Score", mode: "decimal" },
  { name: "tags", label: "Tags", mode: "text" },
] as const;
type Values = { [name: string]: string };

interface LeadFormProps {
  /** Absent: a new lead. */
  lead?: Lead;
  onSaved: (lead: Lead) => void;
}

/** A lead's own fields: adds one, or changes the given one. */
export function LeadForm({ lead, onSaved }: LeadFormProps): JSX.Element {
  const [values, setValues] = useState<Values>(() => valuesOf(lead));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = lead
      ? await callApi<Lead>("PUT", `/api/leads/${lead.id}`, { body: inputOf(values, lead) })
      : await callApi<Lead>("POST", "/api/leads", { body: inputOf(values) });
    setBusy(false);
    if (answer.ok) onSaved(answer.data);
    else setProblem(answer.problem);
  }

  return (
    <form class="grid gap-4" onSubmit={submit} noValidate>
      <div class="grid gap-3 sm:grid-cols-2">
        {FIELDS.map(({ name, label, mode }) => {
          const error = issueFor(problem, name);
          return (
            <Field key={name} id={`lead-${name}`} label={label} error={error} hint={HINTS[name]}>
              <input
                {...fieldAttributes(`lead-${name}`, { hint: name in HINTS, error })}
                class="input"
                type="text"
                inputMode={mode}
                required={name === "email"}
                value={values[name] ?? ""}
                onInput={(e) => setValues({ ...values, [name]: e.currentTarget.value })}
              />
            </Field>
          );
        })}
      </div>
      {problem && !isShownBy(problem, FIELDS.map(({ name }) => name))
        ? <ErrorCard problem={problem} />
        : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        {busy ? "Saving …" : lead ? "Save" : "Add lead"}
      </button>
    </form>
  );
}

const HINTS: Values = { timezone: "Such as Europe/Zurich", tags: "With commas between them" };

function valuesOf(lead: Lead | undefined): Values {
  if (!lead) return {};
  const { email, firstName, lastName, company, phone, industry, timezone } = lead;
  return {
    email,
    firstName,
    lastName,
    company,
    phone,
    industry,
    timezone,
    score: lead.score === null ? "" : String(lead.score),
    tags: lead.tags.join(", "),
  };
}

/** What is sent: for a new lead only what was filled in; for a change every field, so that emptying one counts. */
function inputOf(values: Values, lead?: Lead): { [name: string]: unknown } {
  const input: { [name: string]: unknown } = {};
  for (const { name } of FIELDS) {
    const text = (values[name] ?? "").trim();
    if (name === "tags") {
      if (text || lead) input.tags = text.split(",").map((tag) => tag.trim()).filter(Boolean);
    } else if (name === "score") {
      // Not a number: sent as it was typed, so that the answer can name it.
      if (text) input.score = Number.isNaN(Number(text)) ? text : Number(text);
    } else if (text || lead) input[name] = text;
  }
  return input;
}
