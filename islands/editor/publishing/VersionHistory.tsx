import type { JSX } from "preact";
import { ErrorCard } from "../../../routes/pages/components/error_card.tsx";
import { useEditor } from "../editor_context.ts";
import { PanelHead } from "./PanelHead.tsx";
import { VersionRow } from "./VersionRow.tsx";
import { useVersions } from "./versions.ts";

/** Every published version, newest first: who, when, why, and what can be done with it. */
export function VersionHistory(): JSX.Element {
  const { draft } = useEditor();
  const { versions, problem, replace } = useVersions();
  const { version: live, draftChanged } = draft.live;
  return (
    <div class="panel">
      <PanelHead title="Version history" back={false} />
      {problem ? <ErrorCard problem={problem} /> : null}
      {versions === null
        ? problem ? null : <p class="text-soft" role="status">Looking …</p>
        : versions.length === 0
        ? <p>No version yet: publishing the draft makes the first.</p>
        : (
          <>
            <p class="text-soft">
              {draftChanged || draft.state.kind !== "saved"
                ? `The draft differs from version ${live}.`
                : `The draft is the same as version ${live}.`}
            </p>
            <ol class="versions" aria-label="Versions, newest first">
              {versions.map((version) => (
                <VersionRow
                  key={version.version}
                  version={version}
                  live={version.version === live}
                  onChanged={replace}
                />
              ))}
            </ol>
          </>
        )}
    </div>
  );
}
