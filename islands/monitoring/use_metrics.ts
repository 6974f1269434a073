import { useEffect, useRef, useState } from "preact/hooks";
import type { Metrics } from "../../engine/schemas/metrics.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Drawn } from "../../routes/pages/components/chart_shapes.ts";
import { viewQuery } from "../../routes/pages/components/metric_words.ts";
import type { DashboardView } from "../../routes/pages/components/metric_words.ts";
import { callApi } from "../shared/api.ts";
import type { SourceState } from "../shared/use_event_source.ts";
import { viewerZone } from "../shared/viewer_zone.ts";

/** An answer costs the server milliseconds, whatever is stored; a page that nobody looks at asks for none. */
const EVERY_MS = 5_000;

/** What the dashboard shows, in the zone by whose clock it was drawn. */
export interface Shown {
  metrics: Metrics;
  drawn: Drawn;
  zone: string;
  /** When it was counted, epoch ms. */
  now: number;
}

export interface LiveMetrics {
  shown: Shown;
  state: SourceState;
  /** What the server has against the question. */
  problem: Problem | null;
}

/** Asks for the figures again every 5 s while the page is seen, and at once when it is seen again. */
export function useMetrics(first: Shown, view: DashboardView): LiveMetrics {
  const [live, setLive] = useState<LiveMetrics>({ shown: first, state: "connecting", problem: null });
  const shown = useRef(first);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asking = false;
    let ended = false;
    const look = async (): Promise<void> => {
      clearTimeout(timer);
      if (asking || ended || document.hidden) return;
      asking = true;
      const next = await read(view, shown.current);
      asking = false;
      if (ended) return;
      if (next.shown) shown.current = next.shown;
      setLive({ shown: shown.current, state: next.state, problem: next.problem });
      timer = setTimeout(look, EVERY_MS);
    };
    void look();
    document.addEventListener("visibilitychange", look);
    addEventListener("online", look);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", look);
    };
  }, []);
  return live;
}

async function read(
  view: DashboardView,
  before: Shown,
): Promise<{ shown: Shown | null; state: SourceState; problem: Problem | null }> {
  const zone = viewerZone();
  const query = viewQuery(view);
  query.set("timezone", zone);
  const answer = await callApi<Metrics>("GET", `/api/monitoring/metrics?${query}`);
  if (!answer.ok) {
    const { status } = answer.problem;
    const refused = status >= 400 && status < 500;
    return { shown: null, state: refused ? "refused" : "lost", problem: refused ? answer.problem : null };
  }
  const metrics = answer.data;
  const now = Date.now();
  if (zone === before.zone && JSON.stringify(metrics) === JSON.stringify(before.metrics)) {
    return { shown: { ...before, now }, state: "open", problem: null };
  }
  // The arithmetic of the scales comes with the first change: the first picture is the server's.
  const { drawMetrics } = await import("../../routes/pages/components/chart_geometry.ts");
  return { shown: { metrics, drawn: drawMetrics(metrics, zone), zone, now }, state: "open", problem: null };
}
