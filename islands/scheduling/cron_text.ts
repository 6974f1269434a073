import { CRON_NICKNAMES } from "../../engine/core/cron_nicknames.ts";

/** The five fields of a cron expression, in their order. */
export const CRON_FIELDS = [
  { key: "minute", label: "Minute", range: "0–59" },
  { key: "hour", label: "Hour", range: "0–23" },
  { key: "day", label: "Day", range: "1–31, L" },
  { key: "month", label: "Month", range: "1–12, JAN" },
  { key: "weekday", label: "Weekday", range: "0–6, MON" },
] as const;

/** What a new schedule begins with. */
export const FIRST_CRON = "0 9 * * *";
export const FIRST_ZONE = "Europe/Zurich";

export const PRESETS: readonly { cron: string; label: string }[] = [
  { cron: "0 * * * *", label: "Every hour" },
  { cron: "0 9 * * *", label: "Every day, 09:00" },
  { cron: "0 9 * * 1-5", label: "Weekdays, 09:00" },
  { cron: "0 0 * * 0", label: "Sundays, 00:00" },
  { cron: "0 0 1 * *", label: "1st of the month" },
];

/** The five fields of what is typed, a nickname written out; what is missing is empty. */
export function fieldsOf(cron: string): string[] {
  const trimmed = cron.trim();
  const parts = (CRON_NICKNAMES.get(trimmed.toLowerCase()) ?? trimmed).split(/\s+/);
  return CRON_FIELDS.map((_, i) => parts[i] ?? "");
}

/** The expression with another text in one field; an emptied one is `*`, as a field must say something. */
export function withField(cron: string, index: number, text: string): string {
  const typed = text.replace(/\s+/g, "");
  return fieldsOf(cron).map((field, i) => (i === index ? typed : field) || "*").join(" ");
}

/** Is it written with one blank between its fields like this one? */
export function isSameCron(cron: string, other: string): boolean {
  return cron.trim().split(/\s+/).join(" ") === other;
}
