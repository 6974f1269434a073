import { isForbiddenKey } from "../core/path.ts";
import { isZone } from "../core/zone.ts";
import type { Json, JsonObject } from "../schemas/json.ts";
import { Email } from "../schemas/lead.ts";
import { type LeadRecord, normalEmail } from "./record.ts";

const TEXTS = ["phone", "firstName", "lastName", "company", "industry", "timezone"] as const;
type TextField = (typeof TEXTS)[number];

/** What a webhook's body says about a lead. */
export interface BodyLead {
  email: string;
  known: { [field in TextField]?: string } & { score?: number };
  /** Scalars of other names. */
  others: Map<string, string | number | boolean>;
}

/** Names as callers spell them, in lower case and without anything but letters and digits. */
const NAMES: ReadonlyMap<string, TextField | "email" | "name" | "score"> = new Map([
  ["email", "email"],
  ["emailaddress", "email"],
  ["firstname", "firstName"],
  ["givenname", "firstName"],
  ["lastname", "lastName"],
  ["surname", "lastName"],
  ["familyname", "lastName"],
  ["name", "name"],
  ["fullname", "name"],
  ["company", "company"],
  ["companyname", "company"],
  ["organization", "company"],
  ["organisation", "company"],
  ["phone", "phone"],
  ["phonenumber", "phone"],
  ["telephone", "phone"],
  ["industry", "industry"],
  ["timezone", "timezone"],
  ["score", "score"],
  ["leadscore", "score"],
]);

const MAX_KEYS_READ = 500;
const MAX_OTHERS = 50;
const MAX_NAME = 100;
const MAX_TEXT = 200;
const MAX_OTHER_TEXT = 1_000;
/** Own fields of one lead. */
const MAX_FIELDS = 200;

/**
 * The lead in a webhook's body: the body itself, its `lead`, or its `contact`, whichever first has an e-mail address.
 * Null: there is none. Pure; looks at 500 keys at most.
 */
export function leadFromBody(body: Json | undefined): BodyLead | null {
  if (!isObject(body)) return null;
  const inner = Object.keys(body).slice(0, MAX_KEYS_READ)
    .filter((key) => key.toLowerCase() === "lead" || key.toLowerCase() === "contact")
    .map((key) => body[key]);
  for (const candidate of [body, ...inner]) {
    const found = isObject(candidate) ? readObject(candidate) : null;
    if (found) return found;
  }
  return null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readObject(source: JsonObject): BodyLead | null {
  const found: BodyLead = { email: "", known: {}, others: new Map() };
  let whole = "";
  for (const key of Object.keys(source).slice(0, MAX_KEYS_READ)) {
    const value = source[key];
    if (value === undefined || value === null || typeof value === "object") continue;
    const name = NAMES.get(key.toLowerCase().replace(/[^a-z0-9]/g, ""));
    if (name === "email") found.email ||= readAddress(value);
    else if (name === "name") whole ||= String(value).trim();
    else if (name === "score") found.known.score ??= readScore(value);
    else if (name) found.known[name] ||= readText(name, value);
    else keepOther(found.others, key, value);
  }
  if (!found.email) return null;
  splitName(found.known, whole);
  return found;
}

function readAddress(value: Json): string {
  if (typeof value !== "string" || value.length > 300) return "";
  const address = normalEmail(value);
  return Email.safeParse(address).success ? address : "";
}

function readScore(value: Json): number | undefined {
  const score = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof score === "number" && Math.abs(score) <= 1_000_000 ? score : undefined;
}

function readText(name: TextField, value: string | number | boolean): string {
  if (typeof value === "boolean") return "";
  const text = String(value).trim().slice(0, MAX_TEXT);
  return name !== "timezone" || isZone(text) ? text : "";
}

/** "Ann Example" fills what the body does not say by itself. */
function splitName(known: BodyLead["known"], whole: string): void {
  if (!whole) return;
  const [first = "", ...rest] = whole.split(/\s+/);
  known.firstName ||= first.slice(0, MAX_TEXT);
  known.lastName ||= rest.join(" ").slice(0, MAX_TEXT);
}

function keepOther(others: BodyLead["others"], key: string, value: string | number | boolean): void {
  if (others.size >= MAX_OTHERS || key === "" || key.length > MAX_NAME || isForbiddenKey(key)) return;
  if (typeof value === "string" && (value.trim() === "" || value.length > MAX_OTHER_TEXT)) return;
  others.set(key, value);
}

/** The record with its empty places filled, never one overwritten; null when nothing was empty. */
export function fillLead(record: LeadRecord, found: BodyLead, now: number): LeadRecord | null {
  const filled = { ...record };
  let changed = false;
  for (const field of TEXTS) {
    const text = found.known[field];
    if (!text || filled[field]) continue;
    filled[field] = text;
    changed = true;
  }
  if (filled.score === null && found.known.score !== undefined) {
    filled.score = found.known.score;
    changed = true;
  }
  const fields = fillFields(record.fields, found.others);
  if (!fields && !changed) return null;
  return { ...filled, fields: fields ?? record.fields, updatedAt: now };
}

function fillFields(fields: JsonObject, others: BodyLead["others"]): JsonObject | null {
  const added: [string, Json][] = [];
  let room = MAX_FIELDS - Object.keys(fields).length;
  for (const [key, value] of others) {
    const own = Object.hasOwn(fields, key);
    if (own ? !isEmpty(fields[key]) : room-- <= 0) continue;
    added.push([key, value]);
  }
  // fromEntries defines own properties: no setter of a prototype is ever called.
  return added.length ? Object.fromEntries([...Object.entries(fields), ...added]) : null;
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === "";
}
