import { resolvePolicy, retrySchedule } from "../../../engine/core/retry.ts";
import { words } from "../../../engine/core/words.ts";
import type { Json, JsonObject } from "../../../engine/schemas/json.ts";
import type { RetryOverrides } from "../../../engine/schemas/retry.ts";
import type { RetryPolicy } from "../../../engine/schemas/retry_defaults.ts";
import type { WorkflowNode } from "../../../engine/schemas/workflow.ts";

const MOST_DRAWN = 6;

/** A pause before a retry, at most so long. */
export interface Pause {
  ms: number;
  words: string;
  /** Of the longest, 0 to 1. */
  share: number;
}

/** The pauses as they are drawn: the first few, and how many come after them. */
export interface Schedule {
  pauses: Pause[];
  more: number;
  /** "At most 7 s of pauses in all"; null without retries. */
  total: string | null;
}

/** What counts at this node: the defaults, changed by the workflow, changed by the node. */
export function policyOf(node: WorkflowNode, workflow: RetryOverrides | undefined): RetryPolicy {
  return resolvePolicy(workflow, node.data.retry);
}

export function scheduleOf(policy: RetryPolicy): Schedule {
  const all = retrySchedule(policy);
  const longest = Math.max(1, ...all);
  const sum = all.reduce((total, ms) => total + ms, 0);
  return {
    pauses: all.slice(0, MOST_DRAWN).map((ms) => ({ ms, words: unbroken(words(ms)), share: ms / longest })),
    more: Math.max(0, all.length - MOST_DRAWN),
    total: all.length === 0 ? null : unbroken(words(sum)),
  };
}

/** A number and its unit stay on one line. */
function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}

/** The node with one part of its policy changed; undefined leaves that part to the workflow. */
export function withRetry(
  node: WorkflowNode,
  key: keyof RetryOverrides,
  value: Json | undefined,
): WorkflowNode {
  const { retry, ...data } = node.data;
  const { [key]: _, ...others } = { ...retry };
  const next: JsonObject = { ...others, ...(value === undefined ? {} : { [key]: value }) };
  return { ...node, data: { ...data, ...(Object.keys(next).length > 0 ? { retry: next } : {}) } };
}

/** The node with another time-out; undefined takes it away. */
export function withTimeout(node: WorkflowNode, value: Json | undefined): WorkflowNode {
  const { timeout: _, ...data } = node.data;
  return { ...node, data: value === undefined ? data : withMember(data, "timeout", value) };
}

/** What is typed may be no duration yet: the draft keeps it and its issues say so. */
function withMember(data: WorkflowNode["data"], key: string, value: Json): WorkflowNode["data"] {
  return { ...data, [key]: value };
}

const UNITS: readonly [unit: string, ms: number][] = [["days", 86_400_000], ["hours", 3_600_000], [
  "minutes",
  60_000,
]];

/** Milliseconds as a person would say them: `{ value: 1.5, unit: "minutes" }`. */
export function durationOfMs(ms: number): { value: number; unit: string } {
  const [unit, size] = UNITS.find(([, one]) => ms >= one && ms % (one / 2) === 0) ?? ["seconds", 1_000];
  return { value: ms / size, unit };
}
