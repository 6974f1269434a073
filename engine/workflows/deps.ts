import type { Actor } from "../contract.ts";
import { conflict, type EngineError } from "../errors.ts";
import type { Issue, WorkflowGraph } from "../schemas/workflow.ts";
import type { Store } from "../store/store.ts";
import type { Lookup } from "./triggers.ts";

/** What the subject is built from. */
export interface WorkflowDeps {
  store: Store;
  lookup: Lookup;
  /** Epoch ms. */
  now: () => number;
  /** Monotonic ULIDs. */
  newId: () => string;
  checks: {
    /** What is no graph: refused whenever it is saved. */
    shape(graph: WorkflowGraph): Issue[];
    /** What keeps a graph from running: refused at publish. */
    runnable(graph: WorkflowGraph): Issue[];
  };
  unsettled: {
    count(workflowId: string): Promise<number>;
    cancelAll(workflowId: string, actor: Actor): Promise<void>;
  };
}

/** Tries of one change before it gives up: each loss means that somebody else won. */
export const MAX_TRIES = 20;

/** 409 after many lost races. */
export function busy(id: string): EngineError {
  return conflict("busy", `The workflow ${id} is being changed by many at once; try again`);
}
