import { isSettled } from "../core/state.ts";
import type { ExecutionState, Transition } from "../core/state.ts";
import type { Log } from "./services.ts";
import { untraced } from "./tracing.ts";
import type { Tracing } from "./tracing.ts";
import type { CompiledVersion } from "./versions.ts";

const RESULTS: { readonly [type: string]: string } = {
  completed: "completed",
  failed: "failed",
  retry: "retried",
  cancelled: "cancelled",
};

/** What this process has seen of its executions since it began: steps by type and result; it says which ended, and why. */
export class Meters {
  readonly #log: Log;
  readonly #trace: Tracing;
  readonly #steps = new Map<string, Map<string, number>>();

  constructor(log: Log, trace: Tracing = untraced) {
    this.#log = log;
    this.#trace = trace;
  }

  /** By type of node, then by result. */
  get steps(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    return this.#steps;
  }

  /** After each commit of an execution; `version`: the one it is in, where it is known here. */
  tell({ next, events, counts }: Transition, version: CompiledVersion | undefined): void {
    for (const { type, node } of events) {
      const result = RESULTS[type];
      if (node === undefined || result === undefined) continue;
      const nodeType = version?.nodes.get(node)?.type.type ?? "unknown";
      let results = this.#steps.get(nodeType);
      if (!results) this.#steps.set(nodeType, results = new Map());
      results.set(result, (results.get(result) ?? 0) + 1);
    }
    if (counts.length > 0 && isSettled(next)) this.#ended(next, version);
  }

  #ended(next: ExecutionState, version: CompiledVersion | undefined): void {
    const { id: executionId, workflowId, endedAt, startedAt, status, reason } = next;
    // A dry run is told to whoever asked for it.
    if (status === "failed" && !next.test) {
      const about = { executionId, workflowId, version: next.version, code: reason?.code ?? "failed" };
      this.#log("warn", "execution_failed", about);
    }
    if (this.#trace === untraced) return;
    this.#trace.past("execution", {
      executionId,
      attributes: {
        "leadflow.execution.id": executionId,
        "leadflow.execution.status": status,
        "leadflow.workflow.id": workflowId,
        "leadflow.workflow.name": version?.name ?? "",
        "leadflow.workflow.version": next.version,
      },
    }, {
      from: startedAt ?? next.createdAt,
      to: endedAt ?? next.createdAt,
      ...(status === "failed" ? { failed: reason?.code ?? "failed" } : {}),
    });
  }
}
