/**
 * A step that acts on the world and falls under a rate waits for its turn before its attempt begins. Turns are given
 * outside (worker/turns.ts): a decision says who asks, and the next one, over the same state, knows the answers.
 */
import { DAY_MS } from "../schemas/duration_units.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Draft } from "./draft.ts";
import type { GraphNode } from "./graph.ts";
import { letGo } from "./hold.ts";
import type { Pace, TurnGiven } from "./rate.ts";
import { paceSubject } from "./rate_words.ts";
import { isSettled } from "./state.ts";
import { localDate } from "./zone.ts";

/** What a step knows of its turn. Epoch ms. */
export interface Turn {
  /** Null: the turns are given anew. */
  at: number | null;
  /** When it asked first: who asked earlier goes first. */
  since: number;
}

/** May this queued step not begin yet? Then it asks, or is held until its turn. */
export function awaitsTurn(draft: Draft, node: GraphNode): boolean {
  if (!draft.graph.rated || node.kind !== "effect") return false;
  const given = draft.env.turns?.get(node.id);
  if (given === undefined) draft.asks.push(node.id);
  else if (given === "start") {
    const { turn, ...step } = draft.step(node);
    if (turn) draft.put(node, "queued", step);
    return false;
  } else if (given !== "room") holdUntil(draft, node, given);
  return true;
}

/** Steps whose turn has come ask to begin; those that reach a person only where what led to them still does. */
export function callUp(draft: Draft): void {
  const { state, env: { now } } = draft;
  if (!state.statuses.includes("waiting") || isSettled(state) || state.cancelling) return;
  const due = draft.withStatus("waiting").filter((node) => {
    const { waitingFor, wakeAt } = draft.step(node);
    return waitingFor?.kind === "rate" && (wakeAt ?? now) <= now;
  });
  letGo(draft, due.filter((node) => node.reaches), "Its turn has come");
  for (const node of due) {
    if (node.reaches) continue;
    const { wakeAt: _wakeAt, waitingFor: _waitingFor, reason: _reason, ...step } = draft.step(node);
    draft.put(node, "queued", step);
  }
}

function holdUntil(draft: Draft, node: GraphNode, { at, pace }: Exclude<TurnGiven, string>): void {
  const step = draft.step(node);
  const reason = turnReason(pace, { at, now: draft.env.now, zone: draft.graph.timezone });
  const turn = { at, since: step.turn?.since ?? draft.env.now };
  draft.put(node, "waiting", { ...step, wakeAt: at, waitingFor: { kind: "rate" }, reason, turn });
  draft.event("waiting", node, { step: "waiting", message: reason.text, reason, until: at });
}

/** "Waiting — 10 a minute to api.example.com, about 14:03:20 UTC". */
function turnReason(pace: Pace, { at, now, zone }: { at: number; now: number; zone: string }): Reason {
  const { per, count, periodMs, record: [, , value] } = pace;
  const local = localDate(at, zone);
  const time = local.toISOString().slice(11, 19);
  const day = at - now < DAY_MS && local.getUTCDate() === localDate(now, zone).getUTCDate()
    ? ""
    : `${local.toISOString().slice(0, 10)} `;
  const limit = paceSubject(pace);
  return {
    code: "rate",
    text: `Waiting — ${limit}, about ${day}${time} ${zone === "UTC" ? zone : `in ${zone}`}`,
    data: { limit, per, value, count, periodMs, expectedStart: new Date(at).toISOString() },
  };
}

/** The rates have changed, or others have left the line: whoever waits for its turn asks again. */
export function askAnew(draft: Draft): void {
  for (const node of draft.withStatus("waiting")) {
    const step = draft.step(node);
    if (step.waitingFor?.kind !== "rate") continue;
    const { wakeAt: _wakeAt, waitingFor: _waitingFor, reason: _reason, ...rest } = step;
    draft.put(node, "queued", { ...rest, turn: { at: null, since: step.turn?.since ?? draft.env.now } });
  }
}
