import { createHash } from "node:crypto";
import { conflict, invalid } from "../errors.ts";
import type { WorkflowGraph } from "../schemas/workflow.ts";
import type { Write } from "../store/commit.ts";
import { type Key, keys } from "../store/keys.ts";
import { decode, encode, type Store } from "../store/store.ts";
import { readChunks, splitChunks } from "../store/chunks.ts";
import type { VersionRecord, WorkflowRecord } from "./record.ts";

/** A workflow's content is refused beyond this. */
const MAX_CONTENT_BYTES = 4 * 1_024 * 1_024;
/** So many chunks (360 KiB) go into the commit that uses them; more are staged before it. */
const DIRECT_CHUNKS = 6;
/** Keys deleted in one commit. */
const PACE = 100;

/** A graph as it lies in the database. */
export interface Content {
  hash: string;
  size: number;
  chunks: Uint8Array[];
}

type Parts = Pick<Write, "checks" | "sets">;

/** The graph as content-addressed chunks; throws 422 past 4 MiB. */
export function toContent(graph: WorkflowGraph): Content {
  const bytes = encode(graph);
  if (bytes.length > MAX_CONTENT_BYTES) {
    const message = `is ${bytes.length} bytes of JSON`;
    throw invalid("The workflow is too large", [{ path: "nodes", message, accepted: "at most 4 MiB" }]);
  }
  const hash = createHash("sha256").update(bytes).digest("hex");
  return { hash, size: bytes.length, chunks: splitChunks(bytes) };
}

export function isLarge(content: Content): boolean {
  return content.chunks.length > DIRECT_CHUNKS;
}

function contentKeys(workflowId: string, hash: string, chunks: number): Key[] {
  return Array.from({ length: chunks }, (_, index) => keys.content(workflowId, hash, index));
}

/** Everything under `["content", workflowId]`. */
export function contentPrefix(workflowId: string): Key {
  return keys.content(workflowId, "", 0).slice(0, 2);
}

/** The graph, or null when its content was replaced meanwhile: read the record again. */
export async function readContent(
  store: Store,
  workflowId: string,
  at: { hash: string; chunks: number },
): Promise<WorkflowGraph | null> {
  const bytes = await readChunks(store, contentKeys(workflowId, at.hash, at.chunks));
  return bytes === null ? null : decode<WorkflowGraph>(bytes);
}

/**
 * What the commit that starts to use the content has to carry. Small content is written by that commit itself. Large
 * content is staged in `workflow_content` commits first, and the commit checks that every staged chunk is still the
 * one written here: whoever sweeps or stages the same content in between makes it fail, never makes it dangle.
 */
export async function placeContent(store: Store, workflowId: string, content: Content): Promise<Parts> {
  const wanted = contentKeys(workflowId, content.hash, content.chunks.length);
  const sets = content.chunks.map((value, index) => ({ key: wanted[index] ?? [], value }));
  if (!isLarge(content)) return { checks: [], sets };
  const checks: { key: Key; versionstamp: string }[] = [];
  for (let i = 0; i < sets.length; i += DIRECT_CHUNKS) {
    const part = sets.slice(i, i + DIRECT_CHUNKS);
    const result = await store.commit({ name: "workflow_content", sets: part });
    if (!result.ok) throw conflict("busy", "The workflow's content could not be written; try again");
    checks.push(...part.map(({ key }) => ({ key, versionstamp: result.versionstamp })));
  }
  return { checks, sets: [] };
}

/** Keys of the draft's content that the next draft leaves unused: none while it is the next draft's or a version's. */
export async function abandonedKeys(store: Store, record: WorkflowRecord, nextHash: string): Promise<Key[]> {
  const { id, draftHash, draftChunks } = record;
  if (draftHash === nextHash || draftHash === record.liveHash) return [];
  // Whoever publishes changes the record, which the caller's commit checks: this reading cannot go stale unseen.
  if (record.version !== null && (await versionHashes(store, id)).has(draftHash)) return [];
  return contentKeys(id, draftHash, draftChunks);
}

/** Deletes content that neither draft nor version uses: what a process left that died, or lost, after staging. */
export async function sweepContent(store: Store, workflowId: string): Promise<void> {
  const entry = await store.get<WorkflowRecord>(keys.workflow(workflowId));
  if (!entry) return;
  const used = await versionHashes(store, workflowId);
  used.add(entry.value.draftHash);
  const unused: Key[] = [];
  for (const hash of await storedHashes(store, workflowId)) {
    if (used.has(hash)) continue;
    unused.push(...await store.keys({ selector: { prefix: [...contentPrefix(workflowId), hash] } }));
  }
  // The check keeps what became used after the reading: using it changes the record.
  const checks = [{ key: keys.workflow(workflowId), versionstamp: entry.versionstamp }];
  for (let i = 0; i < unused.length; i += PACE) {
    await store.commit({ name: "workflow_content", checks, deletes: unused.slice(i, i + PACE) });
  }
}

async function versionHashes(store: Store, workflowId: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  const prefix = keys.version(workflowId, 0).slice(0, 2);
  for await (const entry of store.list<VersionRecord>({ selector: { prefix } })) hashes.add(entry.value.hash);
  return hashes;
}

/** Seeks from hash to hash, so that one chunk of each is read and not all of them. */
async function storedHashes(store: Store, workflowId: string): Promise<string[]> {
  const hashes: string[] = [];
  const prefix = contentPrefix(workflowId);
  // A hash is lower-case hex: "g" sorts behind all of them.
  const end = [...prefix, "g"];
  for (let start = [...prefix, ""];;) {
    const [key] = await store.keys({ selector: { start, end }, limit: 1 });
    const hash = key?.[2];
    if (typeof hash !== "string") return hashes;
    hashes.push(hash);
    start = [...prefix, hash, Infinity];
  }
}
