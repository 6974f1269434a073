import { setGraph } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";
import { fetchVersion } from "./versions.ts";

interface VersionActions {
  /** Draws the version, read-only. */
  view(version: number): Promise<void>;
  /** Against the draft. */
  compare(version: number): void;
  /** Puts it into the draft, as one step of undo; it is saved as every edit is. */
  restore(version: number): Promise<void>;
}

/** What can be done with a version of the history. */
export function useVersionActions(): VersionActions {
  const { draft, workflowId, lookAt, say } = useEditor();
  return {
    async view(version): Promise<void> {
      const answer = await fetchVersion(workflowId, version);
      if (!answer.ok) return say(answer.problem.detail);
      const same = new Map<string, never>();
      lookAt({
        kind: "version",
        version,
        drawn: { document: answer.data, nodes: same, edges: same, notes: same },
      });
    },
    compare: (version) => lookAt({ kind: "comparison", before: version, after: "draft", drawn: null }),
    async restore(version): Promise<void> {
      const answer = await fetchVersion(workflowId, version);
      if (!answer.ok) return say(answer.problem.detail);
      const before = draft.document;
      draft.edit(`Restore version ${version}`, (doc) => setGraph(doc, answer.data));
      lookAt({ kind: "versions" });
      say(
        draft.document === before
          ? `The draft says the same as version ${version} already`
          : `Version ${version} is in the draft; Ctrl+Z brings back what was there`,
      );
    },
  };
}
