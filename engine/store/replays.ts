import { keys } from "./keys.ts";
import type { Store } from "./store.ts";

/** Ids of the newest executions that replay this one. */
export async function replaysOf(store: Store, executionId: string, limit: number): Promise<string[]> {
  const selector = { prefix: keys.replay(executionId, "").slice(0, 2) };
  const found = await store.keys({ selector, limit, reverse: true });
  return found.map((key) => String(key[2]));
}

/** The execution and what replays it, directly or through another replay; so many at most. */
export async function withReplays(store: Store, executionId: string, limit: number): Promise<string[]> {
  const found = [executionId];
  for (let i = 0; i < found.length && found.length < limit; i++) {
    found.push(...await replaysOf(store, found[i]!, limit - found.length));
  }
  return found;
}
