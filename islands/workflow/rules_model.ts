import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";
import { endOf, endValuesOf } from "./end_values.ts";
import type { EndValues } from "./end_values.ts";
import { rateOf, rateValuesOf } from "./rate_values.ts";
import type { RateValues } from "./rate_values.ts";
import { numberOf } from "./typed.ts";
import { windowOf, windowValuesOf } from "./window_values.ts";
import type { WindowValues } from "./window_values.ts";

/** What the form of the rules holds: numbers as they were typed. */
export interface RuleValues {
  mode: NonNullable<WorkflowSettings["enrolment"]>["mode"];
  days: string;
  most: string;
  countWaiting: boolean;
  rates: readonly RateValues[];
  window: WindowValues;
  goals: readonly EndValues[];
  exits: readonly EndValues[];
}

export const MODES: readonly { mode: RuleValues["mode"]; label: string }[] = [
  { mode: "always", label: "Every time" },
  { mode: "once", label: "Once, ever" },
  { mode: "once_after_exit", label: "Again only after the last execution has ended" },
  { mode: "every", label: "At most once in a number of days" },
];

export function valuesOf(settings: WorkflowSettings): RuleValues {
  const { enrolment, limits, sendWindow, goals = [], exits = [] } = settings;
  return {
    mode: enrolment?.mode ?? "always",
    days: enrolment?.mode === "every" ? String(enrolment.days) : "7",
    most: limits?.maxConcurrent === undefined ? "" : String(limits.maxConcurrent),
    countWaiting: limits?.countWaiting !== false,
    rates: (limits?.rates ?? []).map(rateValuesOf),
    window: windowValuesOf(sendWindow),
    goals: goals.map(endValuesOf),
    exits: exits.map(endValuesOf),
  };
}

/** The settings with these rules, everything else as it was. What is no number is sent as typed: the answer names it. */
export function withRules(settings: WorkflowSettings, values: RuleValues): { [name: string]: unknown } {
  const { enrolment: _e, limits: _l, sendWindow: _s, goals: _g, exits: _x, ...rest } = settings;
  const { mode } = values;
  const limits = limitsOf(values);
  const sendWindow = windowOf(values.window);
  return {
    ...rest,
    ...(mode === "always"
      ? {}
      : { enrolment: mode === "every" ? { mode, days: numberOf(values.days) } : { mode } }),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...(sendWindow ? { sendWindow } : {}),
    ...(values.goals.length > 0 ? { goals: values.goals.map(endOf) } : {}),
    ...(values.exits.length > 0 ? { exits: values.exits.map(endOf) } : {}),
  };
}

function limitsOf({ most, countWaiting, rates }: RuleValues): { [name: string]: unknown } {
  const typed = most.trim();
  return {
    ...(typed === "" ? {} : { maxConcurrent: numberOf(typed) }),
    ...(typed === "" || countWaiting ? {} : { countWaiting }),
    ...(rates.length > 0 ? { rates: rates.map(rateOf) } : {}),
  };
}
