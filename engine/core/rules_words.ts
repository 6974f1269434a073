import type { EndRule, WorkflowSettings } from "../schemas/workflow.ts";
import { conditionWords } from "./condition_words.ts";
import { enrolmentSentence, limitsSentence } from "./enrolment.ts";
import { rateSentence } from "./rate_words.ts";
import { windowInWords } from "./window.ts";

/** What a goal completes, and an exit cancels, in mid-wait. */
export type EndKind = "goal" | "exit";

/** `Reached "Booked" when meeting.booked comes and score ≥ 70: it is completed.` */
export function endSentence(rule: EndRule, kind: EndKind): string {
  const when = [
    rule.signal === undefined ? "" : `${rule.signal} comes`,
    rule.when === undefined ? "" : conditionWords(rule.when),
  ].filter(Boolean).join(" and ");
  return kind === "goal"
    ? `Goal “${rule.name}”: completed when ${when}.`
    : `Exit “${rule.name}”: cancelled when ${when}.`;
}

/** Every rule of a workflow as a sentence, in the order in which they act. `nameOf` says what people call a node. */
export function rulesSentences(settings: WorkflowSettings, nameOf: (nodeId: string) => string): string[] {
  const { enrolment, limits, sendWindow, timezone, goals = [], exits = [] } = settings;
  return [
    enrolmentSentence(enrolment),
    limitsSentence(limits),
    ...(limits?.rates ?? []).map((rate) => rateSentence(rate, nameOf)),
    ...(sendWindow ? [windowSentence(windowInWords(sendWindow, timezone))] : []),
    ...goals.map((rule) => endSentence(rule, "goal")),
    ...exits.map((rule) => endSentence(rule, "exit")),
  ];
}

function windowSentence(window: string): string {
  return `Reaches people ${window}. At other times such steps are held, and what led to them is decided anew.`;
}
