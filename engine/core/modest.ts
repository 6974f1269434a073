import type { Failure } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import type { Outcome } from "../schemas/node.ts";
import { exceeds, fitsWithin, weigh } from "./size.ts";

/** Larger values lie beside their record. */
const INLINE_BYTES = 4 * 1024;
const EVENTS_BYTES = 600;

/** About how many bytes an outcome adds to its commit. */
export function weightOf(outcome: Outcome, input: Json | undefined): number {
  let weight = EVENTS_BYTES + weigh(input, INLINE_BYTES);
  // Once in the step's record, once in the inbox.
  if (outcome.kind === "wait") {
    const isLong = exceeds(outcome.for, WAIT_BYTES / 3);
    return weight + 2 * (isLong ? WAIT_BYTES : 3 * JSON.stringify(outcome.for).length);
  }
  weight += weigh(outcome.output, INLINE_BYTES);
  if (outcome.message) weight += 3 * (outcome.message.text.length + outcome.message.html.length);
  return weight;
}

const WAIT_BYTES = 56 * 1024;
const REASON_BYTES = 12 * 1024;
const DETAIL_BYTES = 6 * 1024;

/** A step's record must fit a value of the database: what explains it is cut before it grows past that. */
export function modest(outcome: Outcome): Outcome {
  if (outcome.kind === "fail") {
    const { details, ...failure } = outcome.failure;
    const kept = details !== undefined && fitsWithin(details, DETAIL_BYTES) ? { details } : {};
    return { ...outcome, failure: { ...failure, message: failure.message.slice(0, 2_000), ...kept } };
  }
  if (outcome.kind === "wait") {
    if (exceeds(outcome.for, WAIT_BYTES)) {
      const message = `What is asked for has more than ${WAIT_BYTES} bytes, which are the most that is kept`;
      return { kind: "fail", failure: { code: "too_large", message, retryable: false } };
    }
  }
  const { reason } = outcome;
  if (!reason) return outcome;
  const text = reason.text.slice(0, 2_000);
  if (reason.data !== undefined && !fitsWithin(reason.data, REASON_BYTES)) {
    return { ...outcome, reason: { code: reason.code, text, data: { cut: true } } };
  }
  return text === reason.text ? outcome : { ...outcome, reason: { ...reason, text } };
}

/** A past attempt keeps what tells failures apart, not all that was answered. */
export function brief({ details: _details, message, ...failure }: Failure): Failure {
  return { ...failure, message: message.slice(0, 300) };
}
