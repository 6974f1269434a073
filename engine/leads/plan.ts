import type { Json } from "../schemas/json.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import { type BodyLead, fillLead, leadFromBody } from "./from_body.ts";
import { type LeadDeps, MAX_LEAD_BYTES } from "./leads.ts";
import { type EmailPointer, emptyLead, type LeadRecord } from "./record.ts";
import { createdWrite } from "./signals.ts";

/** The parts that go into the accepting commit; when that fails on a check, plan again. */
export type LeadParts = Required<Pick<Write, "checks" | "sets" | "stamped" | "bells">>;

export interface PlannedLead {
  /** As it is once the commit is made. */
  lead: LeadRecord;
  /** It is created by the commit, whose `lead.created` this is; null: it was there. */
  created: { id: string; at: number } | null;
  /** Null: the lead is there and has nothing to gain. */
  write: LeadParts | null;
}

/**
 * Finds the lead by the body's e-mail address, or plans a new one. Empty fields are filled, nothing is overwritten.
 * Reads one key for a new lead (and whether anybody listens to `lead.created`), two for a known one.
 */
export async function planFromBody(deps: LeadDeps, body: Json): Promise<PlannedLead | null> {
  const found = leadFromBody(body);
  if (!found) return null;
  const { store } = deps;
  const key = keys.leadByEmail(found.email);
  const pointer = await store.get<EmailPointer>(key);
  if (!pointer) return await planFresh(deps, found);
  const entry = await store.get<LeadRecord>(keys.lead(pointer.value.id));
  // Deleted between the two readings: its address goes in the same commit, so the pointer is gone too.
  if (!entry) return await planFresh(deps, found);
  const { value: record, versionstamp } = entry;
  const filled = fitted(fillLead(record, found, deps.now()), record);
  if (!filled) return { lead: record, created: null, write: null };
  const write: LeadParts = {
    checks: [{ key: keys.lead(record.id), versionstamp }],
    sets: [{ key: keys.lead(record.id), value: encode(filled) }],
    stamped: [],
    bells: [],
  };
  return { lead: filled, created: null, write };
}

async function planFresh(deps: LeadDeps, found: BodyLead): Promise<PlannedLead> {
  const [now, id] = [deps.now(), deps.newId()];
  const empty = emptyLead(id, found.email, now);
  const lead = fitted(fillLead(empty, found, now), empty) ?? empty;
  const key = keys.leadByEmail(found.email);
  const created = { id: deps.newId(), at: now };
  const signal = await createdWrite(deps.store, id, now, created.id);
  const write: LeadParts = {
    checks: [{ key, versionstamp: null }],
    sets: [
      { key: keys.lead(id), value: encode(lead) },
      { key, value: encode({ v: 1, id }) },
      ...signal.sets,
    ],
    stamped: signal.stamped,
    bells: signal.bells,
  };
  return { lead, created, write };
}

/** Own fields that would make the record too large for a value stay out: the body keeps them anyway. */
function fitted(filled: LeadRecord | null, before: LeadRecord): LeadRecord | null {
  if (!filled || filled.fields === before.fields) return filled;
  return encode(filled).length <= MAX_LEAD_BYTES ? filled : { ...filled, fields: before.fields };
}
