import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Lead } from "../../engine/schemas/lead.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Simulated } from "../../engine/schemas/simulation.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import type { DrawnGraph } from "../../routes/pages/components/graph_model.ts";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { leadName } from "../../routes/pages/components/lead_name.tsx";
import type { Answer } from "../shared/api.ts";
import { isShownBy, issueFor } from "../shared/issues.ts";
import type { Asking } from "./DryRun.tsx";
import { SAMPLE_INPUT } from "./RunDialog.tsx";
import { dryRunWorkflow, parseTyped, searchLeads } from "./workflow_calls.ts";

/** What a person asks for; kept while the result is looked at, so that one thing can be changed. */
export interface Wish {
  about: "lead" | "payload";
  email: string;
  payload: string;
  /** As `datetime-local` writes it; empty: now. */
  at: string;
  opens: boolean;
  clicks: boolean;
  /** By node; absent: the first outcome. `null`: nobody answers. */
  answers: { [nodeId: string]: string | null };
}

export function emptyWish(): Wish {
  return {
    about: "lead",
    email: "",
    payload: SAMPLE_INPUT,
    at: "",
    opens: false,
    clicks: false,
    answers: {},
  };
}

interface DryRunFormProps {
  workflowId: string;
  graph: DrawnGraph;
  people: readonly Asking[];
  wish: Wish;
  onWish(wish: Wish): void;
  onResult(result: Simulated): void;
}

const SHOWN_BESIDE = ["at"];
const NOBODY = "\u0000nobody";

export function DryRunForm(props: DryRunFormProps): JSX.Element {
  const { wish } = props;
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const found = useLeads(wish.about === "lead" ? wish.email : "");
  const change = (part: Partial<Wish>): void => props.onWish({ ...wish, ...part });

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const answer = await ask(props, found);
    setBusy(false);
    setProblem(answer.ok ? null : answer.problem);
    if (answer.ok) props.onResult(answer.data);
  }

  return (
    <form class="grid gap-4" onSubmit={submit}>
      <p class="text-soft">Runs the draft on a virtual clock. Nothing is stored, and nothing is sent.</p>
      <About wish={wish} found={found} onChange={change} />
      <Field
        id="dry-at"
        label="Starts"
        hint="As clocks in the lead's time zone show it. Empty: now."
        error={issueFor(problem, "at")}
      >
        <input
          {...fieldAttributes("dry-at", { hint: true, error: issueFor(problem, "at") })}
          class="input"
          type="datetime-local"
          value={wish.at}
          onInput={(e) => change({ at: e.currentTarget.value })}
        />
      </Field>
      <Meanwhile people={props.people} wish={wish} onChange={change} />
      {problem && !isShownBy(problem, SHOWN_BESIDE) ? <ErrorCard problem={problem} /> : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        <Icon name="list-checks" /> {busy ? "Running …" : "Dry run"}
      </button>
    </form>
  );
}

/** The call, or what keeps it from being made. An address that no lead has stands for a new one. */
async function ask(props: DryRunFormProps, found: readonly Lead[]): Promise<Answer<Simulated>> {
  const { wish, graph, workflowId } = props;
  const mails = graph.nodes.filter(({ category }) => category === "messages").map(({ id }) => id);
  const typed = wish.about === "payload" ? parseTyped(wish.payload) : null;
  if (typed && !typed.ok) return typed;
  const email = wish.email.trim().toLowerCase();
  const lead = found.find((one) => one.email === email);
  const about = typed
    ? { input: typed.data }
    : lead
    ? { leadId: lead.id }
    : email
    ? { input: { email } }
    : {};
  return await dryRunWorkflow(workflowId, {
    ...about,
    ...(wish.at ? { at: wish.at } : {}),
    answers: wish.answers,
    opened: wish.opens ? mails : [],
    clicked: wish.clicks ? mails : [],
  });
}

interface PartProps {
  wish: Wish;
  onChange(part: Partial<Wish>): void;
}

function About({ wish, found, onChange }: PartProps & { found: readonly Lead[] }): JSX.Element {
  return (
    <fieldset class="grid gap-2">
      <legend class="mb-1 font-semibold">For</legend>
      <div class="flex flex-wrap gap-x-5 gap-y-1">
        {([["lead", "A lead"], ["payload", "What arrives at the trigger"]] as const).map(([value, label]) => (
          <label key={value} class="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="dry-about"
              checked={wish.about === value}
              onChange={() => onChange({ about: value })}
            />
            {label}
          </label>
        ))}
      </div>
      {wish.about === "lead"
        ? (
          <Field id="dry-lead" label="E-mail" hint="Of a lead, or of a new one. Empty: without a lead.">
            <input
              {...fieldAttributes("dry-lead", { hint: true })}
              class="input"
              type="email"
              list="dry-leads"
              autocomplete="off"
              value={wish.email}
              onInput={(e) => onChange({ email: e.currentTarget.value })}
            />
            <datalist id="dry-leads">
              {found.map((lead) => <option key={lead.id} value={lead.email}>{leadLine(lead)}</option>)}
            </datalist>
          </Field>
        )
        : (
          <Field id="dry-payload" label="Input" hint="JSON. An e-mail address in it names the lead.">
            <textarea
              {...fieldAttributes("dry-payload", { hint: true })}
              class="input mono"
              rows={7}
              spellcheck={false}
              value={wish.payload}
              onInput={(e) => onChange({ payload: e.currentTarget.value })}
            />
          </Field>
        )}
    </fieldset>
  );
}

function leadLine(lead: Lead): string {
  const name = leadName(lead);
  return [name === lead.email ? "" : name, lead.company].filter(Boolean).join(", ");
}

function Meanwhile({ people, wish, onChange }: PartProps & { people: readonly Asking[] }): JSX.Element {
  return (
    <fieldset class="grid gap-2">
      <legend class="mb-1 font-semibold">Meanwhile</legend>
      {([["opens", "Opens the mails"], ["clicks", "Clicks the first link in them"]] as const).map((
        [name, label],
      ) => (
        <label key={name} class="flex min-h-8 items-center gap-2">
          <input
            type="checkbox"
            checked={wish[name]}
            onChange={(e) => onChange({ [name]: e.currentTarget.checked })}
          />
          {label}
        </label>
      ))}
      {people.map(({ nodeId, label, outcomes }) => (
        <Field key={nodeId} id={`dry-${nodeId}`} label={label}>
          <select
            id={`dry-${nodeId}`}
            class="input"
            value={wish.answers[nodeId] === null ? NOBODY : wish.answers[nodeId] ?? outcomes[0] ?? NOBODY}
            onInput={(e) => {
              const chosen = e.currentTarget.value;
              onChange({ answers: { ...wish.answers, [nodeId]: chosen === NOBODY ? null : chosen } });
            }}
          >
            {outcomes.map((outcome) => <option key={outcome} value={outcome}>{outcome}</option>)}
            <option value={NOBODY}>Nobody answers</option>
          </select>
        </Field>
      ))}
    </fieldset>
  );
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
