import { listUsers } from "../access/mod.ts";
import type { Actor } from "../contract.ts";
import { readCause } from "../core/cause.ts";
import { conflict, invalid, notFound } from "../errors.ts";
import type { CardOwner } from "../schemas/inbox.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import { readOpen } from "./inbox_cards.ts";
import type { CardRecord } from "./inbox_cards.ts";

const TRIES = 20;

/** Whom a card can be given to. */
export async function people(store: Store): Promise<CardOwner[]> {
  return (await listUsers(store)).map(({ id, name }) => ({ userId: id, name }));
}

/** Gives a card to somebody; null: to nobody (contract: `Inbox`). */
export async function assignCard(
  store: Store,
  id: string,
  userId: string | null,
  actor: Actor,
): Promise<CardOwner | null> {
  const owner = userId === null ? null : await personOf(store, userId, actor);
  await change(store, id, ({ owner: _before, ...record }) => owner ? { ...record, owner } : record);
  return owner;
}

async function personOf(store: Store, userId: string, actor: Actor): Promise<CardOwner> {
  if (userId === "me" || userId === actor.userId) return { userId: actor.userId, name: actor.name };
  const found = (await people(store)).find((person) => person.userId === userId);
  if (found) return found;
  const message = `Nobody here has the id "${userId}"`;
  throw invalid(message, [{ path: "userId", message, accepted: "me, or the id of a person" }]);
}

/** Whatever has failed for the cause until now is of no interest; what fails later is. */
export async function ignoreCause(store: Store, id: string, actor: Actor, now: () => number): Promise<void> {
  if (readCause(id) === null) throw notFound("cause in the inbox", id);
  await change(store, id, (record) => ({ ...record, ignored: { at: now(), by: actor.name } }));
}

async function change(store: Store, id: string, next: (record: CardRecord) => CardRecord): Promise<void> {
  const key = keys.card(id);
  const isCause = readCause(id) !== null;
  for (let i = 0; i < TRIES; i++) {
    const card = isCause ? null : await store.get(keys.attention(id));
    if (!card && !(isCause && await readOpen(store, id))) throw notFound("inbox card", id);
    const before = await store.get<CardRecord>(key);
    const result = await store.commit({
      name: "card",
      checks: [
        { key, versionstamp: before?.versionstamp ?? null },
        // Of a card that is answered meanwhile nothing is to be kept.
        ...(card ? [{ key: keys.attention(id), versionstamp: card.versionstamp }] : []),
      ],
      sets: [{ key, value: encode(next(before?.value ?? { v: 1 })) }],
    });
    if (result.ok) return;
  }
  throw conflict("busy", "The card is being changed by many at once; try again");
}
