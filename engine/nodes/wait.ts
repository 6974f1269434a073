import { z } from "zod";
import { Duration, durationMs, MAX_DURATION_MS } from "../schemas/duration.ts";
import { Hours, TimeOfDay, Weekday } from "../schemas/window.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { Calendar, Outcome, PureContext } from "./define.ts";

type ConfigProblem = { path: string; message: string; accepted?: string };

const window = Hours.optional().meta({
  title: "Then",
  description: "Goes on at once when it is open by then, else when it opens.",
  format: "window",
});
const zone = z.string().max(64).optional().meta({
  title: "Time zone",
  description: "Such as Europe/Zurich. Empty: the lead's, else the workflow's.",
  format: "timezone",
});

const For = z.strictObject({
  kind: z.literal("for"),
  duration: Duration.meta({ title: "How long", description: "A day is 24 hours.", format: "duration" }),
  window,
  zone,
}).meta({ title: "For a time" });
const Until = z.strictObject({
  kind: z.literal("until"),
  at: z.string().max(200).meta({
    title: "Until",
    description:
      "A date with or without a time, such as 2026-12-01T09:00 or {{ trigger.body.meeting }}. One in the past ends the wait at once.",
  }),
  window,
  zone,
}).meta({ title: "Until a date" });
const Next = z.strictObject({
  kind: z.literal("weekday"),
  weekday: Weekday.meta({ title: "Day", description: "The next one." }),
  time: TimeOfDay.meta({ title: "Time", description: "Such as 09:00." }),
  zone,
}).meta({ title: "Until a weekday" });
const config = z.discriminatedUnion("kind", [For, Until, Next]);
type Config = z.infer<typeof config>;

function bad(code: string, message: string): never {
  throw new StepError({ code, message, retryable: false });
}

/** The moment that is asked for, before any window. */
function askedOf(config: Config, zone: string, { calendar, now }: PureContext): number {
  if (config.kind === "for") return now + durationMs(config.duration);
  if (config.kind === "weekday") return calendar.nextWeekday(config.weekday, config.time, now, zone);
  const shown = config.at.slice(0, 100);
  const at = calendar.read(config.at, zone);
  if (at === null) {
    bad(
      "bad_date",
      `Cannot read "${shown}" as a date: 2026-12-01, 2026-12-01T09:00 or 2026-12-01T09:00:00Z are accepted`,
    );
  }
  if (at - now > MAX_DURATION_MS) bad("bad_date", `"${shown}" is more than 2 years away`);
  return at;
}

function run(config: Config, context: PureContext): Outcome {
  const { calendar, now } = context;
  const zone = config.zone?.trim() || context.timezone;
  if (!calendar.isZone(zone)) {
    bad(
      "bad_date",
      `Cannot read the time zone "${zone.slice(0, 64)}": a name such as Europe/Zurich is accepted`,
    );
  }
  const asked = askedOf(config, zone, context);
  const hours = config.kind === "weekday" ? undefined : config.window;
  const until = hours ? calendar.nextOpen(hours, Math.max(asked, now), zone) : asked;
  if (until === null) bad("window_never_opens", "The window does not open within two years");
  const at = new Date(until).toISOString();
  const moved = hours && until > asked && until > now
    ? { asked: new Date(asked).toISOString(), window: calendar.hoursInWords(hours) }
    : null;
  const data = { until: at, zone, ...moved };
  if (until <= now) {
    const passed = new Date(asked).toISOString();
    const reason = { code: "past", text: `Did not wait — ${passed} had passed`, data };
    return { kind: "done", output: { until: passed, waited: false }, reason };
  }
  const opens = moved ? `, when ${moved.window} opens` : "";
  const text = `Waiting — until ${calendar.words(until, zone)} (${zone})${opens}`;
  return { kind: "wait", for: { kind: "time" }, until, reason: { code: "wait", text, data } };
}

function problemsOf(config: Config, calendar: Calendar): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config.kind === "until" && config.at.trim() === "") {
    problems.push({ path: "at", message: "The wait needs a date", accepted: "a date or {{ }}" });
  }
  if (config.kind !== "weekday" && config.window) {
    problems.push(
      ...calendar.problems(config.window).map(({ path, ...rest }) => ({ path: `window.${path}`, ...rest })),
    );
  }
  const zone = config.zone?.trim() ?? "";
  if (zone !== "" && !zone.includes("{{") && !calendar.isZone(zone)) {
    problems.push({
      path: "zone",
      message: `There is no time zone "${zone}"`,
      accepted: "a name such as Europe/Zurich",
    });
  }
  return problems;
}

/**
 * Waits for a time, until a date or until a weekday, and then for a window to open. Fails with `bad_date` when the date or
 * the zone cannot be read.
 */
export default defineNode({
  type: "wait",
  version: 1,
  kind: "pure",
  title: "Wait",
  description:
    "Goes on after a time, at a date or on a weekday; where you wish, only while a window is open.",
  help: [
    "Goes on after a time, at a date or on a weekday. Where you add a window, it then also waits until that is open, on the lead's own clock.",
    "Example: for 2 days, then Mon–Fri 09:00–17:00.",
    "It keeps its place for up to two years, also while the machine is off.",
  ].join("\n\n"),
  category: "time",
  keywords: ["delay", "pause", "sleep", "timer", "later", "days"],
  icon: "hourglass",
  config,
  example: { kind: "for", duration: { value: 2, unit: "days" } },
  ports: [{ id: "out", label: "Then" }],
  summary: 'Wait {{ kind | replace: "for", "" | replace: "weekday", "until" }} ' +
    '{{ weekday | capitalize }} {{ time }}{{ duration | duration }}{{ at }}{{ window | hours: ", then ", zone }}',
  templates: { at: "text", zone: "text" },
  zoned: true,
  check: problemsOf,
  run,
});
