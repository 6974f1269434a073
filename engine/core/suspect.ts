/**
 * Steps during which a process ended. Who runs beside others at that moment may be innocent, so the first death only makes
 * a suspect: from then on it runs alone in its process, a death is its own, and three of these convict. An attempt that
 * comes to an end, whichever, acquits.
 */
import type { Failure, Reason } from "../schemas/execution.ts";
import type { Draft } from "./draft.ts";
import type { ExecutionState, StepState } from "./state.ts";

const SUSPECT = "suspect";
/** Deaths alone that convict. */
const CONVICTS = 3;

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
  const { deaths: _deaths, deathsAlone: _deathsAlone, alone: _alone, reason, ...rest } = step;
  return isAloneReason(reason) ? rest : { ...rest, reason };
}

/** May this step begin: is there a slot, or for a suspect the whole process? */
export function hasRoomFor(draft: Draft, step: StepState): boolean {
  const { started, env } = draft;
  if (isSuspect(step)) return started.length === 0 && draft.withStatus("running").length === 0 && env.alone();
  const [first] = started;
  return started.length < env.slots && !(first && draft.steps.get(first)?.alone);
}

/** What a suspect says while it waits for its turn, and while it runs. */
export function aloneReason({ deaths = 0, deathsAlone = 0 }: StepState): Reason {
  const often = deaths === 1 ? "once" : deaths === 2 ? "twice" : `${deaths} times`;
  return {
    code: SUSPECT,
    text: `Runs alone — the process ended while it ran, ${often} before`,
    data: { deaths, deathsAlone },
  };
}

export function isAloneReason(reason: Reason | undefined): boolean {
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

/** What the queued steps of an execution want of the process: a slot, the whole of it, or one after the other. */
export interface Wants {
  slot: boolean;
  alone: boolean;
}

export function wantsOf({ statuses, steps }: Pick<ExecutionState, "statuses" | "steps">): Wants | null {
  if (!statuses.includes("queued")) return null;
  let queued = 0;
  let suspects = 0;
  for (const status of statuses) if (status === "queued") queued++;
  for (const step of steps.values()) if (waitsForItsTurn(step)) suspects++;
  return { slot: queued > suspects, alone: suspects > 0 };
}

function waitsForItsTurn({ deaths, alone, endedAt, waitingFor, wakeAt }: StepState): boolean {
  return isSuspect({ deaths }) && !alone && endedAt === undefined && !waitingFor && wakeAt === undefined;
}
