import type { Message, MessageSummary } from "./schemas/message.ts";
import type { Page, Paging } from "./schemas/problem.ts";

/** The outbox, and what became of its messages. */
export interface Messages {
  list(paging: Paging & { executionId?: string; leadId?: string }): Promise<Page<MessageSummary>>;
  get(id: string): Promise<Message>;
  /** As a person of the house reads it: where others have it, or nobody should, without pixel and counted links. */
  readable(id: string): Promise<Message>;
  /** Counts an opening; false for a token that we did not sign. */
  opened(token: string): Promise<boolean>;
  /** Counts a click and returns where to go, or null for a token that we did not sign. */
  clicked(token: string): Promise<string | null>;
}
