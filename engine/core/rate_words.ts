import type { Duration } from "../schemas/duration_units.ts";
import type { Rate } from "../schemas/rate.ts";
import type { Pace } from "./rate.ts";
import { words } from "./words.ts";

const ONE: { readonly [unit in Duration["unit"]]: string } = {
  seconds: "a second",
  minutes: "a minute",
  hours: "an hour",
  days: "a day",
  weeks: "a week",
};

/** "10 a minute", "3 in 2 hours". */
export function paceInWords({ count, period }: Pick<Rate, "count" | "period">): string {
  return `${count.toLocaleString("en-US")} ${
    period.value === 1 ? ONE[period.unit] : `in ${period.value} ${period.unit}`
  }`;
}

/** Whom it is about: "api.example.com", "each host", "each lead.company". */
function rateSubject(rate: Rate): string {
  if (rate.per === "host") return rate.host ?? "each host";
  const inner = /^\{\{\s*([^{}|]+?)\s*\}\}$/.exec(rate.key)?.[1];
  return inner === undefined ? `each "${rate.key}"` : `each ${inner}`;
}

/**
 * The rate as a sentence: "At most 10 a minute to api.example.com." `nameOf` says what people call a node.
 */
export function rateSentence(rate: Rate, nameOf: (nodeId: string) => string): string {
  const to = rate.per === "host" ? "to" : "for";
  const only = rate.nodes ? `, only ${inWords(rate.nodes.map(nameOf))}` : "";
  const shared = rate.shared ? ", counted together with other workflows" : "";
  return `At most ${paceInWords(rate)} ${to} ${rateSubject(rate)}${only}${shared}.`;
}

function inWords(names: readonly string[]): string {
  if (names.length < 3) return names.join(" and ");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** The same of one host or value, as a step that waits says it: "10 a minute to api.example.com". */
export function paceSubject({ count, periodMs, per, record: [, , value] }: Pace): string {
  const often = UNITS.find(([ms]) => ms === periodMs)?.[1] ?? `in ${words(periodMs)}`;
  return `${count.toLocaleString("en-US")} ${often} ${per === "host" ? "to" : "for"} ${value}`;
}

const UNITS: readonly (readonly [ms: number, text: string])[] = [
  [1_000, "a second"],
  [60_000, "a minute"],
  [3_600_000, "an hour"],
  [86_400_000, "a day"],
  [604_800_000, "a week"],
];
