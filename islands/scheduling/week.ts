/** One schedule on one day. */
export interface WeekLine {
  scheduleId: string;
  /** Its name, else its workflow's. */
  name: string;
  workflowId: string;
  nodeId: string;
  /** `09:00` on the calendar's clock, at most three of them. */
  times: string[];
  /** How often on that day; null: more than an hour each. */
  count: number | null;
  /** In words, without the zone. */
  description: string;
}

export interface WeekDay {
  /** `2026-11-23` on the calendar's clock. */
  date: string;
  /** "Mon 23 Nov" */
  title: string;
  lines: WeekLine[];
}

/** What comes in seven days, by the days of one zone. */
export interface Week {
  zone: string;
  days: WeekDay[];
  /** More schedules than are looked at: the number that is shown. */
  cutAt: number | null;
}
