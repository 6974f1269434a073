import type { JSX } from "preact";
import { OP_WORDS } from "../../../engine/core/condition_words.ts";
import type { Comparison } from "../../../engine/schemas/condition.ts";
import type { Failure, Reason, Step } from "../../../engine/schemas/execution.ts";
import type { Json } from "../../../engine/schemas/json.ts";
import { Icon } from "./icon.tsx";
import { JsonTree } from "./json_tree.tsx";
import { clockTime } from "./step_words.ts";
import type { Clock } from "./step_words.ts";
import { durationWords, exactTime } from "./time_words.ts";

interface Compared {
  field: string;
  op: string;
  wanted: string;
  found: string;
  pass: boolean;
}

/** The comparisons that a reason carries; empty when it is not about a condition. */
export function comparisonsOf(reason: Reason | null): Compared[] {
  return comparisonsIn(reason?.data);
}

/** A step that was skipped carries the reason of the decision that went elsewhere. */
function comparisonsIn(data: Json | undefined): Compared[] {
  if (typeof data !== "object" || data === null || Array.isArray(data)) return [];
  const list = data.comparisons;
  return Array.isArray(list) ? list.flatMap(comparedOf) : comparisonsIn(data.reason);
}

function comparedOf(one: Json): Compared[] {
  if (typeof one !== "object" || one === null || Array.isArray(one)) return [];
  const { field, op, value, actual, pass } = one;
  if (typeof field !== "string" || typeof op !== "string" || typeof pass !== "boolean") return [];
  return [{
    field,
    op: isOp(op) ? OP_WORDS[op] : op,
    wanted: value === null || value === undefined ? "" : show(value),
    found: actual === null || actual === undefined ? "missing" : show(actual),
    pass,
  }];
}

function isOp(op: string): op is Comparison["op"] {
  return Object.hasOwn(OP_WORDS, op);
}

function show(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Why a step is as it is: in words, and the values that were compared. */
export function StepReason({ reason }: { reason: Reason }): JSX.Element {
  const compared = comparisonsOf(reason);
  return (
    <section aria-label="Reason" class="grid gap-2">
      <p>{reason.text}</p>
      {compared.length === 0 ? null : (
        <div class="overflow-x-auto">
          <table class="w-full text-left text-sm" aria-label="What was compared">
            <thead class="text-soft">
              <tr>
                {["Field", "", "Wanted", "Found", "Met"].map((head, i) => (
                  <th key={head} scope="col" class="py-1 pr-4 font-medium">
                    {i === 1 ? <span class="sr-only">Operator</span> : head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {compared.map((one) => <ComparedRow key={`${one.field} ${one.op} ${one.wanted}`} one={one} />)}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function ComparedRow({ one }: { one: Compared }): JSX.Element {
  return (
    <tr class="border-t border-line align-top">
      <td class="mono py-1.5 pr-4">{one.field}</td>
      <td class="py-1.5 pr-4 whitespace-nowrap text-soft">{one.op}</td>
      <td class="mono py-1.5 pr-4 break-words">{one.wanted}</td>
      <td class="mono py-1.5 pr-4 break-words">{one.found}</td>
      <td class="py-1.5 text-status" data-status={one.pass ? "running" : "failed"}>
        <Icon name={one.pass ? "check" : "x"} size={15} label={one.pass ? "Yes" : "No"} />
      </td>
    </tr>
  );
}

/** What went wrong: words first, then what a person who mends it needs. */
export function StepFailure({ failure }: { failure: Failure }): JSX.Element {
  return (
    <div class="notice" data-tone="bad" role="note" aria-label="Failure">
      <Icon name="alert" size={18} class="mt-0.5 shrink-0" />
      <div class="min-w-0 flex-1">
        <p class="font-medium break-words">{failure.message}</p>
        <p class="text-soft">{failureFacts(failure)}</p>
        {failure.details === undefined ? null : <JsonTree value={failure.details} open={1} />}
      </div>
    </div>
  );
}

function failureFacts({ code, status, host, retryable }: Failure): string {
  return [
    `code ${code}`,
    status === undefined ? "" : `status ${status}`,
    host ? `from ${host}` : "",
    retryable === false ? "trying again does not help" : "",
  ].filter(Boolean).join(" · ");
}

/** Attempts that failed, the one under way and the one that succeeded, with what was answered. */
export function StepTries({ step, clock }: { step: Step; clock: Clock }): JSX.Element | null {
  const { tries } = step;
  // The failure of the only attempt has been told.
  if (!tries.some((one) => one.failure !== null) || step.failure && step.attempts < 2) return null;
  return (
    <section aria-label="Attempts" class="grid gap-1">
      <h3 class="font-medium">Attempts</h3>
      <ol class="grid gap-1">
        {tries.map((one) => <TryLine key={one.number} one={one} clock={clock} />)}
        {step.status === "completed" ? <li class="text-sm">{`${step.attempts}. succeeded`}</li> : null}
      </ol>
    </section>
  );
}

function TryLine({ one, clock }: { one: Step["tries"][number]; clock: Clock }): JSX.Element {
  const took = (one.endedAt === null ? clock.now : Date.parse(one.endedAt)) - Date.parse(one.startedAt);
  return (
    <li class="flex flex-wrap gap-x-3 text-sm">
      <span class="tabular-nums font-medium">{`${one.number}.`}</span>
      <time class="text-soft" dateTime={one.startedAt} title={exactTime(one.startedAt, clock.zone ?? "UTC")}>
        {clockTime(one.startedAt, clock.zone ?? "UTC")}
      </time>
      <span class="tabular-nums text-soft">{durationWords(took)}</span>
      {one.failure === null
        ? <span>under way</span>
        : (
          <span class="min-w-0 break-words text-status" data-status="failed">
            {one.failure.message}
            <span class="text-soft">{` · ${failureFacts(one.failure)}`}</span>
          </span>
        )}
    </li>
  );
}
