import { useEffect, useState } from "preact/hooks";
import type { Running, RunningVersion } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { callApi } from "../shared/api.ts";
import { summed } from "./migration_model.ts";

export interface Looked {
  /** The version that they would go to; null while nothing is live. */
  version: number | null;
  items: RunningVersion[];
  perSecond: number;
  /** False: the search goes on, these are the first. */
  complete: boolean;
}

/** Where executions of older versions stand, page by page; read anew when `version` changes and when asked to. */
export function useRunning(
  workflowId: string,
  version: number | null,
): { looked: Looked | null; problem: Problem | null; again(): void } {
  const [looked, setLooked] = useState<Looked | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let wanted = true;
    async function look(): Promise<void> {
      const pages: Running[] = [];
      for (let cursor: string | null = ""; cursor !== null;) {
        const query: string = cursor === "" ? "" : `?cursor=${encodeURIComponent(cursor)}`;
        const answer = await callApi<Running>(
          "GET",
          `/api/workflow/${encodeURIComponent(workflowId)}/running${query}`,
        );
        if (!wanted) return;
        setProblem(answer.ok ? null : answer.problem);
        if (!answer.ok) return;
        pages.push(answer.data);
        cursor = answer.data.nextCursor;
        const { version, perSecond } = answer.data;
        setLooked({ version, items: summed(pages), perSecond, complete: cursor === null });
      }
    }
    look();
    return () => {
      wanted = false;
    };
  }, [workflowId, version, turn]);
  return { looked, problem, again: () => setTurn((before) => before + 1) };
}
