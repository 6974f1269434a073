/** What the forms of alerts know of rules and channels: pure. */
import type { AlertChannel, AlertKind, AlertRule } from "../../engine/schemas/alert.ts";

interface NumberField {
  name: string;
  label: string;
  least: number;
  most: number;
  /** What it is when nothing is typed. */
  usual: number;
}

interface KindLook {
  words: string;
  fields: readonly NumberField[];
  /** About the house and not about one workflow. */
  ofHouse: boolean;
}

const minutes: NumberField = {
  name: "minutes",
  label: "Within so many minutes",
  least: 5,
  most: 60,
  usual: 15,
};

/** Each kind with the numbers that it takes, as engine/schemas/alert.ts accepts them. */
export const KINDS: { readonly [kind in AlertKind]: KindLook } = {
  failure_rate: {
    words: "Many of its runs fail",
    fields: [
      { name: "percent", label: "Percent that failed, or more", least: 1, most: 100, usual: 20 },
      { name: "runs", label: "Of so many runs at least", least: 1, most: 100_000, usual: 10 },
      minutes,
    ],
    ofHouse: false,
  },
  streak: {
    words: "Runs fail in a row",
    fields: [{ name: "count", label: "Runs in a row", least: 2, most: 50, usual: 3 }],
    ofHouse: false,
  },
  missed: { words: "A scheduled run did not happen", fields: [], ofHouse: false },
  late: {
    words: "What is due does not begin",
    fields: [{ name: "seconds", label: "Late by so many seconds", least: 30, most: 3_600, usual: 60 }],
    ofHouse: true,
  },
  silence: {
    words: "Nobody enters any more",
    fields: [
      { name: "hours", label: "For so many hours", least: 1, most: 168, usual: 24 },
      { name: "days", label: "After a week with somebody on so many days", least: 1, most: 7, usual: 3 },
    ],
    ofHouse: false,
  },
  unsent: {
    words: "Messages cannot be sent",
    fields: [{ name: "count", label: "Messages", least: 1, most: 10_000, usual: 3 }, minutes],
    ofHouse: false,
  },
  uncertain: {
    words: "Nobody knows whether messages arrived",
    fields: [{ name: "count", label: "Messages", least: 1, most: 1_000, usual: 1 }],
    ofHouse: true,
  },
};

/** A rule's numbers as they are typed. */
export function numbersOf(rule: AlertRule | null): { [name: string]: string } {
  if (!rule) return {};
  return Object.fromEntries(
    Object.entries(rule).flatMap(([name, value]) => typeof value === "number" ? [[name, String(value)]] : []),
  );
}

/** A channel that nobody has filled in yet; its id is free among the others. */
export function freshChannel(kind: AlertChannel["kind"], others: readonly { id: string }[]): AlertChannel {
  let id: string = kind;
  for (let n = 2; others.some((one) => one.id === id); n++) id = `${kind}-${n}`;
  switch (kind) {
    case "email":
      return { id, kind, to: [] };
    case "slack":
      return { id, kind, webhook: { secret: "slack_webhook" }, host: "hooks.slack.com" };
    case "webhook":
      return { id, kind, url: "" };
  }
}
