import { createLeads, type LeadSubject, type PlannedLead } from "../../engine/leads/mod.ts";
import { Store } from "../../engine/store/store.ts";

/** The subject over a database of its own, with a clock that tests move. */
export interface House extends AsyncDisposable {
  kv: Deno.Kv;
  store: Store;
  leads: LeadSubject;
  clock: { now: number };
  signalled: string[];
}

export async function openHouse(): Promise<House> {
  const kv = await Deno.openKv(":memory:");
  const store = new Store(kv);
  const clock = { now: Date.UTC(2026, 10, 22) };
  const signalled: string[] = [];
  let serial = 0;
  const leads = createLeads({
    store,
    now: () => clock.now,
    newId: () => `01${String(++serial).padStart(24, "0")}`,
    onSignal: (leadId) => signalled.push(leadId),
  });
  return {
    kv,
    store,
    leads,
    clock,
    signalled,
    [Symbol.asyncDispose]: () => Promise.resolve(kv.close()),
  };
}

/** Commits the plan alone, as the accepting commit would with the execution beside it. */
export async function accept(house: House, planned: PlannedLead): Promise<boolean> {
  if (!planned.write) return true;
  return (await house.store.commit({ name: "accept", ...planned.write })).ok;
}
