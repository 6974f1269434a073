import { causeId } from "../core/cause.ts";
import type { FailedAt } from "../core/state.ts";
import { indexSet } from "../store/attention.ts";
import { loadExecutions } from "../store/executions.ts";
import { keys } from "../store/keys.ts";
import type { AttentionRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";

const DONE = keys.meta("inbox_index");

/**
 * Cards of a database from before there was an index get their entries, once. Each in a commit of its own under its own
 * check, so that a card that goes meanwhile leaves nothing; a death in between leaves the rest to the next start.
 */
export async function indexInbox(store: Store, versions: Pick<Versions, "get">): Promise<void> {
  if (await store.get(DONE)) return;
  const selector = { prefix: ["attention"] };
  for await (
    const { key, value, versionstamp } of store.list<AttentionRecord>({ selector, broken: "pass" })
  ) {
    const id = String(key[1]);
    const failed = value.kind === "failed" ? value.failed ?? await failedAt(store, versions, value) : null;
    const record: AttentionRecord = failed ? { ...value, failed } : value;
    await store.commit({
      name: "card",
      checks: [{ key, versionstamp }],
      sets: [{ key, value: encode(record) }, indexSet(id, record)],
    });
  }
  await store.commit({
    name: "meta",
    checks: [{ key: DONE, versionstamp: null }],
    sets: [{ key: DONE, value: encode({ v: 1 }) }],
  });
}

/** As the machine will name it when the step is retried. */
async function failedAt(
  store: Store,
  versions: Pick<Versions, "get">,
  record: AttentionRecord,
): Promise<FailedAt> {
  const { executionId, nodeId, workflowId, at } = record;
  const [loaded] = await loadExecutions(store, [executionId], { broken: "pass" });
  const step = loaded?.state.steps.get(nodeId);
  const version = loaded && await versions.get(workflowId, loaded.state.version).catch(() => null);
  const node = version?.graph.nodes[version.graph.indexOf.get(nodeId) ?? -1] ??
    { id: nodeId, type: "unknown" };
  const failure = step?.failure ?? { code: "failed", message: record.description };
  return { cause: causeId(node, failure, workflowId), at: step?.endedAt ?? at };
}
