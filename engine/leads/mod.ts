import type { Leads } from "../contract.ts";
import type { Json } from "../schemas/json.ts";
import type { Lead } from "../schemas/lead.ts";
import { keys } from "../store/keys.ts";
import type { Entry } from "../store/store.ts";
import { createLead, type LeadDeps, listLeads, loadLead, removeLead, updateLead } from "./leads.ts";
import { planFromBody, type PlannedLead } from "./plan.ts";
import { type LeadRecord, toLead } from "./record.ts";
import { listSignals, signalLead } from "./signals.ts";

export type { LeadDeps } from "./leads.ts";
export type { PlannedLead } from "./plan.ts";
export { displayName, type LeadRecord, leadView, type SignalRecord, toLead } from "./record.ts";
export { hearSignals, type SignalParts, signalPrefix, signalWrite } from "./signals.ts";

/** The subject with what triggers and worker ask of it. */
export interface LeadSubject extends Leads {
  /** The lead that a body speaks of, with what the accepting commit has to carry; null: it names no address. */
  planFromBody(body: Json): Promise<PlannedLead | null>;
  /** The record with its versionstamp; null when it is gone. */
  load(id: string): Promise<Entry<LeadRecord> | null>;
}

/** Leads and their signals over the store (contract: `Leads`). Lists run by creation, newest first. */
export function createLeads(deps: LeadDeps): LeadSubject {
  const { store } = deps;
  return {
    list: (paging) => listLeads(store, paging),
    create: (input, options) => createLead(deps, input, options),
    async get(id): Promise<Lead> {
      return toLead((await loadLead(store, id)).value);
    },
    update: (id, patch) => updateLead(deps, id, patch),
    remove: (id) => removeLead(deps, id),
    signal: (id, input, options) => signalLead(deps, id, input, options),
    signals: (id, paging) => listSignals(store, id, paging),
    planFromBody: (body) => planFromBody(deps, body),
    load: (id) => store.get<LeadRecord>(keys.lead(id)),
  };
}
