import type { Choice } from "../schemas/approval.ts";
import type { Outcome } from "../schemas/node.ts";
import type { Spawn } from "./children.ts";

/** What others want an execution to know. Its owner applies it in its next transition. */
export type Mail =
  | {
    kind: "complete";
    nodeId: string;
    visit: number;
    outcome: string;
    note?: string;
    by: string;
    at: number;
  }
  /** `again`: of its loop when that ended; a round that was gone on with since is not meant. */
  | { kind: "cancel"; by: string; reason: string; at: number; again?: number }
  /** The loop that it is a round of goes on; `called`: the step that called it, which means it whoever cancelled it. */
  | { kind: "resume"; again: number; at: number; called?: true }
  /** One of its rounds was retried by hand. */
  | ({ kind: "round"; again: number; at: number } & Spawn)
  /** A person retries failed steps while others still run. */
  | { kind: "retry"; nodeIds: readonly string[]; at: number }
  | { kind: "migrate"; to: number; by: string; at: number }
  | {
    kind: "message";
    nodeId: string;
    messageId: string;
    what: "opened" | "clicked" | "replied";
    at: number;
    url?: string;
    /** Read in the outbox, where mail stays. */
    outbox?: true;
  }
  /** One person's answer to an approval. */
  | {
    kind: "vote";
    nodeId: string;
    visit: number;
    voter: string;
    by: string;
    choice: Choice;
    note?: string;
    at: number;
  }
  /** What became of an attempt whose worker had lost the execution by then. */
  | { kind: "result"; nodeId: string; visit: number; attempt: number; outcome: Outcome; at: number };
