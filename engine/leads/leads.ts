import { isForbiddenKey } from "../core/path.ts";
import { isZone } from "../core/zone.ts";
import { conflict, type EngineError, invalid, issuesOf, notFound } from "../errors.ts";
import type { CreateOptions } from "../contract.ts";
import { type Lead, LeadInput, LeadPatch } from "../schemas/lead.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Issue } from "../schemas/workflow.ts";
import { keys } from "../store/keys.ts";
import { deliveryOf, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { enrolmentsOf } from "../store/enrolments.ts";
import { encode, type Entry, type Store } from "../store/store.ts";
import { collectPage, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import { displayName, emptyLead, type LeadRecord, normalEmail, toLead } from "./record.ts";
import { createdWrite, signalPrefix, signalWrite } from "./signals.ts";

/** What the subject is built from. */
export interface LeadDeps {
  store: Store;
  /** Epoch ms. */
  now: () => number;
  /** Monotonic ULIDs. */
  newId: () => string;
  /** Called after the commit of a signal, so that it is delivered at once. */
  onSignal: (leadId: string) => void;
}

const MAX_TRIES = 20;
/** Keys deleted in one commit. */
const PACE = 200;
/** A value ends at 64 KiB. */
export const MAX_LEAD_BYTES = 60 * 1_024;

/** Throws 404. */
export async function loadLead(store: Store, id: string): Promise<Entry<LeadRecord>> {
  const entry = await store.get<LeadRecord>(keys.lead(id));
  if (!entry) throw notFound("lead", id);
  return entry;
}

/** Throws 409 when the address exists, 422 naming the field. The same key again is the same lead. */
export async function createLead(
  deps: LeadDeps,
  input: LeadInput,
  options: CreateOptions = {},
): Promise<Lead> {
  refuseNames(input.fields);
  const parsed = LeadInput.safeParse({ ...input, email: trimmed(input.email) });
  if (!parsed.success) throw invalid("This is no lead", issuesOf(parsed.error));
  const [now, id, commit] = [deps.now(), deps.newId(), deps.newId()];
  const record: LeadRecord = {
    ...emptyLead(id, normalEmail(parsed.data.email), now),
    ...defined(parsed.data),
    commit,
  };
  refuseRecord(record);
  const delivery = await deliveryOf("lead.create", options.idempotencyKey, input);
  const found = delivery ? await findDelivery(deps.store, delivery, now) : null;
  if (found?.known) return toLead((await loadLead(deps.store, found.known.value.id)).value);
  const once = delivery && deliveryWrite(delivery, found?.expired ?? null, { id, at: now });
  const signal = await createdWrite(deps.store, id, now, deps.newId());
  const result = await deps.store.commit({
    name: "lead_create",
    checks: [{ key: keys.leadByEmail(record.email), versionstamp: null }, ...once?.checks ?? []],
    sets: [
      { key: keys.lead(id), value: encode(record) },
      { key: keys.leadByEmail(record.email), value: encode({ v: 1, id }) },
      ...signal.sets,
      ...once?.sets ?? [],
    ],
    stamped: signal.stamped,
    bells: signal.bells,
    proof: { key: keys.lead(id), id: commit },
  });
  if (!result.ok) {
    // The same request at the same moment was first: what it made is the answer.
    const other = delivery && await findDelivery(deps.store, delivery, now);
    if (other?.known) return toLead((await loadLead(deps.store, other.known.value.id)).value);
    throw taken(record.email);
  }
  if (signal.bells.length) deps.onSignal(id);
  return toLead(record);
}

/** Replaces what the patch names; a new address moves the pointer in the same commit. Throws 404, 409, 422. */
export async function updateLead(deps: LeadDeps, id: string, patch: LeadPatch): Promise<Lead> {
  refuseNames(patch.fields);
  const email = patch.email === undefined ? {} : { email: trimmed(patch.email) };
  const parsed = LeadPatch.safeParse({ ...patch, ...email });
  if (!parsed.success) throw invalid("These are no fields of a lead", issuesOf(parsed.error));
  for (let i = 0; i < MAX_TRIES; i++) {
    const { value: before, versionstamp } = await loadLead(deps.store, id);
    const commit = deps.newId();
    const record: LeadRecord = { ...before, ...defined(parsed.data), updatedAt: deps.now(), commit };
    refuseRecord(record);
    const moved = record.email !== before.email;
    if (moved && await deps.store.get(keys.leadByEmail(record.email))) throw taken(record.email);
    const pointer = keys.leadByEmail(record.email);
    const changed = Object.keys(defined(parsed.data)).sort();
    // Goals and exits that read the lead hear of the change by this signal.
    const signal = signalWrite(id, "lead.updated", { changed }, deps.now(), deps.newId());
    const result = await deps.store.commit({
      name: "lead_update",
      checks: [
        { key: keys.lead(id), versionstamp },
        ...(moved ? [{ key: pointer, versionstamp: null }] : []),
      ],
      sets: [
        { key: keys.lead(id), value: encode(record) },
        ...(moved ? [{ key: pointer, value: encode({ v: 1, id }) }] : []),
        ...signal.sets,
      ],
      stamped: signal.stamped,
      bells: signal.bells,
      proof: { key: keys.lead(id), id: commit },
      deletes: moved ? [keys.leadByEmail(before.email)] : [],
    });
    if (result.ok) return toLead(record);
  }
  throw busy(id);
}

/** Deletes the lead, its address, its signals and its enrolments; throws 404. Executions about it keep what they have read. */
export async function removeLead(deps: LeadDeps, id: string): Promise<void> {
  const { store } = deps;
  await loadLead(store, id);
  for (let i = 0; i < MAX_TRIES; i++) {
    // Signals first: should the process die, the lead is still there to be deleted again.
    await removeTraces(store, id);
    const { value, versionstamp } = await loadLead(store, id);
    const result = await store.commit({
      name: "lead_delete",
      checks: [{ key: keys.lead(id), versionstamp }],
      deletes: [keys.lead(id), keys.leadByEmail(value.email), keys.clock(id)],
    });
    if (result.ok) return await removeTraces(store, id);
  }
  throw busy(id);
}

async function removeTraces(store: Store, id: string): Promise<void> {
  const signals = await store.keys({ selector: { prefix: signalPrefix(id) } });
  const traces = [...signals, ...await enrolmentsOf(store, id)];
  for (let i = 0; i < traces.length; i += PACE) {
    await store.commit({ name: "lead_delete", deletes: traces.slice(i, i + PACE) });
  }
}

/** Newest first; `q` is looked for in address, name and company, in any case. */
export async function listLeads(store: Store, paging: Paging & { q?: string }): Promise<Page<Lead>> {
  const wanted = paging.q?.trim().toLowerCase() ?? "";
  const candidates = newestFirst<LeadRecord>(store, keys.lead("").slice(0, 1), {
    cursor: paging.cursor,
    pattern: ULID_CURSOR,
  });
  return await collectPage(candidates, {
    paging,
    keep: (lead) =>
      wanted === "" || `${lead.email}\n${displayName(lead)}\n${lead.company}`.toLowerCase().includes(wanted),
    view: toLead,
    at: (lead) => lead.createdAt,
    elapsed: store.monotonic,
  });
}

/** Without what is absent, and with the address as it is stored. */
function defined(data: LeadPatch): Partial<LeadRecord> {
  const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  return data.email === undefined ? given : { ...given, email: normalEmail(data.email) };
}

function trimmed(email: unknown): unknown {
  return typeof email === "string" ? email.trim() : email;
}

/** The schema would drop such a name without a word. */
function refuseNames(fields: unknown): void {
  if (typeof fields !== "object" || fields === null) return;
  const issues = Object.keys(fields).filter(isForbiddenKey).map((name): Issue => ({
    path: `fields.${name}`,
    message: `"${name}" is no name for a field`,
    accepted: "any name but __proto__, constructor and prototype",
  }));
  if (issues.length) throw invalid("These are no fields of a lead", issues);
}

function refuseRecord(record: LeadRecord): void {
  const issues: Issue[] = [];
  if (record.timezone !== "" && !isZone(record.timezone)) {
    const message = `There is no time zone "${record.timezone}"`;
    issues.push({ path: "timezone", message, accepted: "a name such as Europe/Zurich" });
  }
  if (encode(record).length > MAX_LEAD_BYTES) {
    issues.push({
      path: "fields",
      message: "The lead is too large",
      accepted: "at most 60 KiB of JSON in all",
    });
  }
  if (issues.length) throw invalid("This is no lead", issues);
}

function taken(email: string): EngineError {
  return conflict("email-taken", `There is a lead with the e-mail address ${email} already`);
}

function busy(id: string): EngineError {
  return conflict("busy", `The lead ${id} is being changed by many at once; try again`);
}
