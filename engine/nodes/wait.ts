import { z } from "zod";
import { Duration, durationMs, MAX_DURATION_MS } from "../schemas/duration.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { Outcome, PureContext } from "./define.ts";

type ConfigProblem = { path: string; message: string; accepted?: string };

const For = z.strictObject({
  kind: z.literal("for"),
  duration: Duration.meta({ title: "How long", description: "A day is 24 hours.", format: "duration" }),
}).meta({ title: "For a time" });
const Until = z.strictObject({
  kind: z.literal("until"),
  at: z.string().max(200).meta({
    title: "Until",
    description:
      "A date with or without a time, such as 2026-12-01T09:00 or {{ trigger.body.meeting }}. One in the past ends the wait at once.",
  }),
  zone: z.string().max(64).optional().meta({
    title: "Time zone",
    description: "Such as Europe/Zurich, for a date that names none. Empty: the lead's, else the workflow's.",
    format: "timezone",
  }),
}).meta({ title: "Until a date" });
const config = z.discriminatedUnion("kind", [For, Until]);

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i;

/** Epoch ms of an ISO date; without an offset it is read on the zone's clock. Null: no such date. */
export function readDate(text: string, zone: string): number | null {
  const found = DATE.exec(text.trim());
  if (!found) return null;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0));
  const millis = Math.trunc(Number(`0.${found[7] ?? "0"}`) * 1_000);
  const clock = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second, millis);
  // 31 February and 25:00 roll over silently; the round trip shows it.
  const stands = new Date(clock).toISOString().slice(0, 19) ===
    `${found[1]}-${found[2]}-${found[3]}T${found[4] ?? "00"}:${found[5] ?? "00"}:${found[6] ?? "00"}`;
  if (!stands) return null;
  const offset = found[8];
  if (offset === undefined) return onClock(clock, zone);
  if (offset.toUpperCase() === "Z") return clock;
  const hours = Number(offset.slice(1, 3)), minutes = Number(offset.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return clock - (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** The moment when the zone's clock shows this. A skipped hour gives the moment after the gap, a doubled one the first. */
function onClock(clock: number, zone: string): number {
  const before = clock - offsetMs(clock - 86_400_000, zone);
  const after = clock - offsetMs(clock + 86_400_000, zone);
  const exact = [before, after].filter((at) => at + offsetMs(at, zone) === clock);
  return exact.length > 0 ? Math.min(...exact) : Math.max(before, after);
}

function offsetMs(at: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}

function isZone(zone: string): boolean {
  try {
    clockOf(zone);
    return true;
  } catch {
    return false;
  }
}

// Making a formatter costs a hundred times what using it does.
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  if (clocks.size >= 1_000) clocks.clear();
  clocks.set(zone, made);
  return made;
}

function badDate(message: string): never {
  throw new StepError({ code: "bad_date", message, retryable: false });
}

function untilOf(at: string, zone: string, now: number): number {
  if (!isZone(zone)) {
    badDate(`Cannot read the time zone "${zone.slice(0, 64)}": a name such as Europe/Zurich is accepted`);
  }
  const until = readDate(at, zone);
  if (until === null) {
    badDate(
      `Cannot read "${
        at.slice(0, 100)
      }" as a date: 2026-12-01, 2026-12-01T09:00 or 2026-12-01T09:00:00Z are accepted`,
    );
  }
  if (until - now > MAX_DURATION_MS) badDate(`"${at.slice(0, 100)}" is more than 2 years away`);
  return until;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "Tue 1 Dec 2026, 09:00 (Europe/Zurich)"; seconds only where there are some. */
function words(until: number, zone: string): string {
  const parts = clockOf(zone).formatToParts(until);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? "";
  const seconds = part("second") === "00" ? "" : `:${part("second")}`;
  return `${part("weekday")} ${Number(part("day"))} ${MONTHS[Number(part("month")) - 1]} ${part("year")}, ` +
    `${part("hour")}:${part("minute")}${seconds} (${zone})`;
}

function run(config: z.infer<typeof For> | z.infer<typeof Until>, context: PureContext): Outcome {
  const zone = config.kind === "until" && config.zone?.trim() ? config.zone.trim() : context.timezone;
  const until = config.kind === "for"
    ? context.now + durationMs(config.duration)
    : untilOf(config.at, zone, context.now);
  const at = new Date(until).toISOString();
  if (until <= context.now) {
    const reason = { code: "past", text: `Did not wait — ${at} had passed`, data: { until: at, zone } };
    return { kind: "done", output: { until: at, waited: false }, reason };
  }
  return {
    kind: "wait",
    for: { kind: "time" },
    until,
    reason: { code: "wait", text: `Waiting — until ${words(until, zone)}`, data: { until: at, zone } },
  };
}

/** Waits for a time or until a date. Fails with `bad_date` when the date cannot be read. */
export default defineNode({
  type: "wait",
  version: 1,
  kind: "pure",
  title: "Wait",
  description: "Goes on after a time, or at a date.",
  category: "time",
  icon: "hourglass",
  config,
  example: { kind: "for", duration: { value: 2, unit: "days" } },
  ports: [{ id: "out", label: "Then" }],
  summary: "Wait {{ kind }} {{ duration | duration }}{{ at }}",
  templates: { at: "text", zone: "text" },
  check(config): ConfigProblem[] {
    if (config.kind === "for") return [];
    const problems: ConfigProblem[] = [];
    if (config.at.trim() === "") {
      problems.push({ path: "at", message: "The wait needs a date", accepted: "a date or {{ }}" });
    }
    const zone = config.zone?.trim() ?? "";
    if (zone !== "" && !zone.includes("{{") && !isZone(zone)) {
      problems.push({
        path: "zone",
        message: `There is no time zone "${zone}"`,
        accepted: "a name such as Europe/Zurich",
      });
    }
    return problems;
  },
  run,
});
