import { z } from "zod";
import { Duration, durationMs } from "./duration.ts";
import { Json } from "./json.ts";
import { RetryOverrides } from "./retry.ts";
import { Holidays } from "./window.ts";

export const MISSED = ["last", "none", "all"] as const;
export const OVERLAPS = ["allow", "skip", "queue", "cancel_previous"] as const;
/** So many of those that were missed are made up; the others are recorded as missed. */
export const MOST_MADE_UP = 50;
export const MAX_BACKFILL = 1_000;

const retry = RetryOverrides.shape;
/** The same fields as everywhere, with their names for a form. */
const RetryPolicy = z.strictObject({
  maxRetries: retry.maxRetries.meta({
    title: "Retries",
    description: "How often a failed step is tried again.",
  }),
  backoffMs: retry.backoffMs.meta({ title: "First pause", description: "In milliseconds." }),
  backoffMultiplier: retry.backoffMultiplier.meta({
    title: "Grows by",
    description: "Each pause is so many times the one before.",
  }),
  maxBackoffMs: retry.maxBackoffMs.meta({ title: "Longest pause", description: "In milliseconds." }),
  retryableStatuses: retry.retryableStatuses.meta({
    title: "Statuses",
    description: "HTTP statuses after which it is tried again.",
  }),
  retryableErrors: retry.retryableErrors.meta({
    title: "Errors",
    description: "Texts in an error after which it is tried again.",
  }),
}).partial();

const Moment = z.string().min(1).max(40);

/** What becomes of a fire that cannot be at its time, or that meets another. */
export const SchedulePolicies = z.strictObject({
  missed: z.enum(MISSED).default("last").meta({
    title: "Missed",
    description:
      "What is made up when nothing ran at the time. last: the newest one. none: nothing. all: up to 50, one after another.",
  }),
  overlap: z.enum(OVERLAPS).default("allow").meta({
    title: "When the former still runs",
    description:
      "allow: starts beside it. skip: does not start. queue: starts when it has ended. cancel_previous: cancels it and starts.",
  }),
  maxConcurrent: z.number().int().min(1).max(100).optional().meta({
    title: "At once",
    description: "So many may run before skip, queue or cancel_previous counts. Empty: 1.",
  }),
  retryPolicy: RetryPolicy.optional().meta({
    title: "Retries",
    description: "For the steps of what it starts: over the workflow's policy, under a step's own.",
  }),
  jitter: Duration.optional().meta({
    title: "Spread",
    description: "Fires up to so much later, each time by another length, at most an hour.",
    format: "duration",
  }),
  from: Moment.optional().meta({
    title: "From",
    description: "Nothing before: 2026-12-01 or 2026-12-01T09:00.",
  }),
  until: Moment.optional().meta({
    title: "Until",
    description: "Nothing after: 2026-12-31 or 2026-12-31T18:00.",
  }),
  holidays: Holidays.optional().meta({
    title: "Holidays",
    description: "Days on which it does not fire: 2026-12-25 once, 12-25 every year.",
  }),
});
export type SchedulePolicies = z.infer<typeof SchedulePolicies>;

const shared = {
  timezone: z.string().max(64).optional().meta({
    title: "Time zone",
    description: "Such as Europe/Zurich. Empty: the workflow's, else UTC.",
    format: "timezone",
  }),
  enabled: z.boolean().default(true).meta({ title: "On", description: "Off: it does not fire." }),
  input: Json.default({}).meta({
    title: "Input",
    description: "What arrives: read as {{ trigger.body }}. An e-mail address in it finds or makes the lead.",
  }),
  config: SchedulePolicies.default({ missed: "last", overlap: "allow" }).meta({
    title: "Rules",
    description: "What becomes of runs that are missed, meet another or fall on a holiday.",
  }),
};

const cron = {
  kind: z.literal("cron"),
  cron: z.string().trim().min(1).max(200).meta({
    title: "Cron",
    description: "minute hour day month weekday, such as 0 9 * * 1-5, or @daily.",
    format: "cron",
  }),
};
const interval = {
  kind: z.literal("interval"),
  every: Duration.refine((every) => durationMs(every) >= 60_000, "at least a minute").meta({
    title: "Every",
    description: "At least a minute. A day is 24 hours, also when the clocks change.",
    format: "duration",
  }),
};
const dates = {
  kind: z.literal("dates"),
  at: z.array(Moment).min(1).max(100).meta({
    title: "Dates",
    description: "2026-12-01T09:00 on the zone's clock; 2026-12-01 is its midnight.",
  }),
};

