import type { JSX } from "preact";
import type { Problem } from "../../../engine/schemas/problem.ts";
import { Rules } from "../../workflow/Rules.tsx";
import { saveSettings } from "../../workflow/workflow_calls.ts";
import { sameJson } from "../document/json_value.ts";
import type { Draft } from "../draft.ts";
import { useEditor } from "../editor_context.ts";
import { unsavedWords } from "./publish_words.ts";
import { unsaved } from "./use_preview.ts";

/** The rules of the draft; a change is one step of undo. */
export function DraftRules(): JSX.Element {
  const { draft, mayEdit, workflowId, types } = useEditor();
  const { settings, nodes } = draft.document;
  const acting = nodes.flatMap(({ id, type, data }) => {
    const found = types.of(type);
    return found?.kind === "effect" ? [{ id, label: data.label || found.title }] : [];
  });
  return (
    <Rules
      settings={settings}
      nodes={acting}
      mayEdit={mayEdit}
      save={(changed) => saveRules(draft, workflowId, changed)}
    />
  );
}

/**
 * The server judges them, so they are saved at once. Where somebody saved in between and left the rules alone, it is
 * tried once more; other rules than those that the form began with are not overwritten.
 */
async function saveRules(
  draft: Draft,
  workflowId: string,
  changed: { [name: string]: unknown },
  again = true,
): Promise<Problem | null> {
  const before = draft.document.settings;
  const answer = await draft.alone((revision) => saveSettings(workflowId, revision, changed));
  if (!answer) return unsaved(unsavedWords(draft.state));
  if (answer.ok) {
    draft.adopt(answer.data, "Change the rules");
    return null;
  }
  if (answer.problem.status !== 412) return answer.problem;
  await draft.refresh();
  if (again && sameJson(draft.document.settings, before)) {
    return await saveRules(draft, workflowId, changed, false);
  }
  return {
    ...answer.problem,
    detail:
      "Somebody else changed the rules meanwhile. Close this and open it again to see theirs; nothing of yours is saved yet.",
  };
}
