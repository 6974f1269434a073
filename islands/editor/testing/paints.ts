/** What the canvas paints of a test, of an execution, and of all executions: pure. */
import { formatLocal } from "../../../engine/core/zone.ts";
import type { Execution } from "../../../engine/schemas/execution.ts";
import type { NodeCount } from "../../../engine/schemas/node_counts.ts";
import type { Simulated, SimulatedStep } from "../../../engine/schemas/simulation.ts";
import { cardText } from "../../../routes/pages/components/step_words.ts";
import type { NodeCounts, NodePaint } from "../canvas/cards.ts";
import type { SeenStep } from "./shown.ts";

/** Every step of a test, with times on the clock of `zone`; what was not reached is painted as such. */
export function paintsOfTest({ steps }: Simulated, zone: string): ReadonlyMap<string, NodePaint> {
  return new Map(steps.map((step) => [
    step.nodeId,
    { status: step.status, detail: testDetail(step, zone), port: step.port },
  ]));
}

/** In the few words that a card has room for. */
function testDetail({ status, would, until, reason, warnings, port }: SimulatedStep, zone: string): string {
  if (status === "failed" || status === "skipped") return reason?.text ?? "";
  if (reason?.code === "pinned") return "pinned";
  if (would?.kind === "mail") return `to ${would.to.join(", ")}`;
  if (would?.kind === "http") return `${would.called ? "called" : "would call"} ${hostOf(would.url)}`;
  if (would) return `${would.action} ${would.key}`;
  if (until) return `until ${formatLocal(Date.parse(until), zone)}`;
  if (warnings.length > 0) return warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
  return status === "completed" && port !== null && port !== "out" ? port : "";
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Every step of an execution as it stands at `now` (epoch ms). */
export function paintsOfExecution({ steps }: Execution, now: number): ReadonlyMap<string, NodePaint> {
  return new Map(
    steps.map((step) => [step.nodeId, { status: step.status, detail: cardText(step, now), port: step.port }]),
  );
}

export function seenInTest({ steps }: Simulated): ReadonlyMap<string, SeenStep> {
  return new Map(
    steps.filter(({ status }) => status !== "pending").map((step) => [step.nodeId, seen(step, "test")]),
  );
}

export function seenInExecution({ steps }: Execution): ReadonlyMap<string, SeenStep> {
  return new Map(
    steps.filter(({ status }) => status !== "pending").map((step) => [step.nodeId, seen(step, "execution")]),
  );
}

function seen(
  { status, attempts, input, output, reason, warnings }: Omit<SeenStep, "from">,
  from: SeenStep["from"],
): SeenStep {
  return { from, status, attempts, input, output, reason, warnings };
}

export function countsByNode(items: readonly NodeCount[]): ReadonlyMap<string, NodeCounts> {
  return new Map(items.map(({ nodeId, entered, waiting, passed, failed }) => [
    nodeId,
    { entered, waiting, passed, failed },
  ]));
}

/** `next`, with every value that says the same as before being the same object, so that it is not drawn again. */
export function keepSame<T extends object>(
  before: ReadonlyMap<string, T>,
  next: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  let same = before.size === next.size;
  const kept = new Map<string, T>();
  for (const [id, value] of next) {
    const known = before.get(id);
    const equal = known !== undefined && JSON.stringify(known) === JSON.stringify(value);
    kept.set(id, equal ? known : value);
    same &&= equal;
  }
  return same ? before : kept;
}
