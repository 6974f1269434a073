/** Schedules: three processes, three zones, two years, outages of up to three days, deaths and edits in mid-flight. */
import { chance } from "../processes/chance.ts";
import { simulateSchedules } from "../scheduling/simulation.ts";
import type { Options, Result } from "./result.ts";

const CRONS = ["30 2 * * *", "0 */8 * * *", "15,45 1-2 * * 1-5"];

export async function runSchedules({ seed }: Options): Promise<Result> {
  const counts = await simulateSchedules({
    seed: chance(seed),
    start: Date.UTC(2026, 10, 22),
    days: 731,
    outages: 40,
    deaths: 100,
    edits: 400,
    crons: CRONS,
  });
  const { schedules, expected, begun, told, doubled, missing, unexpected, early, late } = counts;
  return {
    told:
      `schedules: ${schedules} in three zones over two years on three processes, ${counts.outages} outages, ` +
      `${counts.deaths} deaths, ${counts.edits} edits at the moment of a fire: ${expected} occurrences, ` +
      `${begun} begun, ${told} told as missed, ${doubled} doubled, ${missing} missing, ` +
      `${unexpected} that nobody asked for, ${early} early, ${late} late without an outage`,
    ok: begun > 0 && begun + told === expected && doubled + missing + unexpected + early + late === 0,
  };
}
