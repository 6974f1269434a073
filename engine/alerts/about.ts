import { keys } from "../store/keys.ts";
import type { AttentionRecord } from "../store/records.ts";
import type { AlertDeps } from "./deps.ts";

/** A workflow's name; null: it was deleted. Of the house it is empty. */
export async function nameOf(
  { store }: Pick<AlertDeps, "store">,
  workflowId: string | null,
): Promise<string | null> {
  if (workflowId === null) return "";
  const found = await store.get<{ name: string; deletedAt?: number }>(keys.workflow(workflowId));
  return !found || found.value.deletedAt !== undefined ? null : found.value.name;
}

/** Why its newest failure failed: in words, and its card in the inbox. Null: nothing of it is in the inbox. */
export async function causeOf(
  { store }: Pick<AlertDeps, "store">,
  workflowId: string,
): Promise<{ id: string; text: string } | null> {
  const prefix = keys.failing(workflowId, 0, "").slice(0, 2);
  const [newest] = await store.keys({ selector: { prefix }, reverse: true, limit: 1 });
  if (!newest) return null;
  const id = String(newest[3]);
  const selector = { start: ["attention", `${id}.`], end: ["attention", `${id}/`] };
  for await (const { value } of store.list<AttentionRecord>({ selector, limit: 20, broken: "pass" })) {
    if (value.failed) {
      return { id: value.failed.cause, text: `${value.title}, ${value.description}`.slice(0, 500) };
    }
  }
  return null;
}
