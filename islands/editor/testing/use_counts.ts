import { useEffect, useRef, useState } from "preact/hooks";
import type { NodeCount } from "../../../engine/schemas/node_counts.ts";
import { callApi } from "../../shared/api.ts";
import type { NodeCounts } from "../canvas/cards.ts";
import { countsByNode, keepSame } from "./paints.ts";

const EVERY_MS = 5_000;
const NONE: ReadonlyMap<string, NodeCounts> = new Map();

/** How many executions stand where; asked for every five seconds while the page is in sight and `wanted`. */
export function useCounts(workflowId: string, wanted: boolean): ReadonlyMap<string, NodeCounts> {
  const [counts, setCounts] = useState(NONE);
  const busy = useRef(false);
  useEffect(() => {
    if (!wanted) return;
    let over = false;
    const look = async (): Promise<void> => {
      if (busy.current || document.visibilityState !== "visible") return;
      busy.current = true;
      const path = `/api/workflow/${encodeURIComponent(workflowId)}/counts`;
      const answer = await callApi<{ items: NodeCount[] }>("GET", path);
      busy.current = false;
      if (answer.ok && !over) setCounts((before) => keepSame(before, countsByNode(answer.data.items)));
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    void look();
    return () => {
      over = true;
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [workflowId, wanted]);
  return counts;
}
