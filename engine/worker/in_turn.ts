import type { Command } from "../core/machine.ts";
import type { TurnGiven } from "../core/rate.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import { isSuspect } from "../core/suspect.ts";
import { Bodies } from "../store/bodies.ts";
import { decideOver } from "./deciding.ts";
import type { Hands } from "./hands.ts";
import { pacesOf } from "./pacing.ts";
import type { Facts } from "./run_step.ts";
import type { Surroundings } from "./surroundings.ts";
import type { CompiledVersion } from "./versions.ts";

/** What is to be decided over an execution in hand. */
export interface Matter {
  state: ExecutionState;
  commands: readonly Command[];
  version: CompiledVersion;
  around: Surroundings;
}

export interface Decided {
  transition: Transition;
  bodies: Bodies;
  now: number;
}

type Given = ReadonlyMap<string, TurnGiven>;

/** One decision over an execution in hand; `turns` where one before it has said who asks for a turn. */
export function decideInHand(
  hands: Hands,
  { state, commands, version, around }: Matter,
  turns?: Given,
): Decided {
  const bodies = new Bodies();
  const now = hands.clock.now();
  const { target, lead, heard, children } = around;
  const known = { version, target, lead, heard, children, turns, bodies, read: around.bodies };
  return { transition: decideOver(state, commands, hands.env(now, state.id), known), bodies, now };
}

/**
 * Asks for the turns that a decision asks for. The rates are those that are live now, as with other limits: a lower one
 * counts at once, also for those that have a turn. When they cannot be had, the steps stay queued and are looked at again.
 */
export async function turnsFor(hands: Hands, matter: Matter, decided: Decided): Promise<Given> {
  const { next, asks } = decided.transition;
  try {
    const rates = (await hands.services.limits(next.workflowId))?.rates ?? [];
    const reads = rates.some(({ per }) => per === "key");
    const { around } = matter;
    const lead = around.lead ?? (reads && next.leadId ? await hands.services.lead(next.leadId) : null);
    const facts: Facts = {
      version: around.versionOf(next, matter.version),
      state: next,
      lead,
      bodies: new Map([...around.bodies, ...decided.bodies.values]),
      now: decided.now,
    };
    const given = await hands.turns.ask(asks.map((nodeId) => {
      const node = facts.version.graph.nodes[facts.version.graph.indexOf.get(nodeId)!]!;
      const { turn, deaths } = next.steps.get(nodeId) ?? {};
      return {
        executionId: next.id,
        paces: pacesOf(node, rates, facts),
        turn: turn?.at ?? null,
        alone: isSuspect({ deaths }),
        since: turn?.since ?? decided.now,
      };
    }));
    return new Map(asks.map((nodeId, i) => [nodeId, given[i]!]));
  } catch (error) {
    hands.services.log("error", "turns_failed", { executionId: next.id, error: String(error) });
    return new Map(asks.map((nodeId) => [nodeId, "room"]));
  }
}
