import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { SchedulePreview } from "../../engine/schemas/schedule.ts";
import { previewCron } from "./scheduling_calls.ts";

/** So long nothing is typed before the server is asked. */
const PAUSE_MS = 250;
export const NEXT_RUNS = 10;

/** What an expression means, as the server says it; the last good answer stays while somebody types. */
export interface Previewed {
  preview: SchedulePreview | null;
  problem: Problem | null;
}

/** The next ten runs and the words of an expression, asked anew when typing pauses; answers that come late are dropped. */
export function usePreview(cron: string, timezone: string): Previewed {
  const [state, setState] = useState<Previewed>({ preview: null, problem: null });
  useEffect(() => {
    let isLate = false;
    const timer = setTimeout(async () => {
      const answer = await previewCron(cron, timezone, NEXT_RUNS);
      if (isLate) return;
      setState(({ preview }) =>
        answer.ok ? { preview: answer.data, problem: null } : { preview, problem: answer.problem }
      );
    }, state.preview === null && state.problem === null ? 0 : PAUSE_MS);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [cron, timezone]);
  return state;
}
