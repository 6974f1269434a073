import { ScheduleDefinition } from "../schemas/schedule.ts";
import { defineNode } from "./define.ts";

/** Starts at times: by a cron expression, every so often, or at dates. `trigger.body` is its input. */
export default defineNode({
  type: "trigger_schedule",
  version: 1,
  kind: "trigger",
  title: "Schedule",
  description: "Starts at times: every weekday at nine, every two hours, or at dates.",
  help: [
    "Starts at times of your choice, on the clock of a time zone. It begins with the next publish; under Schedules it is changed, paused and run at once.",
    "Example: cron “0 9 * * 1-5” in Europe/Zurich starts every weekday at 09:00.",
    "Its input is {{ trigger.body }}, the planned time {{ trigger.scheduledAt }}. An e-mail address in the input finds the lead or makes it.",
    "What is missed while nothing runs is made up once, unless you choose otherwise. When clocks change, a time that they skip comes right after the gap, and a time that they show twice comes once.",
  ].join("\n\n"),
  category: "triggers",
  keywords: ["cron", "timer", "daily", "weekly", "time"],
  icon: "calendar-clock",
  config: ScheduleDefinition,
  example: { kind: "cron", cron: "0 9 * * *", timezone: "Europe/Zurich" },
  ports: [{ id: "out", label: "Time" }],
  summary: "{{ kind | schedule: cron, every, at, timezone }}",
  templates: {},
  check: (definition, calendar) => calendar.scheduleProblems(definition),
});
