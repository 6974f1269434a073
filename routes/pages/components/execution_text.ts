import type { Execution, Step } from "../../../engine/schemas/execution.ts";
import { leadName } from "./lead_name.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";
import { executionText, startedWords, stepText } from "./step_words.ts";
import type { Clock } from "./step_words.ts";
import { exactTime } from "./time_words.ts";

/** An execution as a colleague reads it in a mail or a ticket: plain text, without inputs and outputs. */
export function executionAsText(execution: Execution, clock: Clock, url: string): string {
  const { workflowName, version, status, lead, startedAt, createdAt, id } = execution;
  const at = exactTime(startedAt ?? createdAt, clock.zone ?? "UTC");
  const by = startedWords(execution, clock.now).replace(/^(\S+) .* by /, "$1 by ");
  const ahead = execution.steps.filter((step) => step.status === "pending");
  return [
    `${workflowName} v${version}`,
    told(STATUS_LOOK[status].word, executionText(execution, clock)),
    ...(lead ? [`Lead: ${leadName(lead)}${lead.name && lead.email ? ` <${lead.email}>` : ""}`] : []),
    `${by[0]!.toUpperCase()}${by.slice(1)}, ${at}`,
    `${url}/executions/${id}`,
    "",
    ...execution.steps.filter((step) => step.status !== "pending").map((step) => lineOf(step, clock)),
    ...(ahead.length > 0 ? [`Not started: ${ahead.map(({ label }) => label).join(", ")}`] : []),
  ].join("\n");
}

function lineOf(step: Step, clock: Clock): string {
  const attempts = step.attempts > 1 && !step.approval ? ` (attempt ${step.attempts})` : "";
  return `- ${step.label}: ${told(STATUS_LOOK[step.status].word, stepText(step, clock))}${attempts}`;
}

function told(word: string, text: string): string {
  return text === "" ? word : /^(in|until|for|by|held) /.test(text) ? `${word} ${text}` : `${word} — ${text}`;
}
