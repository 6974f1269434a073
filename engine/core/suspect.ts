/**
 * Steps during which a process ended. Who ran beside others at that moment may be innocent, so a death in the crowd only
 * makes a suspect. Suspects of one death run in small groups, with nothing else beside them; who dies in such a group runs
 * alone in its process from then on, a death is its own, and three of these convict. An attempt that comes to an end,
 * whichever, acquits.
 */
import type { Failure, Reason } from "../schemas/execution.ts";
import type { Draft } from "./draft.ts";
import type { ExecutionState, StepState } from "./state.ts";

const SUSPECT = "suspect";
/** Deaths alone that convict. */
const CONVICTS = 3;

/** Who else may run in the process beside a step: anybody, a few suspects of one death like it, or nobody. */
export type Company = "anybody" | "few" | "nobody";

/** What its next attempt is to run beside. */
function companyOf({ deaths = 0 }: { deaths?: number | undefined }): Company {
  return deaths === 0 ? "anybody" : deaths === 1 ? "few" : "nobody";
}

/** What its present attempt runs beside. */
export function runsBeside({ alone, few }: Pick<StepState, "alone" | "few">): Company {
  return alone ? "nobody" : few ? "few" : "anybody";
}

/** Suspects in a group: with as many groups as members, a death costs the fewest turns whether one of them is guilty or none. */
export function fewOf(slots: number): number {
  return Math.ceil(Math.sqrt(slots));
}

export function isSuspect(step: { deaths?: number | undefined }): boolean {
  return (step.deaths ?? 0) > 0;
}

/** The step after one death more. */
export function charged(step: StepState): StepState {
  const deathsAlone = (step.deathsAlone ?? 0) + (step.alone ? 1 : 0);
  return { ...step, deaths: (step.deaths ?? 0) + 1, ...(deathsAlone ? { deathsAlone } : {}) };
}

export function isConvicted({ deathsAlone = 0 }: StepState): boolean {
  return deathsAlone >= CONVICTS;
}

/** The step once an attempt of it has ended by itself: its process has outlived it. */
export function acquitted(step: StepState): StepState {
  const { deaths: _deaths, deathsAlone: _deathsAlone, alone: _alone, few: _few, reason, ...rest } = step;
  return isSuspectReason(reason) ? rest : { ...rest, reason };
}

/** May this step begin: is there a slot, a place in a group, or for who runs alone the whole process? */
export function hasRoomFor(draft: Draft, step: StepState): boolean {
  const { started, env } = draft;
  const company = companyOf(step);
  if (company === "anybody") {
    const [first] = started;
    return started.length < env.slots && !(first && isSuspect(draft.steps.get(first) ?? {}));
  }
  const running = draft.withStatus("running");
  if (company === "nobody") return running.length === 0 && env.alone();
  return running.every((node) => draft.step(node).few) && started.length < env.few();
}

/** A queued step as it begins: a suspect says beside whom it runs, and why. */
export function beginning(step: StepState): StepState {
  const company = companyOf(step);
  if (company === "anybody") return step;
  return { ...step, ...(company === "few" ? { few: true } : { alone: true }), reason: suspectReason(step) };
}

/** How a suspect will run, in a sentence about it. */
export function suspectManner(step: StepState): string {
  return companyOf(step) === "few" ? "beside a few others" : "alone";
}

/** What a suspect says while it waits for its turn, and while it runs. */
export function suspectReason(step: StepState): Reason {
  const { deaths = 0, deathsAlone = 0 } = step;
  const often = deaths === 1 ? "once" : deaths === 2 ? "twice" : `${deaths} times`;
  return {
    code: SUSPECT,
    text: `Runs ${suspectManner(step)} — the process ended while it ran, ${often} before`,
    data: { deaths, deathsAlone },
  };
}

export function isSuspectReason(reason: Reason | undefined): boolean {
  return reason?.code === SUSPECT;
}

export function conviction({ deaths = 0, deathsAlone = 0 }: StepState): Failure {
  return {
    code: "poison",
    message:
      `${deaths} processes ended while this step ran, ${deathsAlone} of them with nothing else running. ` +
      `Look at what it works on; Retry runs it once more, alone`,
    retryable: false,
  };
}

/** What the queued steps of an execution want of the process: a slot, a place in a group, or the whole of it. */
export interface Wants {
  slot: boolean;
  few: boolean;
  alone: boolean;
}

export function wantsOf({ statuses, steps }: Pick<ExecutionState, "statuses" | "steps">): Wants | null {
  if (!statuses.includes("queued")) return null;
  let others = 0;
  for (const status of statuses) if (status === "queued") others++;
  const wants = { slot: false, few: false, alone: false };
  for (const step of steps.values()) {
    if (!waitsForItsTurn(step)) continue;
    others--;
    if (companyOf(step) === "few") wants.few = true;
    else wants.alone = true;
  }
  return { ...wants, slot: others > 0 };
}

function waitsForItsTurn({ deaths, alone, few, endedAt, waitingFor, wakeAt }: StepState): boolean {
  return isSuspect({ deaths }) && !alone && !few && endedAt === undefined && !waitingFor &&
    wakeAt === undefined;
}
