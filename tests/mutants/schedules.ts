import type { Mutant } from "./mutant.ts";

const simulation = { file: "tests/scheduling/simulation_test.ts" };

/** What schedules promise: once, never early, nothing lost in silence. */
export const SCHEDULES: readonly Mutant[] = [
  {
    name: "a fire does not check the schedule that it read, nor its occurrence",
    loses: "Two processes both send the morning's mail",
    edits: [
      {
        file: "engine/store/schedules.ts",
        find: "    checks: [{ key, versionstamp: before?.versionstamp ?? null }],",
        replace: "    checks: [],",
      },
      {
        file: "engine/scheduling/start.ts",
        find: "        checks: [...parts.checks, { key: keys.occurrence(id, at), versionstamp: null }],",
        replace: "        checks: parts.checks,",
      },
    ],
    noticedBy: simulation,
  },
  {
    name: "an edit does not take up what had come",
    loses: "Whoever changes a schedule at nine o'clock loses the run of nine o'clock",
    edits: [{
      file: "engine/store/schedules.ts",
      find: "    taken = found.state;",
      replace: "",
    }],
    noticedBy: { file: "tests/scheduling/edit_test.ts", filter: "what had come before the change" },
  },
  {
    name: "a time that clocks show twice comes twice",
    loses: "Leads get two mails on the last Sunday of October",
    edits: [{
      file: "engine/core/schedule_cron.ts",
      find: '    fixedTimeRule: "no-wildcard",',
      replace: "",
    }],
    noticedBy: { file: "tests/core/schedule_test.ts", filter: "shown twice comes once" },
  },
  {
    name: "a fire that failed is not followed by the next",
    loses: "A schedule dies of one failure, and nobody is told",
    edits: [{
      file: "engine/scheduling/fire.ts",
      find: 'return await this.#told(look, next, item, "failed", reason);',
      replace: "throw error;",
    }],
    noticedBy: { file: "tests/scheduling/fire_test.ts", filter: "told after five tries" },
  },
];
