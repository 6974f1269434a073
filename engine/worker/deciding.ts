import type { DoneChild } from "../core/children.ts";
import type { Env } from "../core/draft.ts";
import { decide } from "../core/machine.ts";
import type { Command } from "../core/machine.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import type { Json } from "../schemas/json.ts";
import type { Bodies } from "../store/bodies.ts";
import { evaluatePure, recipientOf, ruleHolds } from "./run_step.ts";
import type { Facts } from "./run_step.ts";
import type { Heard, LeadFacts } from "./services.ts";
import { targetOf } from "./versions.ts";
import type { CompiledVersion } from "./versions.ts";

/** What a process brings to a decision: its time, its name, its free slots. */
export type OwnEnv = Omit<
  Env,
  | "turns"
  | "leadZone"
  | "recipient"
  | "evaluate"
  | "keep"
  | "signals"
  | "matches"
  | "children"
  | "maySpawn"
  | "target"
>;

/** What is known of one execution's world when it is decided. */
export interface Known {
  version: CompiledVersion;
  /** The version that it may move to. */
  target?: CompiledVersion | null;
  lead: LeadFacts | null;
  heard: Heard;
  /** Children that have settled; null: none may be created with this transition. */
  children: ReadonlyMap<string, readonly DoneChild[]> | null;
  /** What steps that asked for a turn were given. */
  turns?: Env["turns"];
  /** Values that this decision keeps. */
  bodies: Bodies;
  /** Values that were kept before. */
  read: ReadonlyMap<string, Json>;
}

/** One decision over what is known: the same for an execution that is accepted and for one in hand. */
export function decideOver(
  state: ExecutionState,
  commands: readonly Command[],
  env: OwnEnv,
  known: Known,
): Transition {
  const { version, target } = known;
  const at = envOver(version, env, known);
  if (!target) return decide(state, version.graph, commands, at);
  return decide(state, version.graph, commands, {
    ...at,
    target: { ...targetOf(target), env: envOver(target, env, known) },
  });
}

/** What may be known of the world by an execution that is in this version. */
function envOver(version: CompiledVersion, env: OwnEnv, known: Known): Env {
  const { lead, heard, children, bodies, read, turns } = known;
  const facts = (present: ExecutionState): Facts => {
    const all = bodies.values.size === 0 ? read : new Map([...read, ...bodies.values]);
    return { version, state: present, lead, bodies: all, now: env.now };
  };
  return {
    ...env,
    turns,
    leadZone: lead?.timezone,
    recipient: (node, present) => recipientOf(node, facts(present)),
    evaluate: (node, present) => evaluatePure(node, facts(present)),
    keep: (value, ref) => bodies.keep(value, ref),
    signals: heard.signals,
    children: children ?? new Map(),
    maySpawn: children !== null,
    matches: (condition, { state: present, ...about }) => ruleHolds(condition, about, facts(present)),
  };
}
