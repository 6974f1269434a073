import { isSettled } from "../core/state.ts";
import { enrolmentRefusal } from "../core/enrolment.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Enrolment } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { lastEnrolment } from "../store/enrolments.ts";
import type { EnrolmentRecord } from "../store/enrolments.ts";
import { keys } from "../store/keys.ts";
import type { HeadRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";

/** What accepting has to do about the workflow's enrolment rule. */
export type Enrolling =
  /** May enter: the accepting commit carries these. */
  | { kind: "enrol"; checks: NonNullable<Write["checks"]>; sets: NonNullable<Write["sets"]> }
  /** May not; `checks` hold while that is true. */
  | { kind: "refuse"; executionId: string; reason: Reason; checks: NonNullable<Write["checks"]> }
  /** This very execution entered before. */
  | { kind: "again" };

/**
 * Judges by what is stored, and makes the commit check just that: of any number at once with one lead, one enters. A
 * rule `always` reads and writes nothing.
 */
export async function enrol(
  store: Store,
  rule: Enrolment | undefined,
  about: { workflowId: string; leadId: string | null; executionId: string; now: number },
): Promise<Enrolling> {
  const { workflowId, leadId, executionId, now } = about;
  if (!rule || rule.mode === "always" || leadId === null) return { kind: "enrol", checks: [], sets: [] };
  const key = keys.enrolment(workflowId, leadId);
  const { entry, last } = await lastEnrolment(store, workflowId, leadId);
  const checks: NonNullable<Write["checks"]> = [{ key, versionstamp: entry?.versionstamp ?? null }];
  if (last) {
    if (last.executionId === executionId) return { kind: "again" };
    const head = rule.mode === "once_after_exit"
      ? await store.get<HeadRecord>(keys.execution(last.executionId))
      : null;
    const settled = head === null || isSettled(head.value);
    // Whether it has ended is part of the judgement: retried in between, it has not.
    if (head) checks.push({ key: keys.execution(last.executionId), versionstamp: head.versionstamp });
    const reason = enrolmentRefusal(rule, { ...last, settled }, now);
    if (reason) return { kind: "refuse", executionId: last.executionId, reason, checks };
  }
  const record: EnrolmentRecord = { v: 1, executionId, at: now };
  return { kind: "enrol", checks, sets: [{ key, value: encode(record) }] };
}
