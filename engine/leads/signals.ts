import type { CreateOptions } from "../contract.ts";
import { conflict, invalid, issuesOf, notFound } from "../errors.ts";
import type { Json } from "../schemas/json.ts";
import { type Signal, SignalInput } from "../schemas/lead.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Write } from "../store/commit.ts";
import { keys, shardOf } from "../store/keys.ts";
import { deliveryOf, type DeliveryRecord, deliveryWrite, findDelivery } from "../store/deliveries.ts";
import { encode, type Entry, type Store } from "../store/store.ts";
import { collectPage, newestFirst } from "../store/pages.ts";
import type { LeadDeps } from "./leads.ts";
import { type SignalRecord, toSignal } from "./record.ts";

const MAX_DATA_BYTES = 32 * 1_024;
const MAX_TRIES = 20;
const VERSIONSTAMP = /^[0-9a-f]{20}$/;

/** The part of a write that carries a signal. One atomic takes one signal of a lead: its key ends in the versionstamp. */
export type SignalParts = Required<Pick<Write, "sets" | "stamped" | "bells">>;

/**
 * What a commit adds to make something happen to a lead (engine/README.md, "Joins, signals, goals"): the signal, the
 * clock that whoever registers a wait checks, and the due entry of its delivery.
 */
export function signalWrite(
  leadId: string,
  type: string,
  data: Json | null,
  at: number,
  id: string,
): SignalParts {
  const record: SignalRecord = { v: 1, id, type, data, at };
  return {
    sets: [
      { key: keys.clock(leadId), value: encode({ v: 1, at, commit: id }) },
      { key: keys.due(shardOf(leadId), 0, at, "deliver", leadId), value: encode({ v: 1, signalId: id }) },
    ],
    stamped: [{ prefix: signalPrefix(leadId), value: encode(record) }],
    bells: [at],
  };
}

/**
 * `lead.created` in the commit that creates the lead. Nobody can wait on a lead that is not there yet, so the clock stays
 * out; and it is delivered only where a live workflow listens: most leads come by webhook and must stay cheap.
 */
export async function createdWrite(
  store: Store,
  leadId: string,
  at: number,
  id: string,
): Promise<SignalParts> {
  const type = "lead.created";
  const [listener] = await store.keys({
    selector: { prefix: keys.listener(type, "", "").slice(0, 2) },
    limit: 1,
  });
  const { sets, stamped, bells } = signalWrite(leadId, type, null, at, id);
  return listener ? { sets: sets.slice(1), stamped, bells } : { sets: [], stamped, bells: [] };
}

/** Everything under `["signal", leadId]`. */
export function signalPrefix(leadId: string): Deno.KvKey {
  return keys.signal(leadId, "").slice(0, 2);
}

/** So many of a lead's newest signals are heard. */
const HEARD = 500;

/** The clock first, then the signals: a commit that checks the clock knows that it saw them all. */
export async function hearSignals(
  store: Store,
  leadId: string,
): Promise<{ clock: string | null; signals: SignalRecord[] }> {
  const clock = await store.get(keys.clock(leadId));
  const signals: SignalRecord[] = [];
  const selector = { prefix: signalPrefix(leadId) };
  for await (
    const { value } of store.list<SignalRecord>({ selector, reverse: true, limit: HEARD, broken: "pass" })
  ) {
    signals.push(value);
  }
  return { clock: clock?.versionstamp ?? null, signals: signals.reverse() };
}

/** Commits the team's own signal; throws 404 for an unknown lead, 422 naming the field. The same key is the same signal. */
export async function signalLead(
  deps: LeadDeps,
  leadId: string,
  input: SignalInput,
  options: CreateOptions = {},
): Promise<Signal> {
  const parsed = SignalInput.safeParse(input);
  if (!parsed.success) throw invalid("This is no signal", issuesOf(parsed.error));
  const { type, data = null } = parsed.data;
  if (encode(data).length > MAX_DATA_BYTES) {
    throw invalid("The signal is too large", [
      { path: "data", message: "is too large", accepted: "at most 32 KiB of JSON" },
    ]);
  }
  const [at, id] = [deps.now(), deps.newId()];
  const delivery = await deliveryOf(`${leadId}.signal`, options.idempotencyKey, input);
  for (let i = 0; i < MAX_TRIES; i++) {
    const found = delivery ? await findDelivery(deps.store, delivery, at) : null;
    if (found?.known) return await signalOf(deps.store, leadId, found.known);
    const once = delivery && deliveryWrite(delivery, found?.expired ?? null, { id, at });
    const lead = await deps.store.get(keys.lead(leadId));
    if (!lead) throw notFound("lead", leadId);
    const parts = signalWrite(leadId, type, data, at, id);
    const result = await deps.store.commit({
      name: "signal",
      // A lead that is deleted meanwhile gets no more signals.
      checks: [{ key: keys.lead(leadId), versionstamp: lead.versionstamp }, ...once?.checks ?? []],
      ...parts,
      sets: [...parts.sets, ...once?.sets ?? []],
      proof: { key: keys.clock(leadId), id },
    });
    if (!result.ok) continue;
    deps.onSignal(leadId);
    return toSignal(leadId, { v: 1, id, type, data, at });
  }
  throw conflict("busy", `The lead ${leadId} is being changed by many at once; try again`);
}

/** The signal of a delivery: both are of one commit, whose versionstamp ends the signal's key. */
async function signalOf(store: Store, leadId: string, known: Entry<DeliveryRecord>): Promise<Signal> {
  const entry = await store.get<SignalRecord>(keys.signal(leadId, known.versionstamp));
  if (!entry) throw notFound("signal", known.value.id);
  return toSignal(leadId, entry.value);
}

/** A lead's signals, newest first; throws 404. */
export async function listSignals(store: Store, leadId: string, paging: Paging): Promise<Page<Signal>> {
  if (!await store.get(keys.lead(leadId))) throw notFound("lead", leadId);
  const candidates = newestFirst<SignalRecord>(store, signalPrefix(leadId), {
    cursor: paging.cursor,
    pattern: VERSIONSTAMP,
  });
  return await collectPage(candidates, {
    paging,
    keep: () => true,
    view: (record) => toSignal(leadId, record),
    at: (record) => record.at,
  });
}
