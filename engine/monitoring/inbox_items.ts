import { toLead } from "../leads/mod.ts";
import type { LeadRecord } from "../leads/mod.ts";
import type { InboxItem } from "../schemas/inbox.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { keys } from "../store/keys.ts";
import type { AttentionRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { CardRecord } from "./inbox_cards.ts";

interface Stored {
  id: string;
  record: AttentionRecord;
}

/** One by one, failures too: oldest execution first. */
export async function listItems(store: Store, paging: Paging): Promise<Page<InboxItem>> {
  const selector = paging.cursor
    ? { start: ["attention", `${paging.cursor}\u0000`], end: ["attention", "~"] }
    : { prefix: ["attention"] };
  const found: Stored[] = [];
  for await (
    const { key, value } of store.list<AttentionRecord>({ selector, limit: paging.limit + 1, broken: "pass" })
  ) {
    found.push({ id: String(key[1]), record: value });
  }
  const shown = found.slice(0, paging.limit);
  const more = found.length > paging.limit;
  return { items: await toItems(store, shown), nextCursor: more ? shown.at(-1)!.id : null };
}

/** Cards as the API shows them, with the names of what they are about. */
export async function toItems(store: Store, shown: readonly Stored[]): Promise<InboxItem[]> {
  const [leads, workflows, notes] = await Promise.all([
    store.getMany<LeadRecord>(shown.map(({ record }) => keys.lead(record.leadId ?? ""))),
    store.getMany<{ name: string }>(shown.map(({ record }) => keys.workflow(record.workflowId))),
    store.getMany<CardRecord>(shown.map(({ id, record }) => keys.card(record.failed?.cause ?? id))),
  ]);
  return shown.map(({ id, record }, i): InboxItem => {
    const owner = notes[i]?.value.owner;
    return {
      id,
      kind: record.kind,
      title: record.title,
      description: record.description,
      outcomes: record.outcomes,
      executionId: record.executionId,
      workflowId: record.workflowId,
      workflowName: workflows[i]?.value.name ?? "(deleted)",
      nodeId: record.nodeId,
      lead: leads[i] ? toLead(leads[i].value) : null,
      createdAt: new Date(record.at).toISOString(),
      dueAt: record.dueAt === null ? null : new Date(record.dueAt).toISOString(),
      ...(record.approval ? { approval: record.approval } : {}),
      ...(record.call ? { call: record.call } : {}),
      ...(record.failed ? { cause: record.failed.cause } : {}),
      ...(owner ? { owner } : {}),
    };
  });
}
