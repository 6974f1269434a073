import { useEffect, useState } from "preact/hooks";
import type { Page, Problem } from "../../../engine/schemas/problem.ts";
import type { WorkflowGraph, WorkflowVersion } from "../../../engine/schemas/workflow.ts";
import { type Answer, callApi } from "../../shared/api.ts";
import { documentOf, type EditorDocument } from "../document/document.ts";
import { useEditor } from "../editor_context.ts";
import type { Which } from "./review.ts";

/** What a version holds never changes, so it is asked for once. */
const known = new Map<string, Promise<Answer<WorkflowVersion & WorkflowGraph>>>();

function pathOf(workflowId: string, version?: number): string {
  const all = `/api/workflow/${encodeURIComponent(workflowId)}/versions`;
  return version === undefined ? all : `${all}/${version}`;
}

/** The document that was published as this version. */
export async function fetchVersion(workflowId: string, version: number): Promise<Answer<EditorDocument>> {
  const path = pathOf(workflowId, version);
  const asked = known.get(path) ?? callApi<WorkflowVersion & WorkflowGraph>("GET", path);
  known.set(path, asked);
  const answer = await asked;
  if (!answer.ok) {
    known.delete(path);
    return answer;
  }
  return { ok: true, data: documentOf({ ...answer.data, name: answer.data.workflowName }) };
}

/** Gives a version a name; empty takes it away. */
export function nameVersion(
  workflowId: string,
  version: number,
  name: string,
): Promise<Answer<WorkflowVersion>> {
  return callApi("PATCH", pathOf(workflowId, version), { body: { name } });
}

interface Versions {
  /** Newest first; null until they are here. */
  versions: readonly WorkflowVersion[] | null;
  problem: Problem | null;
  /** One was given another name. */
  replace(version: WorkflowVersion): void;
}

/** The published versions; looked at again when another one goes live. */
export function useVersions(): Versions {
  const { draft, workflowId } = useEditor();
  const [versions, setVersions] = useState<readonly WorkflowVersion[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    let wanted = true;
    void callApi<Page<WorkflowVersion>>("GET", pathOf(workflowId)).then((answer) => {
      if (!wanted) return;
      if (answer.ok) setVersions(answer.data.items);
      setProblem(answer.ok ? null : answer.problem);
    });
    return () => {
      wanted = false;
    };
  }, [draft.live.version]);
  return {
    versions,
    problem,
    replace: (changed) =>
      setVersions((before) =>
        before?.map((each) => each.version === changed.version ? changed : each) ?? null
      ),
  };
}

/** The document of a version or of the draft; null until it is here, and for no version at all. */
export function useDocument(
  which: Which | null,
): { document: EditorDocument | null; problem: Problem | null } {
  const { draft, workflowId } = useEditor();
  const [found, setFound] = useState<{ which: Which; answer: Answer<EditorDocument> } | null>(null);
  useEffect(() => {
    if (typeof which !== "number") return;
    let wanted = true;
    void fetchVersion(workflowId, which).then((answer) => {
      if (wanted) setFound({ which, answer });
    });
    return () => {
      wanted = false;
    };
  }, [which]);
  if (which === "draft") return { document: draft.document, problem: null };
  const answer = found?.which === which ? found.answer : null;
  return {
    document: answer?.ok ? answer.data : null,
    problem: answer && !answer.ok ? answer.problem : null,
  };
}
