import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import type { HeadRecord } from "./records.ts";
import type { Entry, Store } from "./store.ts";

/** `["enrolment", workflowId, leadId]`: how the lead entered last. Outlives the execution. */
export interface EnrolmentRecord {
  v: 1;
  executionId: string;
  at: number;
}

/** A lead has so many executions looked through when its enrolment was never recorded. */
const LOOKED_AT = 200;

/**
 * How the lead entered the workflow last. Without a record (the workflow took every lead until now), the lead's newest
 * execution of it counts; those that were only tests do not.
 */
export async function lastEnrolment(
  store: Store,
  workflowId: string,
  leadId: string,
): Promise<
  { entry: Entry<EnrolmentRecord> | null; last: Pick<EnrolmentRecord, "executionId" | "at"> | null }
> {
  const entry = await store.get<EnrolmentRecord>(keys.enrolment(workflowId, leadId));
  if (entry) return { entry, last: entry.value };
  const pointers = await store.keys({
    selector: { prefix: ["execution_by_lead", leadId] },
    reverse: true,
    limit: LOOKED_AT,
  });
  const heads = await store.getMany<HeadRecord>(pointers.map((key) => keys.execution(String(key[2]))));
  const head = heads.find((one) => one?.value.workflowId === workflowId && !one.value.test)?.value;
  return { entry: null, last: head ? { executionId: head.id, at: head.createdAt } : null };
}

/** Every enrolment of a lead: workflows are few, so they are asked one by one. */
export async function enrolmentsOf(store: Store, leadId: string): Promise<Key[]> {
  const workflows = await store.keys({ selector: { prefix: ["workflow"] } });
  const wanted = workflows.map((key) => keys.enrolment(String(key[1]), leadId));
  const found = await store.getMany<EnrolmentRecord>(wanted);
  return wanted.filter((_, index) => found[index]);
}