/** When it fires and what it starts with: the config of `trigger_schedule`, and what the API takes. */
export const ScheduleDefinition = z.discriminatedUnion("kind", [
  z.strictObject({ ...cron, ...shared }).meta({ title: "Cron" }),
  z.strictObject({ ...interval, ...shared }).meta({ title: "Interval" }),
  z.strictObject({ ...dates, ...shared }).meta({ title: "Dates" }),
]);
export type ScheduleDefinition = z.infer<typeof ScheduleDefinition>;

const label = z.string().trim().max(200).optional();

/** Body of PUT: the whole definition; `label` stays when it is absent. */
export const ScheduleUpdate = z.discriminatedUnion("kind", [
  z.strictObject({ label, ...cron, ...shared }),
  z.strictObject({ label, ...interval, ...shared }),
  z.strictObject({ label, ...dates, ...shared }),
]).meta({ id: "ScheduleUpdate" });
export type ScheduleUpdate = z.infer<typeof ScheduleUpdate>;

const workflowId = z.string().min(1).max(64);

/** Body of POST. */
export const ScheduleCreate = z.discriminatedUnion("kind", [
  z.strictObject({ workflowId, label, ...cron, ...shared }),
  z.strictObject({ workflowId, label, ...interval, ...shared }),
  z.strictObject({ workflowId, label, ...dates, ...shared }),
]).meta({ id: "ScheduleCreate" });
export type ScheduleCreate = z.infer<typeof ScheduleCreate>;

export const FIRE_OUTCOMES = [
  "fired",
  "made_up",
  "backfilled",
  "by_hand",
  "skipped",
  "missed",
  "held",
  "refused",
  "failed",
] as const;

/** One line of the history: what became of an occurrence, or of several in a row. */
export const Fire = z.object({
  id: z.string(),
  /** The planned moment; of several, the first. */
  at: z.string(),
  /** As clocks in the schedule's zone show it. */
  local: z.string(),
  /** Of several, the last. */
  until: z.string().optional(),
  count: z.number().int(),
  outcome: z.enum(FIRE_OUTCOMES),
  /** When that was decided. */
  decidedAt: z.string(),
  executionId: z.string().optional(),
  /** The execution's status now; null: it is forgotten. */
  status: z.string().nullable().optional(),
  reason: z.object({ code: z.string(), text: z.string(), data: Json.optional() }).optional(),
}).meta({ id: "Fire" });
export type Fire = z.infer<typeof Fire>;

export const Backfill = z.object({
  from: z.string(),
  to: z.string(),
  count: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  by: z.string(),
  running: z.boolean(),
}).meta({ id: "Backfill" });
export type Backfill = z.infer<typeof Backfill>;

/** A schedule as the API shows it. Times are ISO 8601. */
export const Schedule = z.object({
  id: z.string(),
  workflowId: z.string(),
  workflowName: z.string(),
  nodeId: z.string(),
  label: z.string(),
  /** unpublished: only drawn; ended: no occurrence is left. */
  state: z.enum(["active", "paused", "ended", "unpublished"]),
  /** "every weekday at 09:00, Europe/Zurich" */
  description: z.string(),
  kind: z.enum(["cron", "interval", "dates"]),
  cron: z.string().optional(),
  every: Duration.optional(),
  at: z.array(z.string()).optional(),
  timezone: z.string(),
  enabled: z.boolean(),
  input: Json,
  config: SchedulePolicies,
  /** What became of the last occurrence or run by hand. */
  lastRun: Fire.nullable(),
  nextRun: z.string().nullable(),
  /** Occurrences whose time has come and that wait for a former run to end. */
  waiting: z.number().int(),
  backfill: Backfill.nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
}).meta({ id: "Schedule" });
export type Schedule = z.infer<typeof Schedule>;

/** What clocks do at an occurrence: it was moved out of a gap, is shown twice that day, or clocks changed since the one before. */
export const DstMark = z.enum(["moved", "repeated", "changed"]);
export type DstMark = z.infer<typeof DstMark>;

export const SchedulePreview = z.object({
  items: z.array(z.object({ at: z.string(), local: z.string(), dst: DstMark.optional() })),
  description: z.string(),
  timezone: z.string(),
}).meta({ id: "SchedulePreview" });
export type SchedulePreview = z.infer<typeof SchedulePreview>;

/** Body of a back-fill: without `count` it is counted, with it started. */
export const BackfillInput = z.strictObject({
  from: Moment,
  to: Moment,
  count: z.number().int().min(1).max(MAX_BACKFILL).optional(),
}).meta({ id: "BackfillInput" });
export type BackfillInput = z.infer<typeof BackfillInput>;

export const BackfillCount = z.object({
  count: z.number().int(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  /** In the range too, and left out: they have run, or fall on a holiday. */
  leftOut: z.number().int(),
}).meta({ id: "BackfillCount" });
export type BackfillCount = z.infer<typeof BackfillCount>;
