import type { FailedAt, Transition } from "../core/state.ts";
import { keys } from "./keys.ts";
import type { Key } from "./keys.ts";
import type { AttentionRecord } from "./records.ts";
import { EMPTY, encode } from "./store.ts";

/** `["attention_by_cause", cause, at, id]`: where it failed, so that a card is drawn without reading each record. */
export interface ByCauseRecord {
  v: 1;
  workflowId: string;
  nodeId: string;
}

interface AttentionWrite {
  sets: { key: Key; value: Uint8Array }[];
  deletes: Key[];
}

/** The cards that a transition lays into the inbox or takes away, each with its entry in the index. */
export function attentionWrite(
  { next, attention }: Pick<Transition, "next" | "attention">,
  now: number,
): AttentionWrite {
  const sets: AttentionWrite["sets"] = [];
  const deletes: Key[] = [];
  const idOf = (nodeId: string, visit: number): string => `${next.id}.${nodeId}.${visit}`;
  // What failed once more in the commit that retried it stands in the index at another time.
  for (const { nodeId, visit, was } of attention) {
    if (was) deletes.push(keys.byCause(was.cause, was.at, idOf(nodeId, visit)));
  }
  // Asked for and taken back in one transition: the last word counts.
  const last = new Map(attention.map((each) => [idOf(each.nodeId, each.visit), each]));
  for (const [id, { record }] of last) {
    if (!record) {
      deletes.push(keys.attention(id), ...indexKeys(id, null));
      continue;
    }
    const { id: executionId, workflowId, leadId } = next;
    const stored: AttentionRecord = { v: 1, at: now, executionId, workflowId, leadId, ...record };
    sets.push({ key: keys.attention(id), value: encode(stored) }, indexSet(id, stored));
    // One card may take another's place: a mail became uncertain, or failed, under an approval's.
    for (const kind of ["task", "uncertain"] as const) {
      if (record.kind !== kind) deletes.push(keys.todo(kind, id));
    }
  }
  return { sets, deletes };
}

/** The index entry of a card. */
export function indexSet(id: string, record: AttentionRecord): { key: Key; value: Uint8Array } {
  const { kind, failed, workflowId, nodeId } = record;
  if (kind !== "failed") return { key: keys.todo(kind, id), value: EMPTY };
  const { cause, at } = failed ?? { cause: "", at: record.at };
  return {
    key: keys.byCause(cause, at, id),
    value: encode({ v: 1, workflowId, nodeId } satisfies ByCauseRecord),
  };
}

/** Every key that goes with a card, beside the card; `failed`: of a failure, where it stands. */
export function indexKeys(id: string, failed: FailedAt | null): Key[] {
  return failed
    ? [keys.byCause(failed.cause, failed.at, id)]
    : [keys.todo("task", id), keys.todo("uncertain", id), keys.card(id)];
}
