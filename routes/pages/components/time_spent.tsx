import type { JSX } from "preact";
import type { Execution, Step } from "../../../engine/schemas/execution.ts";
import { Icon } from "./icon.tsx";
import { STATUS_LOOK } from "./status_chip.tsx";
import { durationWords } from "./time_words.ts";

/** When one step was at it: from its first attempt to its end, as parts of the whole. */
export interface Span {
  step: Step;
  ms: number;
  /** 0–1 of the execution's time. */
  from: number;
  share: number;
  /** Attempts that failed, as parts of the whole too. */
  failed: { from: number; share: number }[];
}

export interface Spent {
  /** From its start to its end, or to the moment of drawing. */
  ms: number;
  /** The longest ones, in the order in which they began. */
  spans: Span[];
  /** All others together. */
  rest: { count: number; ms: number };
}

/** More bars than this nobody compares. */
const MOST_BARS = 20;

/** Where an execution's time went; null while nothing of it took any. `now` is epoch ms. */
export function timeSpent(
  execution: Pick<Execution, "startedAt" | "endedAt" | "steps">,
  now: number,
): Spent | null {
  if (execution.startedAt === null) return null;
  const end = execution.endedAt === null ? now : Date.parse(execution.endedAt);
  const begun = execution.steps.flatMap((step) => {
    const at = beginOf(step);
    return at === null || step.takenOver ? [] : [{ step, at, ms: Math.max(0, endOf(step, now) - at) }];
  });
  // What was taken up again by hand began before the execution was started anew.
  const start = Math.min(Date.parse(execution.startedAt), ...begun.map(({ at }) => at));
  const ms = end - start;
  const longest = begun.filter((one) => one.ms > 0).sort((a, b) => b.ms - a.ms).slice(0, MOST_BARS);
  if (ms <= 0 || longest.length === 0) return null;
  const part = (from: number, to: number): { from: number; share: number } => ({
    from: (from - start) / ms,
    share: Math.max(0, to - from) / ms,
  });
  const spans = longest.sort((a, b) => a.at - b.at).map(({ step, at, ms: own }): Span => ({
    step,
    ms: own,
    ...part(at, at + own),
    failed: step.tries.flatMap((one) =>
      one.failure === null || one.endedAt === null
        ? []
        : [part(Date.parse(one.startedAt), Date.parse(one.endedAt))]
    ),
  }));
  const others = begun.filter((one) => one.ms > 0 && !longest.includes(one));
  return { ms, spans, rest: { count: others.length, ms: others.reduce((sum, one) => sum + one.ms, 0) } };
}

function beginOf({ tries, startedAt }: Step): number | null {
  const at = tries[0]?.startedAt ?? startedAt;
  return at === null ? null : Date.parse(at);
}

function endOf({ endedAt, status }: Step, now: number): number {
  if (endedAt !== null) return Date.parse(endedAt);
  return status === "pending" || status === "skipped" || status === "cancelled" ? -Infinity : now;
}

/** Which steps the time went to, as bars over one another: what ran side by side stands side by side. */
export function TimeSpent({ spent, over }: { spent: Spent; over: boolean }): JSX.Element {
  const top = [...spent.spans].sort((a, b) => b.ms - a.ms).slice(0, 2);
  return (
    <details class="card mt-4 p-4 print:hidden">
      <summary class="flex min-h-11 flex-wrap items-center gap-x-3 hover:text-accent sm:min-h-8">
        <h2 class="inline-flex items-center gap-1">
          <Icon name="chevron-down" size={14} /> Where the time went
        </h2>
        <span class="text-soft">
          {`${durationWords(spent.ms)}${over ? "" : " so far"}: ${top.map(shareWords).join(", ")}`}
        </span>
      </summary>
      <table class="spans" aria-label="Where the time went">
        <colgroup>
          <col class="w-[28%]" />
          <col />
          <col class="w-30" />
        </colgroup>
        <thead class="sr-only">
          <tr>
            <th scope="col">Step</th>
            <th scope="col">When</th>
            <th scope="col">Took</th>
          </tr>
        </thead>
        <tbody>{spent.spans.map((span) => <Bar key={span.step.nodeId} span={span} />)}</tbody>
      </table>
      {spent.rest.count > 0
        ? (
          <p class="mt-2 text-soft">
            {`And ${spent.rest.count} shorter ${spent.rest.count === 1 ? "step" : "steps"}, ${
              durationWords(spent.rest.ms)
            } together.`}
          </p>
        )
        : null}
    </details>
  );
}

function shareWords({ step, ms, share }: Span): string {
  return `${step.label} ${durationWords(ms)} (${Math.round(share * 100)} %)`;
}

function Bar({ span }: { span: Span }): JSX.Element {
  const { step, failed } = span;
  return (
    <tr>
      <th scope="row">
        <a class="link" href={`?step=${encodeURIComponent(step.nodeId)}#step`}>{step.label}</a>
      </th>
      <td>
        <svg class="span-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect x="0" y="0.45" width="100" height="0.1" class="span-ground" />
          <rect {...placeOf(span)} class="span-part" data-status={step.status} />
          {failed.map((one) => (
            <rect key={one.from} {...placeOf(one)} class="span-part" data-status="failed" />
          ))}
        </svg>
        <span class="sr-only">{STATUS_LOOK[step.status].word}</span>
      </td>
      <td>{durationWords(span.ms)}</td>
    </tr>
  );
}

/** Wide enough to be seen, and inside. */
function placeOf(
  { from, share }: { from: number; share: number },
): { x: number; width: number; y: number; height: number } {
  const width = Math.max(0.4, share * 100);
  return { x: Math.min(from * 100, 100 - width), width, y: 0, height: 1 };
}
