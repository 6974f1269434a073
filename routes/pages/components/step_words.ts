/** What an execution and its steps say about themselves: pure, for the server and the browser alike. */
import type { Execution, ExecutionSummary, Reason, Step } from "../../../engine/schemas/execution.ts";
import { leadName } from "./lead_name.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";
import { durationWords, relativeTime } from "./time_words.ts";

/** The moment of drawing, and whose clock is on the wall. */
export interface Clock {
  /** Epoch ms. */
  now: number;
  /** The viewer's zone; null on the server, which does not know it and writes UTC. */
  zone: string | null;
}

const DAY_MS = 86_400_000;

/** "19:14:07"; with "UTC" where the viewer's zone is not known. */
export function clockTime(iso: string, zone: string | null): string {
  return format(iso, zone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** "Fri 20 Nov", with the year unless it is this one. */
export function dayOf(iso: string, { now, zone }: Clock): string {
  const thisYear = new Date(now).getUTCFullYear() === new Date(iso).getUTCFullYear();
  return format(iso, zone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(thisYear ? {} : { year: "numeric" }),
  }, false);
}

/** "until 19:14:07 (in 12 s)", "until Tue 09:00 (in 14 h)", "until 3 Mar 2027, 09:00 (in 101 d)". */
export function untilWords(until: string, clock: Clock): string {
  const distance = Date.parse(until) - clock.now;
  if (Number.isNaN(distance)) return "";
  const away = distance > 0 ? `in ${countdown(distance)}` : "now";
  return `until ${momentWords(until, clock)} (${away})`;
}

/** A moment as near ones are told: "19:14:07", "09:00", "Tue 09:00", "3 Mar 2027, 09:00". */
export function momentWords(iso: string, clock: Clock): string {
  const distance = Date.parse(iso) - clock.now;
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (distance < 10 * 60_000) return clockTime(iso, clock.zone);
  const today = dayOf(iso, clock) === dayOf(new Date(clock.now).toISOString(), clock);
  if (today) return format(iso, clock.zone, time);
  if (distance < 6 * DAY_MS) return format(iso, clock.zone, { weekday: "short", ...time }).replace(",", "");
  return format(iso, clock.zone, { day: "numeric", month: "short", year: "numeric", ...time });
}

/** Time left, rounded so that it counts down evenly: "12 s", "4 min 10 s", "2 d 3 h". */
export function countdown(ms: number): string {
  return durationWords(Math.ceil(Math.max(0, ms) / 1_000) * 1_000);
}

function format(
  iso: string,
  zone: string | null,
  options: Intl.DateTimeFormatOptions,
  nameZone = true,
): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  return new Intl.DateTimeFormat("en-GB", {
    ...options,
    timeZone: zone ?? "UTC",
    ...(zone === null && nameZone ? { timeZoneName: "short" } : {}),
  }).format(at);
}

/** How long it took, or has taken until now; null before it began. */
export function elapsed(
  one: { startedAt: string | null; endedAt: string | null },
  now: number,
): number | null {
  if (one.startedAt === null) return null;
  return Math.max(0, (one.endedAt === null ? now : Date.parse(one.endedAt)) - Date.parse(one.startedAt));
}

/** What stands behind a step's status: "until Tue 09:00 (in 14 h)", "attempt 2", "401 from api.example.com". */
export function stepText(step: Step, clock: Clock): string {
  switch (step.status) {
    case "waiting":
      return waitingText(step, clock);
    case "retrying":
      return retryText(step, clock);
    case "running":
      return step.attempts > 1 ? `attempt ${step.attempts}` : "";
    case "completed": {
      if (step.takenOver) return "taken over";
      const ms = elapsed(step, clock.now);
      return ms === null || ms < 1 ? "" : `in ${durationWords(ms)}`;
    }
    case "failed":
      return step.failure?.message ?? step.reason?.text ?? "";
    case "pending":
    case "queued":
    case "skipped":
    case "cancelled":
      return step.reason?.text ?? "";
    default:
      return step.status satisfies never;
  }
}

function waitingText(step: Step, clock: Clock): string {
  const until = step.until === null ? "" : untilWords(step.until, clock);
  if (step.waitingFor?.kind === "person") {
    return [`for a person: ${step.waitingFor.title}`, until].filter(Boolean).join(", ");
  }
  if (step.waitingFor?.kind === "children") {
    const { done, total, how } = step.waitingFor;
    return how === "sub_workflow"
      ? "for the workflow that was called"
      : `${done} of ${how === "repeat" ? "at most " : ""}${total} rounds done`;
  }
  if (step.waitingFor?.kind === "uncertain") return `for a decision: ${step.waitingFor.title}`;
  return whyWaits(step.reason, until);
}

