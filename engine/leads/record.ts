import type { Json, JsonObject } from "../schemas/json.ts";
import type { Lead, LEAD_STATUSES, Signal } from "../schemas/lead.ts";
import { unknownLead } from "../schemas/lead_defaults.ts";

/** `["lead", id]`. Times are epoch ms; empty text and a score of null mean unknown. */
export interface LeadRecord {
  v: 1;
  id: string;
  /** Trimmed and in lower case: it is unique. */
  email: string;
  phone: string;
  firstName: string;
  lastName: string;
  company: string;
  industry: string;
  timezone: string;
  score: number | null;
  status: (typeof LEAD_STATUSES)[number];
  tags: string[];
  /** The team's own; never named `__proto__`, `constructor` or `prototype`. */
  fields: JsonObject;
  createdAt: number;
  updatedAt: number;
  /** The commit that created or saved it: tells after an unknown throw whether that was made. */
  commit?: string;
}

/** `["lead_by_email", email]`. */
export interface EmailPointer {
  v: 1;
  id: string;
}

/** `["signal", leadId, versionstamp]`. */
export interface SignalRecord {
  v: 1;
  id: string;
  type: string;
  data: Json | null;
  at: number;
}

/** An address as it is stored and looked up. */
export function normalEmail(address: string): string {
  return address.trim().toLowerCase();
}

/** The lead of which nothing but the address is known. */
export function emptyLead(id: string, email: string, now: number): LeadRecord {
  return {
    v: 1,
    id,
    email,
    ...unknownLead(),
    createdAt: now,
    updatedAt: now,
  };
}

/** As the API shows it. */
export function toLead({ v: _, commit: _commit, ...record }: LeadRecord): Lead {
  return {
    ...record,
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
  };
}

/** As the API shows it. */
export function toSignal(leadId: string, { id, type, data, at }: SignalRecord): Signal {
  return { id, leadId, type, data, at: new Date(at).toISOString() };
}

/** What templates and conditions read under `lead`: all own fields, `name`, and the team's under `lead.fields`. */
export function leadView(record: LeadRecord): JsonObject {
  return { ...toLead(record), name: displayName(record) };
}

/** First and last name, else the address. */
export function displayName(lead: Pick<LeadRecord, "firstName" | "lastName" | "email">): string {
  return `${lead.firstName} ${lead.lastName}`.trim() || lead.email;
}
