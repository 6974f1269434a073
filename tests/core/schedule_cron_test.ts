import assert from "node:assert/strict";
import { CronExpressionParser } from "cron-parser";
import { cronNext, cronProblem } from "../../engine/core/schedule_cron.ts";
import { EXPRESSIONS } from "./cron_expressions.ts";

const FROM = Date.UTC(2026, 0, 1, 0, 0, 30);
const COMPARED = 12;

/** The next occurrences; null: it is refused. */
function ours(cron: string): number[] | null {
  if (cronProblem(cron) !== null) return null;
  const found: number[] = [];
  for (let at = cronNext(cron, "UTC", FROM); at !== null && found.length < COMPARED;) {
    found.push(at);
    at = cronNext(cron, "UTC", at);
  }
  // What never comes is refused as well, by the checks of a schedule.
  return found.length > 0 ? found : null;
}

function theirs(cron: string): number[] | null {
  try {
    const times = CronExpressionParser.parse(cron, { currentDate: new Date(FROM), tz: "UTC" });
    return Array.from({ length: COMPARED }, () => times.next().getTime());
  } catch {
    return null;
  }
}

/** What docs/schedules.md lists, by expression: what each of the two takes it for. */
async function documented(): Promise<Map<string, string>> {
  const text = await Deno.readTextFile(new URL("../../docs/schedules.md", import.meta.url));
  const [, table = ""] = text.split("<!-- differences -->");
  const rows = table.matchAll(/^\|\s*`([^`]*)`\s*\|\s*(\w+)[^|]*\|\s*(\w+)[^|]*\|/gm);
  return new Map(
    [...rows].map(([, cron = "", here, there]) => [cron === "(empty)" ? "" : cron, `${here}, ${there}`]),
  );
}

Deno.test("cronNext() agrees with a second library on 200 expressions, or the difference is documented", async () => {
  assert.ok(new Set(EXPRESSIONS).size >= 200, `${new Set(EXPRESSIONS).size} expressions`);
  const differences = new Map<string, string>();
  let valid = 0;
  for (const cron of EXPRESSIONS) {
    const [here, there] = [ours(cron), theirs(cron)];
    if (here) valid++;
    if (JSON.stringify(here) === JSON.stringify(there)) continue;
    const word = (times: number[] | null, other: number[] | null): string =>
      times === null ? "refused" : other === null ? "accepted" : "otherwise";
    differences.set(cron, `${word(here, there)}, ${word(there, here)}`);
  }
  assert.ok(valid > 100 && EXPRESSIONS.length - valid > 50, `${valid} of ${EXPRESSIONS.length} are valid`);
  assert.deepEqual(differences, await documented());
});

Deno.test("cronNext() a nickname is what it stands for, in any letters", () => {
  assert.equal(cronNext("@Weekly", "UTC", FROM), cronNext("0 0 * * 0", "UTC", FROM));
  assert.throws(() => cronNext("0 0 9 * * *", "UTC", FROM), RangeError);
});
