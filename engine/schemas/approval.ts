import { z } from "zod";

export const CHOICES = ["approved", "declined"] as const;
export const Choice = z.enum(CHOICES);
export type Choice = z.infer<typeof Choice>;

/** One person's answer. */
export const Vote = z.object({
  /** Address of an approver, or the name of whoever answered in the inbox. */
  by: z.string(),
  choice: Choice,
  at: z.string(),
  note: z.string(),
}).meta({ id: "Vote" });
export type Vote = z.infer<typeof Vote>;

/** What is to be approved, by whom, and what came so far. */
export const Approval = z.object({
  title: z.string(),
  description: z.string(),
  /** Addresses; empty: anybody in the inbox. */
  approvers: z.array(z.string()),
  /** So many have to approve. */
  needed: z.number().int(),
  /** One who declines is enough. */
  veto: z.boolean(),
  dueAt: z.string().nullable(),
  votes: z.array(Vote),
  /** Whom no mail reached, and why. */
  unasked: z.array(z.object({ to: z.string(), why: z.string() })),
}).meta({ id: "Approval" });
export type Approval = z.infer<typeof Approval>;

/** What a node asks for: rendered and checked. Times are epoch ms. */
export interface ApprovalFacts {
  title: string;
  description: string;
  /** Lower case, each once. */
  approvers: string[];
  needed: number;
  veto: boolean;
  deadlineAt?: number;
  remindAt?: number;
}

/** A mail that asks one approver. */
export interface Ask {
  to: string;
  kind: "ask" | "reminder";
  state: "open" | "sent" | "refused";
  /** How often a person had it sent again. */
  again?: number;
  /** Why it did not go out. */
  why?: string;
}

/** Who answers what, as a signed link says it. */
export interface Ballot {
  executionId: string;
  nodeId: string;
  visit: number;
  /** Address, lower case. */
  approver: string;
  choice: Choice;
}

/** What the page behind such a link shows. */
export interface ApprovalLink {
  /** `answered`: by this approver. `over`: decided without, timed out, ended, or forgotten. */
  state: "open" | "answered" | "over";
  choice: Choice;
  approver: string;
  workflowName: string;
  title: string;
  description: string;
  needed: number;
  approvers: number;
  veto: boolean;
  dueAt: string | null;
  answer: { choice: Choice; at: string } | null;
  /** How it ended, in words; null while it is open or nothing is known. */
  ended: string | null;
  /** The token of the other choice. */
  other: string;
}

/** Votes keep so many characters of a note: twenty of them share one record. */
export const NOTE_LENGTH = 200;
