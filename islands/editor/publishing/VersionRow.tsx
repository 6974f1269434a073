import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../../engine/schemas/problem.ts";
import type { WorkflowVersion } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { Time } from "../../../routes/pages/components/time.tsx";
import { useEditor } from "../editor_context.ts";
import { useVersionActions } from "./version_actions.ts";
import { nameVersion } from "./versions.ts";

interface RowProps {
  version: WorkflowVersion;
  live: boolean;
  onChanged(version: WorkflowVersion): void;
}

/** One version: its number and name, its note, who published it and when. */
export function VersionRow({ version: details, live, onChanged }: RowProps): JSX.Element {
  const { version, note, publishedAt, publishedBy } = details;
  return (
    <li class="version">
      <div class="flex items-center gap-2">
        <span class="badge" data-tone={live ? "good" : undefined}>
          {live ? `v${version} live` : `v${version}`}
        </span>
        <VersionName version={details} onChanged={onChanged} />
      </div>
      {note ? <p class="whitespace-pre-wrap break-words">{note}</p> : null}
      <p class="text-soft">
        {publishedBy} · <Time at={publishedAt} />
      </p>
      <VersionButtons version={version} />
    </li>
  );
}

/** What can be done with a version. */
export function VersionButtons({ version }: { version: number }): JSX.Element {
  const { draft, review, mayEditDraft } = useEditor();
  const { view, compare, restore } = useVersionActions();
  const viewed = review?.kind === "version";
  const same = version === draft.live.version && !draft.live.draftChanged && draft.state.kind === "saved";
  return (
    <div class="flex flex-wrap gap-2">
      {viewed ? null : (
        <button
          type="button"
          class="button"
          aria-label={`View version ${version}`}
          onClick={() => void view(version)}
        >
          <Icon name="eye" size={14} /> View
        </button>
      )}
      <button
        type="button"
        class="button"
        aria-label={`Compare version ${version} with the draft`}
        disabled={same}
        onClick={() => compare(version)}
      >
        <Icon name="split" size={14} /> Compare
      </button>
      {mayEditDraft
        ? (
          <button
            type="button"
            class="button"
            aria-label={`Restore version ${version} into the draft`}
            disabled={same}
            onClick={() => void restore(version)}
          >
            <Icon name="rotate" size={14} /> Restore
          </button>
        )
        : null}
    </div>
  );
}

/** Edited in place: Enter and leaving it save, Escape leaves it as it was. */
function VersionName({ version, onChanged }: Omit<RowProps, "live">): JSX.Element {
  const { workflowId, mayEdit, say } = useEditor();
  const [typed, setTyped] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const save = async (): Promise<void> => {
    const name = typed?.trim();
    if (name === undefined || name === version.name) return setTyped(null);
    const answer = await nameVersion(workflowId, version.version, name);
    setProblem(answer.ok ? null : answer.problem);
    if (!answer.ok) return;
    setTyped(null);
    onChanged(answer.data);
    say(name ? `Version ${version.version} is called ${name}` : `Version ${version.version} has no name now`);
  };
  return (
    <div class="min-w-0 flex-1">
      <input
        class="version-name"
        aria-label={`Name of version ${version.version}`}
        aria-invalid={problem ? "true" : undefined}
        placeholder={mayEdit ? "Name it" : ""}
        maxLength={200}
        readOnly={!mayEdit}
        value={typed ?? version.name}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => void save()}
        onKeyDown={(event) => {
          if (event.key !== "Enter" && event.key !== "Escape") return;
          if (event.key === "Enter") return event.currentTarget.blur();
          setTyped(null);
          setProblem(null);
        }}
      />
      {problem ? <p class="field-error" role="alert">{problem.detail}</p> : null}
    </div>
  );
}
