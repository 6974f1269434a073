import type { ScheduleDefinition } from "../schemas/schedule.ts";
import { durationMs } from "../schemas/duration_units.ts";
import { CRON_ACCEPTED, cronProblem } from "./schedule_cron.ts";
import { nextOccurrence, nextRun } from "./schedule.ts";
import type { When } from "./schedule.ts";
import { isZone, parseMoment } from "./zone.ts";

export interface ScheduleProblem {
  path: string;
  message: string;
  accepted?: string;
}

const MOMENT = "a date such as 2026-12-01 or 2026-12-01T09:00";
/** Before every moment that may be asked for: what never comes does not come after it either. */
const LONG_AGO = Date.UTC(2020, 0, 1);
const MOST_INPUT_BYTES = 16 * 1_024;

/** What keeps a definition from ever firing, each with its field; the same today and in ten years. */
export function scheduleProblems(definition: ScheduleDefinition, zone = "UTC"): ScheduleProblem[] {
  const timezone = definition.timezone?.trim() || zone;
  if (!isZone(timezone)) {
    return [{
      path: "timezone",
      message: `There is no time zone "${timezone.slice(0, 64)}"`,
      accepted: "a name such as Europe/Zurich",
    }];
  }
  const problems = [...fieldProblems(definition, timezone), ...policyProblems(definition, timezone)];
  return problems.length > 0 ? problems : neverProblems({ definition, timezone, anchor: LONG_AGO });
}

function fieldProblems(definition: ScheduleDefinition, timezone: string): ScheduleProblem[] {
  if (definition.kind === "cron") {
    const problem = cronProblem(definition.cron);
    return problem === null ? [] : [{ path: "cron", message: problem, accepted: CRON_ACCEPTED }];
  }
  if (definition.kind !== "dates") return [];
  const seen = new Map<number, number>();
  return definition.at.flatMap((text, i): ScheduleProblem[] => {
    const at = parseMoment(text, timezone);
    if (at === null) {
      return [{ path: `at.${i}`, message: `Cannot read "${text}" as a date`, accepted: MOMENT }];
    }
    const minute = Math.floor(at / 60_000);
    const twin = seen.get(minute);
    seen.set(minute, i);
    if (twin === undefined) return [];
    const message = `"${text}" is the same minute as "${definition.at[twin]}"`;
    return [{ path: `at.${i}`, message, accepted: "dates at least a minute apart" }];
  });
}

function policyProblems({ config, input }: ScheduleDefinition, timezone: string): ScheduleProblem[] {
  const problems: ScheduleProblem[] = [];
  const moments = (["from", "until"] as const).map((path) => {
    const text = config[path];
    const at = text === undefined ? null : parseMoment(text, timezone);
    if (text !== undefined && at === null) {
      problems.push({
        path: `config.${path}`,
        message: `Cannot read "${text}" as a date`,
        accepted: MOMENT,
      });
    }
    return at;
  });
  const [from, until] = moments;
  if (typeof from === "number" && typeof until === "number" && until <= from) {
    const message = `"${config.until}" is not after "${config.from}"`;
    problems.push({ path: "config.until", message, accepted: "a date after from" });
  }
  if (config.jitter && durationMs(config.jitter) > 3_600_000) {
    problems.push({ path: "config.jitter", message: "is more than an hour", accepted: "at most an hour" });
  }
  if (config.overlap === "allow" && config.maxConcurrent !== undefined) {
    const message = "With overlap allow nothing is counted";
    problems.push({
      path: "config.maxConcurrent",
      message,
      accepted: "none, or overlap skip, queue or cancel_previous",
    });
  }
  const size = new TextEncoder().encode(JSON.stringify(input)).length;
  if (size > MOST_INPUT_BYTES) {
    problems.push({ path: "input", message: `is ${size} bytes of JSON`, accepted: "at most 16 KiB" });
  }
  return problems;
}

function neverProblems(when: When): ScheduleProblem[] {
  const { definition, timezone } = when;
  const { from, until } = definition.config;
  const start = Math.max(LONG_AGO, (from === undefined ? null : parseMoment(from, timezone)) ?? LONG_AGO);
  if (definition.kind === "dates" && until === undefined && from === undefined) return heldProblems(when);
  if (nextOccurrence(when, definition.kind === "dates" ? -8e15 : start - 1) !== null) {
    return heldProblems(when);
  }
  if (until !== undefined) {
    const message = `Nothing falls ${from === undefined ? "" : `between "${from}" and `}${
      from === undefined ? "before " : ""
    }"${until}"`;
    return [{ path: "config.until", message, accepted: "a later date" }];
  }
  const path = definition.kind === "cron" ? "cron" : definition.kind === "dates" ? "at" : "every";
  return [{ path, message: "This never comes", accepted: "a date that there is" }];
}

function heldProblems(when: When): ScheduleProblem[] {
  if (when.definition.config.holidays === undefined || nextRun(when, LONG_AGO) !== null) return [];
  const message = "It would only fire on holidays";
  return [{ path: "config.holidays", message, accepted: "holidays that leave days to fire on" }];
}
