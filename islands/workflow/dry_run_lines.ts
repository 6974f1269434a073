/** What a dry run says, line by line: pure. */
import { formatLocal } from "../../engine/core/zone.ts";
import type { StepStatus } from "../../engine/schemas/execution.ts";
import type { Simulated, SimulatedStep } from "../../engine/schemas/simulation.ts";
import { STATUS_LOOK, withoutWord } from "../../routes/pages/components/status_chip.tsx";
import { durationWords, exactTime } from "../../routes/pages/components/time_words.ts";

export interface DryRunLine {
  nodeId: string;
  /** "09:00" on the viewer's clock. */
  time: string;
  /** The exact one, there and where the lead is; empty: it was not reached. */
  exact: string;
  /** Null: something happened to the step that changed no status. */
  status: StepStatus | null;
  /** "Send the first mail to ann@example.com «A question for Acme»". */
  text: string;
  why: string | null;
  /** A mail's text or a request's body. */
  body: string | null;
}

export interface DryRunDay {
  /** "Tue 1 Dec 2026"; null: what was not reached. */
  day: string | null;
  lines: DryRunLine[];
}

/** A line before it is put into its day. */
type Said = Omit<DryRunLine, "time" | "exact">;

/** Steps, and what happened to them in between, by the viewer's days; what was not reached stands last. */
export function dryRunDays({ steps, events, timezone }: Simulated, zone: string): DryRunDay[] {
  const lines: { at: string | null; line: Said }[] = steps.map((step) => ({
    at: step.at,
    line: lineOf(step, { timezone, zone }),
  }));
  for (const { type, taskId, taskName, message, timestamp } of events) {
    if (taskId === null || type !== "progress" && type !== "retry") continue;
    const line = { nodeId: taskId, status: null, text: `${taskName}: ${message}`, why: null, body: null };
    lines.push({ at: timestamp, line });
  }
  // Stable: what is told of one moment stays in its order.
  lines.sort((a, b) => (a.at ?? "~") < (b.at ?? "~") ? -1 : a.at === b.at ? 0 : 1);
  const days: DryRunDay[] = [];
  for (const { at, line } of lines) {
    const [day = null, time = ""] = at === null ? [] : formatLocal(Date.parse(at), zone).split(", ");
    if (days.at(-1)?.day !== day) days.push({ day, lines: [] });
    days.at(-1)?.lines.push({ ...line, time, exact: at === null ? "" : exactThere(at, { timezone, zone }) });
  }
  return days;
}

/** The zone that a dry run reckons in (the lead's, else the workflow's), and the one on the viewer's wall. */
interface Zones {
  timezone: string;
  zone: string;
}

/** "Tue, 1 Dec 2026, 09:00:00 CET; in America/New_York it is Tue 1 Dec 2026, 03:00". */
export function exactThere(at: string, { timezone, zone }: Zones): string {
  const here = exactTime(at, zone);
  return timezone === zone ? here : `${here}; in ${timezone} it is ${formatLocal(Date.parse(at), timezone)}`;
}

/** Why, with its time on the viewer's clock; where the reason speaks of a window, as it is there, with the zone. */
export function reasonWords(
  { reason, until }: Pick<SimulatedStep, "reason" | "until">,
  zones: Zones,
): string | null {
  if (!reason) return null;
  const { timezone, zone } = zones;
  const said = withoutWord(reason.text, STATUS_LOOK.waiting.word);
  if (timezone === zone) return said.replace(` (${timezone})`, "");
  const there = until ? `${formatLocal(Date.parse(until), timezone)} (${timezone})` : "";
  return until && said.endsWith(there)
    ? said.slice(0, -there.length) + formatLocal(Date.parse(until), zone)
    : said;
}

function lineOf(step: SimulatedStep, zones: Zones): Said {
  const { nodeId, status, label, would } = step;
  const said = reasonWords(step, zones);
  const line = { nodeId, status, text: label, why: said, body: null };
  if (would?.kind === "mail") {
    const to = [...would.to, ...would.cc, ...would.bcc].join(", ");
    return { ...line, text: `${label} to ${to} «${would.subject}»`, body: would.text };
  }
  if (would?.kind === "http") {
    return { ...line, text: `${label}: ${would.method} ${would.url}`, body: would.body };
  }
  if (would) {
    const body = would.value === null ? null : JSON.stringify(would.value, null, 2);
    return { ...line, text: `${label}: ${would.action} ${would.key} in ${would.collection}`, body };
  }
  // A wait's reason says until when, and that is what the line is about.
  if (step.until && said) return { ...line, text: `${label}, ${said}`, why: null };
  return line;
}

/** "Completed after 30 d. 10 mails and 1 request would have left." */
export function dryRunSummary({ endedAs, duration, reason, steps }: Simulated): string {
  const mails = steps.filter(({ would }) => would?.kind === "mail").length;
  const requests = steps.filter(({ would }) => would?.kind === "http").length;
  const parts = [counted(mails, "mail"), counted(requests, "request")].filter(Boolean);
  const left = parts.length === 0 ? "Nothing would have left." : `${parts.join(" and ")} would have left.`;
  const after = duration === 0 ? "at once" : `after ${durationWords(duration)}`;
  const how = endedAs === "waiting" || endedAs === "stopped"
    ? reason?.text ?? STATUS_LOOK.waiting.word
    : `${STATUS_LOOK[endedAs].word} ${after}${reason ? ` — ${reason.text}` : ""}`;
  return `${how}. ${left}`;
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}
