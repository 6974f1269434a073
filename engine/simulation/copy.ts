import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import { signalPrefix } from "../leads/mod.ts";
import type { LeadRecord, SignalRecord } from "../leads/mod.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";
import { placeContent, toContent } from "../workflows/content.ts";
import type { PublishedRecord, VersionRecord, WorkflowRecord } from "../workflows/record.ts";

/** A graph under the id and the number that it has, or would get. */
export interface CopiedWorkflow {
  id: string;
  name: string;
  version: number;
  graph: WorkflowGraph;
}

const NOBODY = "Dry run";

/** Writes the graph into an empty database as the workflow's live version. Its webhooks and signals reach nobody. */
export async function copyWorkflow(store: Store, source: CopiedWorkflow, at: number): Promise<void> {
  const { id, name, version, graph } = source;
  const content = toContent(graph);
  const { hash, size, chunks } = content;
  const parts = await placeContent(store, id, content);
  const record: WorkflowRecord = {
    v: 1,
    id,
    name,
    revision: 1,
    draftHash: hash,
    draftSize: size,
    draftChunks: chunks.length,
    version,
    liveHash: hash,
    liveName: name,
    nodeCount: graph.nodes.length,
    webhooks: [],
    createdAt: at,
    updatedAt: at,
    updatedBy: NOBODY,
    publishedAt: at,
  };
  const details: VersionRecord = {
    v: 1,
    workflowId: id,
    version,
    name,
    hash,
    chunks: chunks.length,
    publishedAt: at,
    publishedBy: NOBODY,
  };
  // How many run at once does not matter to one; how often they act does.
  const rates = graph.settings.limits?.rates;
  const published: PublishedRecord = { v: 1, version, hash, at, ...(rates ? { limits: { rates } } : {}) };
  await store.commit({
    name: "workflow_publish",
    ...(parts.checks ? { checks: parts.checks } : {}),
    sets: [
      ...parts.sets ?? [],
      { key: keys.workflow(id), value: encode(record) },
      { key: keys.version(id, version), value: encode(details) },
      { key: keys.published(id), value: encode(published) },
    ],
  });
}

/** Writes the lead with what happened to it (oldest first) into an empty database; nobody is told of it again. */
export async function copyLead(
  store: Store,
  lead: LeadRecord,
  signals: readonly SignalRecord[],
): Promise<void> {
  await store.commit({
    name: "lead_create",
    sets: [
      { key: keys.lead(lead.id), value: encode(lead) },
      { key: keys.leadByEmail(lead.email), value: encode({ v: 1, id: lead.id }) },
      ...signals.length > 0
        ? [{ key: keys.clock(lead.id), value: encode({ v: 1, at: signals.at(-1)?.at }) }]
        : [],
    ],
  });
  // A signal's key ends in its commit's versionstamp: one commit each.
  for (const signal of signals) {
    await store.commit({
      name: "signal",
      stamped: [{ prefix: signalPrefix(lead.id), value: encode(signal) }],
    });
  }
}
