import type { Messages } from "../contract.ts";
import type { LinkToken } from "../messages/links.ts";
import { messageWrite } from "../messages/store.ts";
import { DAY_MS } from "../schemas/duration_units.ts";
import { untracked } from "../messages/untracked.ts";
import type { Message } from "../schemas/message.ts";
import { keys, shardOf } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";

/** So many mails of one dry run are kept. */
const MOST_KEPT = 100;

/** The mails of a dry run, oldest first. */
export async function messagesOf(messages: Pick<Messages, "list" | "get">): Promise<Message[]> {
  const { items } = await messages.list({ limit: MOST_KEPT });
  const found: Message[] = [];
  for (const { id } of items.toReversed()) found.push(await messages.get(id));
  return found;
}

/**
 * Lays mails that a dry run would have sent into the outbox, marked as a test; returns their ids. The execution that
 * they name is nowhere stored, so that an entry in the due index has them forgotten when its time would have come.
 * `readToken` is that of the dry run's house: its links are read by nobody else once it is gone.
 */
export async function keepMessages(
  deps: { store: Store; now(): number; newId(): string; options: { retentionDays: number } },
  messages: readonly Message[],
  readToken: (token: string) => LinkToken | null,
): Promise<string[]> {
  if (messages.length === 0) return [];
  const { store, newId } = deps;
  const [now, executionId] = [deps.now(), newId()];
  const due = keys.due(
    shardOf(executionId),
    1,
    now + deps.options.retentionDays * DAY_MS,
    "forget",
    executionId,
  );
  await store.commit({ name: "test_mail", sets: [{ key: due, value: encode({}) }] });
  const kept: string[] = [];
  for (const message of messages) {
    const id = newId();
    const createdAt = new Date(now).toISOString();
    const html = untracked(message.html, readToken);
    const { sets, before } = messageWrite({ ...message, html, id, executionId, createdAt, test: true });
    for (const write of before) await store.commit({ ...write, name: "test_mail" });
    await store.commit({ name: "test_mail", sets });
    kept.push(id);
  }
  return kept;
}
