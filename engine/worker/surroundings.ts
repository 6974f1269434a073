import type { DoneChild } from "../core/children.ts";
import type { ExecutionState } from "../core/state.ts";
import type { Json } from "../schemas/json.ts";
import { readBody } from "../store/bodies.ts";
import { readChildren } from "../store/children.ts";
import type { Hands } from "./hands.ts";
import { SILENCE } from "./hearing.ts";
import type { Heard, LeadFacts } from "./services.ts";
import type { CompiledVersion } from "./versions.ts";

/** What conditions, templates and waits of one execution may read beside its own state. */
export class Surroundings {
  lead: LeadFacts | null;
  heard: Heard = SILENCE;
  children: ReadonlyMap<string, readonly DoneChild[]> = new Map();
  /** Large values that have been read or kept, by reference. */
  readonly bodies = new Map<string, Json>();

  constructor(lead: LeadFacts | null) {
    this.lead = lead;
  }

  /** Reads everything as it is now: before each decision. */
  async refresh(hands: Hands, state: ExecutionState, version: CompiledVersion): Promise<void> {
    if (version.readsLead && state.leadId) this.lead = await hands.services.lead(state.leadId);
    if (version.listens && state.leadId) this.heard = await hands.services.signals(state.leadId);
    this.children = await readChildren(hands.store, state);
    for (const body of hands.bodiesRead(state, version)) {
      if (!this.bodies.has(body.ref)) this.bodies.set(body.ref, await readBody(hands.store, state.id, body));
    }
  }

  keep(bodies: ReadonlyMap<string, Json>): void {
    for (const [ref, value] of bodies) this.bodies.set(ref, value);
  }
}
