import type { Engine } from "../../engine/mod.ts";
import type { ExecutionSummary } from "../../engine/schemas/execution.ts";

type Filter = Omit<Parameters<Engine["executions"]["list"]>[0], "limit" | "cursor">;

/** All of them, page after page: on a busy machine a page ends after 50 ms, before the list does. */
export async function wholeList(engine: Engine, filter: Filter = {}): Promise<ExecutionSummary[]> {
  const found: ExecutionSummary[] = [];
  for (let cursor: string | null = null;;) {
    const page = await engine.executions.list({ ...filter, limit: 200, ...(cursor ? { cursor } : {}) });
    found.push(...page.items);
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}
