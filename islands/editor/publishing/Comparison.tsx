import { useReactFlow } from "@xyflow/react";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { WorkflowVersion } from "../../../engine/schemas/workflow.ts";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { Field } from "../../../routes/pages/components/form.tsx";
import { diffDocuments } from "../document/diff.ts";
import { useEditor } from "../editor_context.ts";
import { ChangeList } from "./ChangeList.tsx";
import { mergedDocument } from "./merged_document.ts";
import { PanelHead } from "./PanelHead.tsx";
import { countWords } from "./publish_words.ts";
import type { Comparing, Which } from "./review.ts";
import { useDocument, useVersions } from "./versions.ts";

const FIT = { padding: 0.2, maxZoom: 1, minZoom: 0.3, duration: 200 };

/** Two versions, or one and the draft: both on the canvas as one drawing, and here what changes, one by one. */
export function Comparison({ review }: { review: Comparing }): JSX.Element {
  const { types, lookAt } = useEditor();
  const { versions } = useVersions();
  const [before, after] = [useDocument(review.before), useDocument(review.after)];
  const diff = useMemo(
    () => before.document && after.document && diffDocuments(before.document, after.document, types.of),
    [before.document, after.document, types],
  );
  useEffect(() => {
    if (!diff || !before.document || !after.document) return;
    lookAt({ ...review, drawn: mergedDocument(before.document, after.document, diff) });
  }, [diff]);
  useFit(review);
  const problem = before.problem ?? after.problem;
  return (
    <div
      class="panel"
      onKeyDown={(event) => {
        if (event.key === "Escape") lookAt(null);
      }}
    >
      <PanelHead title="Compare" />
      <div class="grid grid-cols-2 gap-2">
        <Chosen
          id="compare-before"
          label="From"
          which={review.before}
          versions={versions}
          onChoose={(which) => lookAt({ ...review, before: which })}
        />
        <Chosen
          id="compare-after"
          label="To"
          which={review.after}
          versions={versions}
          onChoose={(which) => lookAt({ ...review, after: which })}
        />
      </div>
      {problem ? <ErrorCard problem={problem} /> : null}
      {diff
        ? (
          <>
            <p class="font-medium" role="status">{capital(countWords(diff)) || "They say the same."}</p>
            <ChangeList diff={diff} />
          </>
        )
        : problem
        ? null
        : <p class="text-soft" role="status">Looking …</p>}
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** All of what is drawn comes into sight when it is first drawn. */
function useFit({ before, after, drawn }: Comparing): void {
  const flow = useReactFlow();
  const fitted = useRef("");
  useEffect(() => {
    const pair = `${before} ${after}`;
    if (!drawn || fitted.current === pair) return;
    fitted.current = pair;
    requestAnimationFrame(() => void flow.fitView(FIT));
  }, [drawn]);
}

interface ChosenProps {
  id: string;
  label: string;
  which: Which;
  versions: readonly WorkflowVersion[] | null;
  onChoose(which: Which): void;
}

function Chosen({ id, label, which, versions, onChoose }: ChosenProps): JSX.Element {
  const { draft } = useEditor();
  // Until the list is here, what was asked for stands alone.
  const shown = versions ?? (which === "draft" ? [] : [{ version: which, name: "" }]);
  return (
    <Field id={id} label={label}>
      <select
        id={id}
        class="input"
        value={String(which)}
        onInput={(event) => {
          const { value } = event.currentTarget;
          onChoose(value === "draft" ? "draft" : Number(value));
        }}
      >
        <option value="draft">Draft</option>
        {shown.map(({ version, name }) => (
          <option key={version} value={String(version)}>
            {`Version ${version}${version === draft.live.version ? " (live)" : ""}${name ? `: ${name}` : ""}`}
          </option>
        ))}
      </select>
    </Field>
  );
}
