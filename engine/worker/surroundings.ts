import type { DoneChild } from "../core/children.ts";
import type { Command } from "../core/machine.ts";
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
  /** The version that it is asked to move to. */
  target: CompiledVersion | null = null;
  /** Large values that have been read or kept, by reference. */
  readonly bodies = new Map<string, Json>();

  constructor(lead: LeadFacts | null) {
    this.lead = lead;
  }

  /** Reads everything as it is now: before each decision. Where it may move, both versions are read for. */
  async refresh(
    hands: Hands,
    state: ExecutionState,
    version: CompiledVersion,
    commands: readonly Command[],
  ): Promise<void> {
    const to = wantedVersion(state, commands);
    this.target = to === null ? null : await hands.versions.get(state.workflowId, to);
    const versions = this.target ? [version, this.target] : [version];
    const { leadId } = state;
    if (leadId && versions.some(({ readsLead }) => readsLead)) this.lead = await hands.services.lead(leadId);
    if (leadId && versions.some(({ listens }) => listens)) this.heard = await hands.services.signals(leadId);
    this.children = await readChildren(hands.store, state, waitingAgain(state, version, commands));
    for (const body of versions.flatMap((each) => hands.bodiesRead(state, each))) {
      if (!this.bodies.has(body.ref)) this.bodies.set(body.ref, await readBody(hands.store, state.id, body));
    }
  }

  /** The version that a decided state is in: the one that it was in, or the one that it has moved to. */
  versionOf(state: ExecutionState, before: CompiledVersion): CompiledVersion {
    return this.target?.version === state.version ? this.target : before;
  }

  keep(bodies: ReadonlyMap<string, Json>): void {
    for (const [ref, value] of bodies) this.bodies.set(ref, value);
  }
}

/** Where it is asked to move to now, or was before; what is asked last counts. */
function wantedVersion(state: ExecutionState, commands: readonly Command[]): number | null {
  let wanted = state.migrating?.to ?? null;
  for (const command of commands) {
    const ask = command.kind === "mail" ? command.mail : command;
    if (ask.kind === "migrate" && ask.to !== state.version) wanted = ask.to;
  }
  return wanted;
}

/** Steps that may ask again for children that they have had: they are retried by hand, or wait for room since. */
function waitingAgain(
  state: ExecutionState,
  version: CompiledVersion,
  commands: readonly Command[],
): string[] {
  const isRetried = commands.some(({ kind }) => kind === "retry");
  if (!isRetried && !state.statuses.includes("queued")) return [];
  return version.graph.nodes.flatMap(({ id }, index) => {
    const status = state.statuses[index];
    const isAgain = status === "failed"
      ? isRetried
      : status === "queued" && state.steps.get(id)?.spent !== undefined;
    return isAgain ? [id] : [];
  });
}
