import { DURATION_UNITS } from "../../engine/schemas/duration_units.ts";
import type { Json } from "../../engine/schemas/json.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import type { Schedule, SchedulePolicies } from "../../engine/schemas/schedule.ts";
import { numberOf, partsOf } from "../workflow/typed.ts";
import { FIRST_CRON, FIRST_ZONE } from "./cron_text.ts";

export type Kind = Schedule["kind"];
type Unit = (typeof DURATION_UNITS)[number];

/** A length as it is typed; an empty number is none. */
export interface TypedLength {
  value: string;
  unit: Unit;
}

/** The form of a schedule as texts, so that nothing typed is lost. */
export interface ScheduleValues {
  workflowId: string;
  label: string;
  kind: Kind;
  cron: string;
  every: TypedLength;
  /** One date a line. */
  at: string;
  timezone: string;
  enabled: boolean;
  /** JSON. */
  input: string;
  missed: SchedulePolicies["missed"];
  overlap: SchedulePolicies["overlap"];
  maxConcurrent: string;
  jitter: TypedLength;
  from: string;
  until: string;
  /** With commas. */
  holidays: string;
  maxRetries: string;
  /** What of the retries the form does not show. */
  retryPolicy: SchedulePolicies["retryPolicy"];
}

/** What the form of a new schedule begins with. */
export function firstValues(workflowId: string): ScheduleValues {
  return {
    workflowId,
    label: "",
    kind: "cron",
    cron: FIRST_CRON,
    every: { value: "1", unit: "hours" },
    at: "",
    timezone: FIRST_ZONE,
    enabled: true,
    input: "{}",
    missed: "last",
    overlap: "allow",
    maxConcurrent: "",
    jitter: { value: "", unit: "minutes" },
    from: "",
    until: "",
    holidays: "",
    maxRetries: "",
    retryPolicy: undefined,
  };
}

/** A schedule as the form shows it. */
export function valuesOf(schedule: Schedule): ScheduleValues {
  const { config, every, at } = schedule;
  const first = firstValues(schedule.workflowId);
  return {
    ...first,
    label: schedule.label,
    kind: schedule.kind,
    cron: schedule.cron ?? first.cron,
    every: every ? typedLength(every) : first.every,
    at: at?.join("\n") ?? "",
    timezone: schedule.timezone,
    enabled: schedule.enabled,
    input: JSON.stringify(schedule.input, null, 2),
    missed: config.missed,
    overlap: config.overlap,
    maxConcurrent: textOf(config.maxConcurrent),
    jitter: config.jitter ? typedLength(config.jitter) : first.jitter,
    from: config.from ?? "",
    until: config.until ?? "",
    holidays: config.holidays?.join(", ") ?? "",
    maxRetries: textOf(config.retryPolicy?.maxRetries),
    retryPolicy: config.retryPolicy,
  };
}

type Body = { ok: true; body: { [field: string]: unknown } } | { ok: false; problem: Problem };

/** What is sent: a number that is none stays the text, so that the answer names it. */
export function bodyOf(values: ScheduleValues): Body {
  const input = jsonOf(values.input);
  if (input === undefined) return { ok: false, problem: notJson() };
  return {
    ok: true,
    body: {
      ...values.label.trim() === "" ? {} : { label: values.label.trim() },
      kind: values.kind,
      ...whenOf(values),
      timezone: values.timezone.trim(),
      enabled: values.enabled,
      input,
      config: policiesOf(values),
    },
  };
}

function whenOf(values: ScheduleValues): { [field: string]: unknown } {
  switch (values.kind) {
    case "cron":
      return { cron: values.cron.trim() };
    case "interval":
      return { every: lengthOf(values.every) };
    case "dates":
      return { at: partsOf(values.at) };
    default:
      return values.kind satisfies never;
  }
}

function policiesOf(values: ScheduleValues): { [field: string]: unknown } {
  const { maxRetries: _, ...kept } = values.retryPolicy ?? {};
  const retries = values.maxRetries.trim() === ""
    ? kept
    : { ...kept, maxRetries: numberOf(values.maxRetries) };
  const holidays = partsOf(values.holidays);
  return {
    missed: values.missed,
    overlap: values.overlap,
    // With allow nothing is counted: what was typed for another choice comes back with it.
    ...values.overlap === "allow" || values.maxConcurrent.trim() === ""
      ? {}
      : { maxConcurrent: numberOf(values.maxConcurrent) },
    ...values.jitter.value.trim() === "" ? {} : { jitter: lengthOf(values.jitter) },
    ...values.from.trim() === "" ? {} : { from: values.from.trim() },
    ...values.until.trim() === "" ? {} : { until: values.until.trim() },
    ...holidays.length === 0 ? {} : { holidays },
    ...Object.keys(retries).length === 0 ? {} : { retryPolicy: retries },
  };
}

/** The unit that a choice names; hours for none of them. */
export function unitOf(text: string): Unit {
  return DURATION_UNITS.find((unit) => unit === text) ?? "hours";
}

function lengthOf({ value, unit }: TypedLength): { value: number | string; unit: Unit } {
  return { value: numberOf(value), unit };
}

function typedLength({ value, unit }: { value: number; unit: Unit }): TypedLength {
  return { value: String(value), unit };
}

function textOf(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

function jsonOf(text: string): Json | undefined {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notJson(): Problem {
  const message = "This is no JSON";
  return {
    type: "/problems/invalid",
    title: "Invalid input",
    status: 422,
    detail: message,
    issues: [{ path: "input", message, accepted: '{ "email": "ann@example.com" }' }],
  };
}
