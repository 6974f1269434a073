import { words } from "../core/words.ts";
import type { AlertKind, AlertRuleInput } from "../schemas/alert.ts";

/** A rule as a sentence. */
export function ruleInWords(rule: AlertRuleInput): string {
  switch (rule.kind) {
    case "failure_rate":
      return `${rule.percent} % or more of at least ${rule.runs} runs failed within ${rule.minutes} minutes`;
    case "streak":
      return `${rule.count} runs failed in a row`;
    case "missed":
      return "A scheduled run should have happened and did not";
    case "late":
      return `What fell due ${words(rule.seconds * 1_000)} ago has not begun`;
    case "silence":
      return `Nobody entered for ${rule.hours} hours, after a week in which somebody did on ${
        rule.days === 1 ? "a day" : `${rule.days} days`
      } or more`;
    case "unsent":
      return `${counted(rule.count, "send")} failed within ${rule.minutes} minutes`;
    case "uncertain":
      return rule.count === 1
        ? "Nobody knows whether a message arrived"
        : `Of ${rule.count} messages nobody knows whether they arrived`;
  }
}

interface About {
  workflow: string;
  numbers: { [name: string]: number };
  /** In words: "401 from api.example.com". */
  cause: string | null;
  text?: string | undefined;
}

/** What an incident says: its title, and a sentence more. */
export function incidentInWords(kind: AlertKind, about: About): { title: string; detail: string } {
  const { workflow, numbers: n, cause } = about;
  const why = cause ? `The last one: ${cause}.` : "";
  switch (kind) {
    case "failure_rate":
      return {
        title: `${n.percent} % of the runs of ${workflow} fail`,
        detail: joined(`${n.failed} of ${n.ended} failed within ${n.minutes} minutes.`, why),
      };
    case "streak":
      return {
        title: `${n.count} runs of ${workflow} failed in a row`,
        detail: joined(`${n.count} so far, and none completed between them.`, why),
      };
    case "missed":
      return { title: `A scheduled run of ${workflow} did not happen`, detail: about.text ?? "" };
    case "late":
      return {
        title: "What is due does not begin",
        detail: `The oldest has waited for ${
          words((n.seconds ?? 0) * 1_000)
        }: there is more to do than the processes get done, or none of them works.`,
      };
    case "silence":
      return {
        title: `Nobody has entered ${workflow} for ${n.hours} hours`,
        detail: `In the week before somebody did on ${
          counted(n.days ?? 0, "day")
        }. Does its trigger still arrive?`,
      };
    case "unsent":
      return {
        title: `${counted(n.count ?? 0, "message")} of ${workflow} could not be sent`,
        detail: joined(`Within ${n.minutes} minutes.`, why),
      };
    case "uncertain":
      return {
        title: n.count === 1
          ? "Nobody knows whether a message arrived"
          : `Nobody knows whether ${n.count} messages arrived`,
        detail: `${n.count} ${
          n.count === 1 ? "waits" : "wait"
        } in the inbox until somebody says whether it was received.`,
      };
  }
}

/** What showed that it is over. */
export const RECOVERIES: { readonly [kind in AlertKind]: string } = {
  failure_rate: "Runs complete again",
  streak: "A run completed",
  missed: "A scheduled run has happened since",
  late: "What is due begins in time again",
  silence: "Somebody has entered",
  unsent: "No send has failed since",
  uncertain: "Somebody has said of each whether it arrived",
};

export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(" ");
}
