import { COMMITS, MAIL_AND_SIGNALS } from "./commits.ts";
import { DECISIONS, SHARES, TIME } from "./decisions.ts";
import { METRICS } from "./metrics.ts";
import type { Mutant } from "./mutant.ts";
import { PEOPLE } from "./people.ts";
import { ROUNDS } from "./rounds.ts";
import { SCHEDULES } from "./schedules.ts";
import { SUSPECTS } from "./suspects.ts";

/** What `deno task test:mutants` plants, one after the other. */
export const MUTANTS: readonly Mutant[] = [
  ...COMMITS,
  ...MAIL_AND_SIGNALS,
  ...TIME,
  ...DECISIONS,
  ...SHARES,
  ...PEOPLE,
  ...SUSPECTS,
  ...ROUNDS,
  ...SCHEDULES,
  ...METRICS,
];
