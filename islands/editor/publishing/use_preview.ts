import { useEffect, useState } from "preact/hooks";
import type { PublishPreview } from "../../../engine/schemas/preview.ts";
import type { Problem } from "../../../engine/schemas/problem.ts";
import { callApi } from "../../shared/api.ts";
import { useEditor } from "../editor_context.ts";
import { unsavedWords } from "./publish_words.ts";

export interface Previewed {
  preview: PublishPreview | null;
  problem: Problem | null;
  again(): void;
}

/** What publishing the draft would begin; all that is drawn is saved first, so that it is about what is seen. */
export function usePreview(): Previewed {
  const { draft, workflowId } = useEditor();
  const [preview, setPreview] = useState<PublishPreview | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    const look = async (): Promise<void> => {
      const saved = await draft.flush();
      if (!wanted) return;
      if (!saved) return setProblem(unsaved(unsavedWords(draft.state)));
      const path = `/api/workflow/${encodeURIComponent(workflowId)}/publish/preview`;
      const answer = await callApi<PublishPreview>("GET", path);
      if (!wanted) return;
      setPreview(answer.ok ? answer.data : null);
      setProblem(answer.ok ? null : answer.problem);
    };
    void look();
    return () => {
      wanted = false;
    };
  }, [turn]);
  return { preview, problem, again: () => setTurn((before) => before + 1) };
}

/** The problem of a draft that the server does not have. */
export function unsaved(detail: string): Problem {
  return { type: "/problems/unsaved", title: "Not saved", status: 409, detail };
}
