import type { WorkflowSettings } from "../../engine/schemas/workflow.ts";

/** What the form of the rules holds: numbers as they were typed. */
export interface RuleValues {
  mode: NonNullable<WorkflowSettings["enrolment"]>["mode"];
  days: string;
  most: string;
  countWaiting: boolean;
}

export const MODES: readonly { mode: RuleValues["mode"]; label: string }[] = [
  { mode: "always", label: "Every time" },
  { mode: "once", label: "Once, ever" },
  { mode: "once_after_exit", label: "Again only after the last execution has ended" },
  { mode: "every", label: "At most once in a number of days" },
];

export function valuesOf({ enrolment, limits }: WorkflowSettings): RuleValues {
  return {
    mode: enrolment?.mode ?? "always",
    days: enrolment?.mode === "every" ? String(enrolment.days) : "7",
    most: limits?.maxConcurrent === undefined ? "" : String(limits.maxConcurrent),
    countWaiting: limits?.countWaiting !== false,
  };
}

/** The settings with these rules, everything else as it was. What is no number is sent as typed: the answer names it. */
export function withRules(settings: WorkflowSettings, values: RuleValues): { [name: string]: unknown } {
  const { enrolment: _enrolment, limits: _limits, ...rest } = settings;
  const { mode, countWaiting } = values;
  const most = values.most.trim();
  return {
    ...rest,
    ...(mode === "always"
      ? {}
      : { enrolment: mode === "every" ? { mode, days: numberOf(values.days) } : { mode } }),
    ...(most === ""
      ? {}
      : { limits: { maxConcurrent: numberOf(most), ...(countWaiting ? {} : { countWaiting }) } }),
  };
}

function numberOf(text: string): number | string {
  const trimmed = text.trim();
  return trimmed === "" || Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
}
