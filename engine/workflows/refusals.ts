import { displayName } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Refusals } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import { loadRecord } from "./drafts.ts";

/** `["refusal", workflowId, id]`: somebody was not enrolled. */
export interface RefusalRecord {
  v: 1;
  at: number;
  leadId: string;
  /** The execution that stands in the way. */
  executionId: string;
  reason: Reason;
}

/** So many are kept; all are counted. */
const KEPT = 20;

/** What the commit of a refusal carries. `id` is that of the execution which was not made: a repeat counts once. */
export async function refusalWrite(
  store: Store,
  workflowId: string,
  id: string,
  record: Omit<RefusalRecord, "v">,
): Promise<Required<Pick<Write, "checks" | "sets" | "deletes" | "sums">>> {
  const key = keys.refusal(workflowId, id);
  const stored = await store.keys({ selector: { prefix: key.slice(0, 2) }, limit: 200 });
  return {
    checks: [{ key, versionstamp: null }],
    sets: [{ key, value: encode({ v: 1, ...record } satisfies RefusalRecord) }],
    deletes: stored.slice(0, Math.max(0, stored.length - (KEPT - 1))),
    sums: [{ key: keys.refusalCount(workflowId), add: 1 }],
  };
}

/** How many were not enrolled, and the last twenty with their reasons, newest first; throws 404. */
export async function listRefusals(store: Store, workflowId: string): Promise<Refusals> {
  await loadRecord(store, workflowId);
  const count = await store.kv.get<Deno.KvU64>(keys.refusalCount(workflowId));
  const records: RefusalRecord[] = [];
  const selector = { prefix: keys.refusal(workflowId, "").slice(0, 2) };
  for await (const { value } of store.list<RefusalRecord>({ selector, reverse: true, limit: KEPT })) {
    records.push(value);
  }
  const leads = await store.getMany<LeadRecord>(records.map(({ leadId }) => keys.lead(leadId)));
  return {
    total: Number(count.value?.value ?? 0n),
    items: records.map(({ at, executionId, reason }, i) => {
      const lead = leads[i]?.value;
      return {
        at: new Date(at).toISOString(),
        executionId,
        reason,
        lead: lead ? { id: lead.id, name: displayName(lead), email: lead.email } : null,
      };
    }),
  };
}