/** What it waits for, and until when at most: "for email.replied, until …", "10 a minute to …, until …". */
function whyWaits(reason: Reason | null, until: string): string {
  if (reason?.code === "send_window") return `held ${until}`;
  // A plain wait is for nothing but its time; the time of others is told in the viewer's zone.
  const why = reason?.code === "wait" && until ? "" : behindWaiting(reason).replace(/, about .*$/, "");
  return [why, until].filter(Boolean).join(", ");
}

/** The reason's text behind a chip that already says "Waiting". */
function behindWaiting(reason: Reason | null): string {
  return reason?.text.replace(/^Waiting (— )?/, "") ?? "";
}

function retryText(step: Step, { now }: Clock): string {
  const inTime = step.until === null ? "" : `in ${countdown(Date.parse(step.until) - now)}`;
  const failure = step.failure ?? step.tries.at(-1)?.failure;
  const after = failure?.code === "breaker_open"
    ? `${failure.host ?? "the host"} is not asked for now`
    : failure && `after ${failure.status ?? failure.code}`;
  return [inTime, `attempt ${step.attempts + 1}`, after].filter(Boolean).join(", ");
}

/** A step in the few words that a card of the graph has room for. */
export function cardText(step: Step, now: number): string {
  const left = step.until === null ? "" : countdown(Date.parse(step.until) - now);
  switch (step.status) {
    case "waiting":
      if (step.reason?.code === "send_window") return `held, ${left}`;
      return step.waitingFor?.kind === "person" ? "for a person" : left;
    case "retrying":
      return left && `in ${left}`;
    case "running":
      return step.attempts > 1 ? `attempt ${step.attempts}` : "";
    case "completed": {
      if (step.takenOver) return "taken over";
      const ms = elapsed(step, now);
      // What is computed in no time says so by saying nothing.
      return ms === null || ms < 1 ? "" : durationWords(ms);
    }
    case "failed":
      return step.failure?.message ?? "";
    default:
      return "";
  }
}

/** What stands behind an execution's status in its header: the step it is about, until when, why. */
export function executionText(execution: Execution, clock: Clock): string {
  const active = (status: Step["status"]): Step | undefined =>
    execution.steps.find((step) => step.status === status);
  if (execution.cancelling) return "being cancelled";
  if (execution.status === "running") {
    const step = active("running") ?? active("retrying") ?? active("waiting");
    if (!step) return execution.reason?.text ?? "";
    const text = stepText(step, clock);
    const again = step.status === "retrying" ? "again " : "";
    return text ? `${step.label}, ${again}${text}` : step.label;
  }
  if (execution.status === "waiting") {
    const waits = execution.steps.filter((step) => step.status === "waiting" || step.status === "retrying");
    const first = waits.find((step) => step.until !== null && step.until === execution.until) ?? waits[0];
    if (first) return stepText(first, clock);
  }
  return summaryText(execution, clock);
}

/** What stands behind an execution's status in a list. */
export function summaryText(execution: ExecutionSummary, clock: Clock): string {
  switch (execution.status) {
    case "queued":
    case "running":
      return execution.reason?.text ?? "";
    case "waiting":
      return whyWaits(execution.reason, execution.until === null ? "" : untilWords(execution.until, clock));
    case "completed": {
      const ms = elapsed(execution, clock.now);
      return ms === null || ms < 1 ? "" : `in ${durationWords(ms)}`;
    }
    case "failed":
    case "cancelled":
      return execution.reason?.text.replace(/^Cancelled (?=by )/, "") ?? "";
    default:
      return execution.status satisfies never;
  }
}

/** "started 2 d ago by webhook". */
export function startedWords(execution: ExecutionSummary, now: number): string {
  const what = execution.startedAt === null ? "accepted" : "started";
  return `${what} ${relativeTime(execution.startedAt ?? execution.createdAt, now)} by ${
    TRIGGER_WORDS[execution.trigger.kind]
  }`;
}

export const TRIGGER_WORDS: { readonly [K in ExecutionSummary["trigger"]["kind"]]: string } = {
  manual: "hand",
  webhook: "webhook",
  signal: "signal",
  schedule: "schedule",
};

/** Title of the tab: "● Waiting · Ann Lee". */
export function executionTitle(execution: ExecutionSummary): string {
  return `● ${STATUS_LOOK[execution.status].word} · ${
    execution.lead ? leadName(execution.lead) : execution.workflowName
  }`;
}
