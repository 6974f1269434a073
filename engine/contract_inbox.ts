import type { Actor } from "./contract.ts";
import type { CardOwner, CompleteInput, InboxCards, InboxItem } from "./schemas/inbox.ts";
import type { Page, Paging } from "./schemas/problem.ts";

/** What needs a person. Every method throws EngineError with a problem that names the field. */
export interface Inbox {
  list(paging: Paging): Promise<Page<InboxItem>>;
  /** Cards: failures of one cause are one. */
  count(): Promise<number>;
  /** Failures by cause, and all else; costs what it shows. With `executionId`: only those that it has a part in. */
  cards(paging: Paging & { executionId?: string | undefined }): Promise<InboxCards>;
  /** 404 unknown, 409 already done, 422 unknown outcome. */
  complete(id: string, input: CompleteInput, actor: Actor): Promise<void>;
  /** Gives a card to the actor (`me`), to somebody else, or (null) to nobody. 404 unknown card, 422 unknown person. */
  assign(id: string, userId: string | null, actor: Actor): Promise<CardOwner | null>;
  /** Takes a cause away until it comes back. 404 for what is no cause in the inbox. */
  ignore(id: string, actor: Actor): Promise<void>;
  /** Whom a card can be given to. */
  people(): Promise<CardOwner[]>;
}
