import { useEffect, useState } from "preact/hooks";
import type { Funnel } from "../../engine/schemas/metrics.ts";
import { callApi } from "../shared/api.ts";

const EVERY_MS = 5_000;

/** Asked for again every 5 s while the page is seen; what cannot be read leaves the last one standing. */
export function useFunnel(first: Funnel): Funnel {
  const [funnel, setFunnel] = useState(first);
  useEffect(() => {
    const path = `/api/workflow/${encodeURIComponent(first.workflowId)}/funnel`;
    let asking = false;
    const timer = setInterval(async () => {
      if (asking || document.hidden) return;
      asking = true;
      const answer = await callApi<Funnel>("GET", path);
      asking = false;
      if (answer.ok) setFunnel(answer.data);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [first.workflowId]);
  return funnel;
}
