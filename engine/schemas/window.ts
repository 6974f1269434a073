import { z } from "zod";
import type { ScheduleDefinition } from "./schedule.ts";
import { WEEKDAYS } from "./weekday.ts";

export const Weekday = z.enum(WEEKDAYS);
export type Weekday = z.infer<typeof Weekday>;

export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 09:00");

/** Days: one, or the same of every year. */
export const Holidays = z.array(
  z.string().regex(
    /^(20\d\d-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
    "2026-12-25, or 12-25 for every year",
  ),
).max(400);

const hours = {
  days: z.array(Weekday).max(7).meta({ title: "Days", description: "On which it opens." }),
  from: TimeOfDay.meta({ title: "From", description: "Such as 09:00, on the zone's clock." }),
  to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time such as 17:00, or 24:00").meta({
    title: "To",
    description: "Such as 17:00; before `from`: it closes on the following day. 24:00 is the day's end.",
  }),
  holidays: Holidays.optional().meta({
    title: "Holidays",
    description: "Days on which it stays closed: 2026-12-25 once, 12-25 every year.",
  }),
};

/** When something is open, on a clock that is told apart. What this shape cannot say is in core/window.ts. */
export const Hours = z.strictObject(hours).meta({ title: "Window", format: "window" });
export type Hours = z.infer<typeof Hours>;

/** The hours and whose clock they are read on. */
export const Window = z.strictObject({
  ...hours,
  zone: z.string().max(64).optional().meta({
    title: "Time zone",
    description: "Such as Europe/Zurich, or `lead` for the lead's own. Empty: the workflow's.",
    format: "timezone",
  }),
}).meta({ id: "Window" });
export type Window = z.infer<typeof Window>;

/** Zones and their clocks, for nodes that wait. Pure; moments are epoch ms. */
export interface Calendar {
  /** An IANA name such as Europe/Zurich, or UTC? */
  isZone(name: string): boolean;
  /** The moment of an ISO text; without an offset it is read on the zone's clock. Null: there is no such date. */
  read(text: string, zone: string): number | null;
  /** "Tue 1 Dec 2026, 09:00" on the zone's clock; seconds only where there are some. */
  words(at: number, zone: string): string;
  /** The first moment from `at` on when it is open; null: not within two years. */
  nextOpen(hours: Hours, at: number, zone: string): number | null;
  /** The next moment after `after` at which the zone's clock shows this day and time. */
  nextWeekday(day: Weekday, time: string, after: number, zone: string): number;
  /** "Mon–Fri 09:00–17:00" */
  hoursInWords(hours: Hours): string;
  /** What keeps a schedule from ever firing. */
  scheduleProblems(definition: ScheduleDefinition): { path: string; message: string; accepted?: string }[];
  /** What keeps these hours from ever opening. */
  problems(hours: Hours): { path: string; message: string; accepted?: string }[];
}
