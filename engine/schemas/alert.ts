import { z } from "zod";
import { Email } from "./lead.ts";
import { SecretRef } from "./json.ts";
import { TimeOfDay, Weekday } from "./window.ts";

export const ALERT_KINDS = [
  "streak",
  "failure_rate",
  "missed",
  "late",
  "silence",
  "unsent",
  "uncertain",
] as const;
export const AlertKind = z.enum(ALERT_KINDS);
export type AlertKind = z.infer<typeof AlertKind>;

/** Pulses are kept for an hour: no rule looks further back by minutes. */
const minutes = z.number().int().min(5).max(60);
const whole = (least: number, most: number): z.ZodNumber => z.number().int().min(least).max(most);

const common = {
  enabled: z.boolean().default(true),
  /** Only this workflow; then the rule for all of its kind leaves it alone. Null: each workflow by itself. */
  workflowId: z.string().min(1).max(64).nullable().default(null),
  /** Told also in quiet hours, and never gathered. */
  urgent: z.boolean().default(false),
  /** Ids of channels; null: all. */
  channels: z.array(z.string().min(1).max(64)).max(10).nullable().default(null),
};
/** Of what concerns the house and no workflow. */
const house = { ...common, workflowId: z.null().default(null) };

/** What an alert watches, and from when on it speaks. */
export const AlertRuleInput = z.discriminatedUnion("kind", [
  /** So many of a hundred executions failed, of at least so many that ended. */
  z.strictObject({
    kind: z.literal("failure_rate"),
    ...common,
    percent: whole(1, 100).default(20),
    runs: whole(1, 100_000).default(10),
    minutes: minutes.default(15),
  }),
  /** So many failed and none completed between them. */
  z.strictObject({ kind: z.literal("streak"), ...common, count: whole(2, 50).default(3) }),
  /** A scheduled run that should have happened and did not. */
  z.strictObject({ kind: z.literal("missed"), ...common }),
  /** What fell due so many seconds ago has not been taken up. */
  z.strictObject({ kind: z.literal("late"), ...house, seconds: whole(30, 3_600).default(60) }),
  /** Nobody entered for so many hours, after a week in which somebody did on so many days. */
  z.strictObject({
    kind: z.literal("silence"),
    ...common,
    hours: whole(1, 168).default(24),
    days: whole(1, 7).default(3),
  }),
  /** So many sends failed for good. */
  z.strictObject({
    kind: z.literal("unsent"),
    ...common,
    count: whole(1, 10_000).default(3),
    minutes: minutes.default(15),
  }),
  /** Of so many sends nobody knows whether they arrived. */
  z.strictObject({ kind: z.literal("uncertain"), ...house, count: whole(1, 1_000).default(1) }),
]).meta({ id: "AlertRuleInput" });
export type AlertRuleInput = z.infer<typeof AlertRuleInput>;

/** A rule as it is kept; those that are there by default have their kind as id. */
export type AlertRule = AlertRuleInput & {
  id: string;
  /** In words: "20 % or more of at least 10 runs failed within 15 minutes". */
  words: string;
  isDefault: boolean;
};
export const AlertRule = z.intersection(
  AlertRuleInput,
  z.object({ id: z.string(), words: z.string(), isDefault: z.boolean() }),
).meta({ id: "AlertRule" });

const channelId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _");

/** A way by which alerts are told. */
export const AlertChannel = z.discriminatedUnion("kind", [
  z.strictObject({
    id: channelId,
    kind: z.literal("email"),
    /** Empty: every owner and admin. */
    to: z.array(z.string().trim().pipe(Email)).max(20).default([]),
  }),
  z.strictObject({
    id: channelId,
    kind: z.literal("slack"),
    /** The secret that holds the whole address of an incoming webhook. */
    webhook: SecretRef.default({ secret: "slack_webhook" }),
    host: z.string().trim().regex(/^[A-Za-z0-9.-]{1,253}$/, "a host such as hooks.slack.com").default(
      "hooks.slack.com",
    ),
  }),
  z.strictObject({
    id: channelId,
    kind: z.literal("webhook"),
    url: z.string().trim().max(2_000).refine(
      (url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ""),
      "an address such as https://example.com/alerts",
    ),
    /** `whsec_…`: signed by Standard Webhooks; absent: not signed. */
    secret: SecretRef.optional(),
  }),
]).meta({ id: "AlertChannel" });
export type AlertChannel = z.infer<typeof AlertChannel>;

/** Hours in which nobody is told anything but what is urgent; over midnight when `to` is before `from`. */
export const QuietHours = z.strictObject({
  days: z.array(Weekday).min(1).max(7),
  from: TimeOfDay,
  to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time such as 07:00, or 24:00"),
}).meta({ id: "QuietHours" });
export type QuietHours = z.infer<typeof QuietHours>;

export const DIGESTS = ["off", "hourly", "daily"] as const;

/** How alerts are told. */
export const AlertSettings = z.strictObject({
  channels: z.array(AlertChannel).max(10).default([{ id: "email", kind: "email", to: [] }]),
  quiet: QuietHours.nullable().default(null),
  /** `off`: at once. `hourly`: with the full hour. `daily`: once a day. */
  digest: z.enum(DIGESTS).default("off"),
  /** Of the daily digest. */
  digestAt: TimeOfDay.default("08:00"),
  /** Whose clock quiet hours and digests go by. */
  timezone: z.string().min(1).max(64).default("UTC"),
}).meta({ id: "AlertSettings" });
export type AlertSettings = z.infer<typeof AlertSettings>;

/** What became of a test over one channel. */
export const AlertTest = z.object({ ok: z.boolean(), detail: z.string() }).meta({ id: "AlertTest" });
export type AlertTest = z.infer<typeof AlertTest>;

/** One thing that is wrong, from when it was seen until it was over. */
export const Incident = z.object({
  id: z.string(),
  ruleId: z.string(),
  kind: AlertKind,
  workflowId: z.string().nullable(),
  workflowName: z.string().nullable(),
  status: z.enum(["open", "recovered"]),
  /** "3 runs of Cold Outreach failed in a row" */
  title: z.string(),
  detail: z.string(),
  /** Where it is mended, such as `/inbox?card=…`. */
  link: z.string(),
  openedAt: z.string(),
  recoveredAt: z.string().nullable(),
  /** What showed that it is over. */
  recovery: z.string().nullable(),
  acknowledged: z.object({ by: z.string(), at: z.string() }).nullable(),
  /** When it is told; null: nobody is, because it was muted or no channel is set up. */
  tellAt: z.string().nullable(),
  mutedUntil: z.string().nullable(),
}).meta({ id: "Incident" });
export type Incident = z.infer<typeof Incident>;

/** An alert that could not be delivered over one channel. */
export const Undelivered = z.object({
  id: z.string(),
  /** "E-mail to ann@example.com" */
  channel: z.string(),
  titles: z.array(z.string()),
  problem: z.string(),
  attempts: z.number().int(),
  at: z.string(),
  /** When it is tried again; null: it is not. */
  nextAt: z.string().nullable(),
}).meta({ id: "Undelivered" });
export type Undelivered = z.infer<typeof Undelivered>;

/** Body of `POST /api/monitoring/incidents/:id/mute`: 0 hears of it again. */
export const MuteInput = z.strictObject({ hours: z.number().int().min(0).max(24 * 90) }).meta({
  id: "MuteInput",
});
export type MuteInput = z.infer<typeof MuteInput>;
