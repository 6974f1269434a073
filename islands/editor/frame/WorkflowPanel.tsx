import type { JSX } from "preact";
import type { Issue, Refusals as RefusalsData } from "../../../engine/schemas/workflow.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { Refusals } from "../../../routes/pages/components/refusals.tsx";
import { setSettings } from "../document/edits.ts";
import { failWords } from "../document/secrets.ts";
import { useEditor } from "../editor_context.ts";
import { DraftRules } from "../later_parts.ts";
import { useMissingSecrets } from "../use_resources.ts";
import { ProblemList } from "./ProblemList.tsx";
import { Starts } from "./Starts.tsx";

/** The workflow itself, while nothing in it is selected: what is missing, what it is for, its rules, how it starts. */
export function WorkflowPanel(
  { problems, refusals }: { problems: readonly Issue[]; refusals: RefusalsData },
): JSX.Element {
  const { draft, mayEdit, workflowId } = useEditor();
  const { settings } = draft.document;
  return (
    <div class="inspector panel">
      <h2 class="sr-only">Workflow</h2>
      <Readiness problems={problems} />
      <Field id="workflow-description" label="What it is for">
        <textarea
          id="workflow-description"
          class="input"
          rows={3}
          maxLength={2_000}
          readOnly={!mayEdit}
          value={settings.description ?? ""}
          onInput={(event) => {
            const { value } = event.currentTarget;
            const { description: _before, ...rest } = settings;
            const next = value ? { ...settings, description: value } : rest;
            draft.edit("Describe the workflow", (doc) => setSettings(doc, next), "description");
          }}
        />
      </Field>
      <Starts />
      <DraftRules />
      <Refusals refusals={refusals} />
      <a class="link justify-self-start" href={`/executions?workflowId=${workflowId}`}>Its executions</a>
    </div>
  );
}

function Readiness({ problems }: { problems: readonly Issue[] }): JSX.Element | null {
  const { draft } = useEditor();
  const missing = useMissingSecrets();
  if (draft.document.nodes.length === 0) return null;
  if (problems.length) {
    return (
      <section class="grid gap-2" aria-label="What is missing">
        <h3 class="font-medium">
          {problems.length === 1 ? "One thing is missing" : `${problems.length} things are missing`}
        </h3>
        <ProblemList problems={problems} />
      </section>
    );
  }
  const { version, draftChanged } = draft.live;
  const ready = version !== null && !draftChanged
    ? `Version ${version} is live, and the draft is the same`
    : "Ready to be published";
  if (!missing.length) return <p data-tone="good" class="text-status font-medium">{ready}.</p>;
  return (
    <section class="grid gap-2" aria-label="What would fail">
      <h3 class="font-medium">{ready}, but {failWords(missing)}</h3>
      <ProblemList problems={missing} />
    </section>
  );
}
