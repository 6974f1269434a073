import { DAY_MS } from "../schemas/duration_units.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Enrolment, Limits } from "../schemas/workflow.ts";

/** How a lead went through a workflow before. */
export interface Enrolled {
  executionId: string;
  /** Epoch ms. */
  at: number;
  /** Has that execution ended? */
  settled: boolean;
}

/** Why the lead is not enrolled again; null: it may be. */
export function enrolmentRefusal(rule: Enrolment, before: Enrolled, now: number): Reason | null {
  const { executionId, at } = before;
  const data = { mode: rule.mode, executionId, enrolledAt: new Date(at).toISOString() };
  switch (rule.mode) {
    case "always":
      return null;
    case "once": {
      const text = `Enrolled on ${momentWords(at)} already; the workflow takes each lead once`;
      return { code: "enrolled_once", text, data };
    }
    case "once_after_exit": {
      if (before.settled) return null;
      const text = `Still under way since ${
        momentWords(at)
      }; a lead may enter again once that execution has ended`;
      return { code: "still_enrolled", text, data };
    }
    case "every": {
      const again = at + rule.days * DAY_MS;
      if (now >= again) return null;
      const every = rule.days === 1 ? "once a day" : `once in ${rule.days} days`;
      const text = `Enrolled on ${momentWords(at)}; the workflow takes each lead ${every}, so again from ${
        momentWords(again)
      }`;
      return { code: "enrolled_lately", text, data: { ...data, again: new Date(again).toISOString() } };
    }
    default:
      return rule satisfies never;
  }
}

/** "22 Nov 2026, 09:00 UTC". */
function momentWords(at: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  }).format(at);
}

/** The rule as a sentence. */
export function enrolmentSentence(rule: Enrolment | undefined): string {
  switch (rule?.mode) {
    case undefined:
    case "always":
      return "A lead enters every time it is triggered.";
    case "once":
      return "A lead enters once, ever.";
    case "once_after_exit":
      return "A lead enters again only after its last execution has ended.";
    case "every":
      return rule.days === 1
        ? "A lead enters at most once a day."
        : `A lead enters at most once in ${rule.days} days.`;
    default:
      return rule satisfies never;
  }
}

/** The limit as a sentence. */
export function limitsSentence(limits: Limits | undefined): string {
  const most = limits?.maxConcurrent;
  if (most === undefined) return "Any number of executions at once.";
  const executions = most === 1 ? "1 execution" : `${most} executions`;
  return limits?.countWaiting === false
    ? `At most ${executions} at once; those that only wait do not count.`
    : `At most ${executions} at once, those that wait included.`;
}
