import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { mergeIssues } from "../document/issues.ts";
import type { Draft } from "../draft.ts";
import type { NodeTypes } from "../use_node_types.ts";

/** So long after a key the drawing is checked again. */
const QUIET_MS = 150;
const NONE: readonly Issue[] = [];

export interface Problems {
  all: readonly Issue[];
  byNode: ReadonlyMap<string, readonly Issue[]>;
}

/** What keeps the drawing from running: found here while typing, and by the server when it saves. */
export function useProblems(draft: Draft, types: NodeTypes): Problems {
  const { document } = draft;
  const [checked, setChecked] = useState<readonly Issue[]>(draft.issues);
  useEffect(() => {
    const timer = setTimeout(() => void check(), QUIET_MS);
    // The checks are the server's own code; they come behind the canvas.
    const check = async (): Promise<void> => {
      const { localIssues } = await import("../document/problems.ts");
      if (draft.document === document) setChecked(localIssues(document, types.all));
    };
    return () => clearTimeout(timer);
  }, [document]);
  // What the server found belongs to the saved document; what is typed since is judged here.
  const server = draft.state.kind === "saved" ? draft.issues : NONE;
  const known = useRef<ReadonlyMap<string, readonly Issue[]>>(new Map());
  return useMemo(() => {
    const all = mergeIssues(checked, server);
    const byNode = groupByNode(all, known.current);
    known.current = byNode;
    return { all, byNode };
  }, [checked, server]);
}

/** A node whose problems are the same keeps its list, so that its card is not drawn again. */
function groupByNode(
  issues: readonly Issue[],
  before: ReadonlyMap<string, readonly Issue[]>,
): ReadonlyMap<string, readonly Issue[]> {
  const groups = new Map<string, Issue[]>();
  for (const issue of issues) {
    if (issue.nodeId === undefined) continue;
    groups.set(issue.nodeId, [...groups.get(issue.nodeId) ?? [], issue]);
  }
  const next = new Map<string, readonly Issue[]>();
  for (const [id, list] of groups) {
    const old = before.get(id);
    next.set(id, old && JSON.stringify(old) === JSON.stringify(list) ? old : list);
  }
  return next;
}
