import type { AlertChannel, AlertKind, AlertRuleInput } from "../schemas/alert.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";

/** `["alert_rule", id]`: made by people, or a default that they changed. */
export type RuleRecord = AlertRuleInput & { v: 1; id: string };

/** `["incident", id]`. Times are epoch ms. */
export interface IncidentRecord {
  v: 1;
  id: string;
  ruleId: string;
  kind: AlertKind;
  /** Rule and what it is about: of one subject one incident is open at most. */
  subject: string;
  workflowId: string | null;
  title: string;
  detail: string;
  link: string;
  openedAt: number;
  recoveredAt: number | null;
  recovery: string | null;
  acknowledged: { by: string; at: number } | null;
  tellAt: number | null;
}

/** `["alert_mute", subject]` */
export interface MuteRecord {
  v: 1;
  until: number;
  by: string;
}

/** What one alert says over any channel. */
export interface Told {
  what: "opened" | "recovered";
  incidentId: string;
  title: string;
  detail: string;
  link: string;
  at: number;
}

/** `["notice", at, id]`: to be told over these channels (null: all), gathered with others of its time. */
export interface NoticeRecord extends Told {
  v: 1;
  channels: string[] | null;
}

/** `["telling", id]`: one message over one channel. */
export interface TellingRecord {
  v: 1;
  id: string;
  channel: AlertChannel;
  alerts: Told[];
  /** `sending`: somebody is at it until `nextAt`. */
  status: "waiting" | "sending" | "undelivered" | "given_up";
  attempts: number;
  problem: string | null;
  at: number;
  /** Its one due entry; null: it is not tried again. */
  nextAt: number | null;
}

/** `["entered", workflow]`: days (since 1970, UTC) on which it was entered, the last sixteen, and when last. */
export interface EnteredRecord {
  v: 1;
  days: number[];
  /** The first day that is known of. */
  since: number;
  last: number;
}

/** The value of the look's due entry. */
export interface LookRecord {
  v: 1;
  /** When it was looked last. */
  at: number;
  upkeepAt: number;
}

/** Alerts have one shard and the lane of housekeeping: no host stays awake for them. */
export function alertDue(at: number, id: string): Key {
  return keys.due(0, 1, at, "alert", id);
}
