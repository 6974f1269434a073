import type { AlertRule } from "../schemas/alert.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import type { Pulse } from "../store/pulse.ts";
import { minuteOf } from "../store/pulse.ts";
import type { EnteredRecord } from "./records.ts";

/** What was measured for one look. Times are epoch ms. */
export interface Measures {
  now: number;
  pulses: readonly Pulse[];
  /** Failures in a row up to now, by workflow; 50 at most. */
  streaks: ReadonlyMap<string, number>;
  /** Executions that were planned and did not begin, since the last of the workflow that did. */
  missed: ReadonlyMap<string, string>;
  entered: ReadonlyMap<string, EnteredRecord>;
  /** The oldest that is due and was not taken up, if there is one; null: the host slept, and is still at it. */
  late: { since: number | null } | null;
  /** Sends that wait for somebody to say whether they arrived; 1,000 at most. */
  uncertain: number;
}

/** How a rule stands with what it is about: it speaks, it is over, or neither can be said. */
export type Verdict =
  | { is: "wrong"; numbers: { [name: string]: number }; text?: string }
  | { is: "over" }
  | { is: "unknown" };

const OVER: Verdict = { is: "over" };
const UNKNOWN: Verdict = { is: "unknown" };

/** Judges one rule over one workflow; null: over the house. `openedAt`: of its open incident. Pure. */
export function judge(
  rule: AlertRule,
  workflowId: string | null,
  measures: Measures,
  openedAt: number | null = null,
): Verdict {
  const { now } = measures;
  const id = workflowId ?? "";
  switch (rule.kind) {
    case "failure_rate": {
      const { ended, failed } = sumOf(measures, id, rule.minutes);
      const percent = ended === 0 ? 0 : failed * 100 / ended;
      if (ended >= rule.runs && percent >= rule.percent) {
        return {
          is: "wrong",
          numbers: { failed, ended, percent: Math.floor(percent), minutes: rule.minutes },
        };
      }
      // Where nothing has run since, nothing shows that it works again.
      const since = openedAt === null ? -1 : minuteOf(openedAt);
      const completes = measures.pulses.some((pulse) =>
        pulse.workflowId === id && pulse.minute > since && pulse.ended > pulse.failed
      );
      return completes && percent < rule.percent ? OVER : UNKNOWN;
    }
    case "streak": {
      const count = measures.streaks.get(id) ?? 0;
      return count >= rule.count ? { is: "wrong", numbers: { count } } : OVER;
    }
    case "missed": {
      const text = measures.missed.get(id);
      return text === undefined ? OVER : { is: "wrong", numbers: {}, text };
    }
    case "late": {
      if (!measures.late) return UNKNOWN;
      const { since } = measures.late;
      if (since === null || now - since < rule.seconds * 1_000) return OVER;
      return { is: "wrong", numbers: { seconds: Math.floor((now - since) / 1_000) } };
    }
    case "silence":
      return silence(measures.entered.get(id), rule, now);
    case "unsent": {
      const { unsent } = sumOf(measures, id, rule.minutes);
      if (unsent >= rule.count) return { is: "wrong", numbers: { count: unsent, minutes: rule.minutes } };
      return unsent === 0 ? OVER : UNKNOWN;
    }
    case "uncertain": {
      const { uncertain } = measures;
      return uncertain >= rule.count ? { is: "wrong", numbers: { count: uncertain } } : OVER;
    }
  }
}

function sumOf(
  { pulses, now }: Measures,
  workflowId: string,
  minutes: number,
): Pick<Pulse, "ended" | "failed" | "unsent"> {
  const from = minuteOf(now - minutes * MINUTE_MS);
  const sum = { ended: 0, failed: 0, reopened: 0, unsent: 0 };
  for (const pulse of pulses) {
    if (pulse.workflowId !== workflowId || pulse.minute < from) continue;
    sum.ended += pulse.ended;
    sum.failed += pulse.failed;
    sum.reopened += pulse.reopened;
    sum.unsent += pulse.unsent;
  }
  // What was retried has not failed: how it ends is counted again. It may have failed before the window.
  const failed = Math.max(0, sum.failed - sum.reopened);
  return { failed, ended: Math.max(failed, sum.ended - sum.reopened), unsent: sum.unsent };
}

/** A day on which nobody entered a week before either, such as a Sunday, is no silence. */
function silence(
  entered: EnteredRecord | undefined,
  { hours, days }: { hours: number; days: number },
  now: number,
): Verdict {
  if (!entered) return UNKNOWN;
  const used = new Set(entered.days);
  const lastDay = Math.floor(entered.last / DAY_MS);
  let usual = 0;
  for (let day = lastDay - 6; day <= lastDay; day++) if (used.has(day)) usual++;
  let silent = 0;
  for (let day = lastDay; day * DAY_MS < now; day++) {
    if (day - 7 >= entered.since && !used.has(day - 7)) continue;
    silent += Math.min(now, (day + 1) * DAY_MS) - Math.max(entered.last, day * DAY_MS);
  }
  if (silent < hours * HOUR_MS) return OVER;
  // Longer than a week without anybody, and nobody misses it any more: the incident stays, none is opened.
  if (usual < days || now - entered.last > 8 * DAY_MS) return UNKNOWN;
  return { is: "wrong", numbers: { hours: Math.floor((now - entered.last) / HOUR_MS), days: usual } };
}
