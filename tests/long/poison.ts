import { poison } from "../processes/poison.ts";
import type { Deadly } from "../processes/poison.ts";
import type { Result } from "./result.ts";

const BYSTANDERS = 1_000;
const HOWS: readonly Deadly[] = ["exit", "memory", "block", "huge"];
/** The first in the crowd, the second in a group of suspects, and three alone. */
const ATTEMPTS = 5;
/** The process that runs what is too large may be ended by another's step, in the crowd and in a group. */
const HUGE_ATTEMPTS = 3;

/** Steps that exit, exhaust memory, block the loop and put out 500 MB, among a thousand others in two processes. */
export async function runPoison(): Promise<Result> {
  const found = await poison({ bystanders: BYSTANDERS, hows: HOWS, processes: 2, slots: 8 });
  const told = found.convictions.map(({ how, status, code, attempts, inInbox }) =>
    `${how} ${status} as ${code} at attempt ${attempts}${inInbox ? ", in the inbox" : ", not in the inbox"}`
  );
  const asTold = found.convictions.every(({ how, status, code, attempts, inInbox }) => {
    const [wanted, most] = how === "huge" ? ["output_too_large", HUGE_ATTEMPTS] : ["poison", ATTEMPTS];
    return status === "failed" && code === wanted && attempts <= most && inInbox &&
      (how === "huge" || attempts === most);
  });
  return {
    told:
      `poison: ${found.completed} of ${found.accepted} bystanders completed, ${found.deaths} processes ended, ` +
      `${found.wrong.length} ran beside a suspect or were charged too often${
        found.wrong.map((line) => `\n  ${line}`).join("")
      }\n  ${told.join("; ")}`,
    ok: found.accepted === BYSTANDERS && found.completed === BYSTANDERS && found.wrong.length === 0 && asTold,
  };
}
