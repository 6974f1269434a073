import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { useEditor } from "../editor_context.ts";
import { PublishDialog } from "../later_parts.ts";

/** Opens what is to be known before the draft goes live. */
export function PublishButton({ problems }: { problems: readonly Issue[] }): JSX.Element {
  const { draft, review, lookAt } = useEditor();
  const open = review?.kind === "publish";
  const used = useRef(false);
  used.current ||= open;
  const { version, draftChanged } = draft.live;
  const current = version !== null && !draftChanged && draft.state.kind === "saved";
  return (
    <>
      <button
        type="button"
        class="button"
        data-kind="primary"
        disabled={current}
        title={current ? `Version ${version} is live, and the draft is the same` : undefined}
        onClick={() => lookAt({ kind: "publish" })}
      >
        Publish
        {problems.length
          ? <span class="count-badge" aria-label={`${problems.length} problems`}>{problems.length}</span>
          : null}
      </button>
      {used.current ? <PublishDialog problems={problems} /> : null}
    </>
  );
}
