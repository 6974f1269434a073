import type { Messages } from "../contract.ts";
import { conflict, notFound } from "../errors.ts";
import { signalWrite } from "../leads/mod.ts";
import type { JsonObject } from "../schemas/json.ts";
import { countsInOutbox, type Message, type MessageSummary } from "../schemas/message.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import type { Write } from "../store/commit.ts";
import { keys, shardOf } from "../store/keys.ts";
import { withReplays } from "../store/replays.ts";
import { encode, type Store } from "../store/store.ts";
import { badCursor, type Candidate, collectPage } from "../store/pages.ts";
import type { LinkToken } from "./links.ts";
import { type MessageRecord, messagesOf, readMessage, toMessageSummary } from "./store.ts";
import { untracked } from "./untracked.ts";

/** What the subject is built from. */
export interface MessageDeps {
  store: Store;
  /** What a token from a pixel or a link says; null when we did not sign it. */
  readToken: (token: string) => LinkToken | null;
  /** Epoch ms. */
  now: () => number;
  /** Monotonic ULIDs. */
  newId: () => string;
  /** Called after mail was put to an execution, so that the worker looks at once. */
  notify: (executionId: string) => void;
  /** Called after a lead's signal was written, so that it is delivered at once. */
  onSignal?: (leadId: string) => void;
}

/** `["mail", executionId, …]`: what an execution learns about a message that it sent. */
export interface MessageMail {
  v: 1;
  kind: "message";
  nodeId: string;
  messageId: string;
  what: Tracked;
  at: number;
  url?: string;
  /** Somebody of the house read it, where mail stays in the outbox. */
  outbox?: true;
}

type Tracked = "opened" | "clicked";

const MAX_TRIES = 20;
/** Mail programs fetch a pixel several times at once. */
const REPEAT_MS = 1_000;
const CURSOR = /^(\d{1,16})\.(.{1,300})$/s;
const POINTERS_A_READ = 50;
const MOST_HEARERS = 20;

/** The outbox and what became of its messages (contract: `Messages`). Lists run by time, newest first. */
export function createMessages(deps: MessageDeps): Messages {
  const { store } = deps;
  return {
    list: (paging) => listMessages(store, paging),
    async get(id): Promise<Message> {
      const message = await readMessage(store, id);
      if (!message) throw notFound("message", id);
      return message;
    },
    async readable(id): Promise<Message> {
      const message = await this.get(id);
      if (countsInOutbox(message)) return message;
      return { ...message, html: untracked(message.html, deps.readToken) };
    },
    async opened(token): Promise<boolean> {
      const link = deps.readToken(token);
      if (link?.kind !== "open") return false;
      await track(deps, { id: link.messageId, what: "opened" });
      return true;
    },
    async clicked(token): Promise<string | null> {
      const link = deps.readToken(token);
      if (link?.kind !== "click") return null;
      const { messageId: id, url } = link;
      // Who clicks has opened it, even where the mail program shows no images. A commit of its own: one atomic holds
      // one signal of a lead.
      const entry = await store.get<MessageRecord>(keys.message(id));
      if (entry?.value.opens === 0) await track(deps, { id, what: "opened", unlessOpened: true });
      await track(deps, { id, what: "clicked", url });
      return url;
    },
  };
}

interface Tracking {
  id: string;
  what: Tracked;
  url?: string;
  /** Leave it when an opening was counted meanwhile. */
  unlessOpened?: boolean;
}

/** Counts it, and in the same commit tells the lead by a signal and the execution by mail. */
async function track(deps: MessageDeps, tracking: Tracking): Promise<void> {
  for (let i = 0; i < MAX_TRIES; i++) {
    const entry = await deps.store.get<MessageRecord>(keys.message(tracking.id));
    // Opened before the step's own commit, or forgotten: nobody is left to be told.
    if (!entry || (tracking.unlessOpened && entry.value.opens > 0)) return;
    const now = deps.now();
    const { record, repeat } = counted(entry.value, tracking.what, now);
    const key = keys.message(tracking.id);
    const head: Write = {
      name: "tracking",
      checks: [{ key, versionstamp: entry.versionstamp }],
      sets: [{ key, value: encode(record) }],
    };
    const told = repeat ? head : await withTelling(deps, head, { record, tracking, now });
    const result = await deps.store.commit(told);
    if (!result.ok) continue;
    if (repeat) return;
    deps.notify(record.executionId);
    if (told.stamped?.length && record.leadId !== null) deps.onSignal?.(record.leadId);
    return;
  }
  throw conflict("busy", `The message ${tracking.id} is being opened by many at once; try again`);
}

function counted(
  before: MessageRecord,
  what: Tracked,
  now: number,
): { record: MessageRecord; repeat: boolean } {
  const last = what === "opened" ? before.openToldAt : before.clickToldAt;
  const repeat = last !== null && now - last < REPEAT_MS;
  const toldAt = repeat ? last : now;
  const record = what === "opened"
    ? { ...before, opens: before.opens + 1, openedAt: before.openedAt ?? now, openToldAt: toldAt }
    : { ...before, clicks: before.clicks + 1, clickedAt: before.clickedAt ?? now, clickToldAt: toldAt };
  return { record, repeat };
}

/** The write with mail to the execution, and a signal where the lead is still there. */
async function withTelling(
  deps: MessageDeps,
  write: Write,
  about: { record: MessageRecord; tracking: Tracking; now: number },
): Promise<Write> {
  const { record, tracking: { what, url }, now } = about;
  const { executionId, nodeId, leadId, id: messageId } = record;
  const link = url === undefined ? {} : { url };
  // Nobody else has it: what the lead is said to have done says where it was done.
  const where: { outbox?: true } = countsInOutbox(record) ? { outbox: true } : {};
  const mail: MessageMail = { v: 1, kind: "message", nodeId, messageId, what, at: now, ...link, ...where };
  // A replay that took the step over has not sent the mail, and its conditions ask what became of it.
  const hearers = await withReplays(deps.store, executionId, MOST_HEARERS);
  const told: Write = {
    ...write,
    sets: [
      ...(write.sets ?? []),
      ...hearers.flatMap((id) => [
        { key: keys.mail(id, deps.newId()), value: encode(mail) },
        { key: keys.due(shardOf(id), 0, now, "mail", id), value: encode({}) },
      ]),
    ],
    bells: [now],
  };
  const lead = leadId === null ? null : await deps.store.get(keys.lead(leadId));
  if (!lead || leadId === null) return told;
  const data: JsonObject = { nodeId, executionId, messageId };
  if (where.outbox) data.outbox = true;
  if (url !== undefined) data.url = url;
  const signal = signalWrite(leadId, `email.${what}`, data, now, deps.newId());
  return {
    ...told,
    checks: [...(told.checks ?? []), { key: keys.lead(leadId), versionstamp: lead.versionstamp }],
    sets: [...(told.sets ?? []), ...signal.sets],
    stamped: signal.stamped,
  };
}

async function listMessages(
  store: Store,
  paging: Paging & { executionId?: string; leadId?: string },
): Promise<Page<MessageSummary>> {
  const { executionId, leadId } = paging;
  const before = readCursor(paging.cursor);
  const candidates = executionId === undefined
    ? byTime(store, before)
    : byExecution(store, executionId, before);
  return await collectPage(candidates, {
    paging,
    keep: (record) => leadId === undefined || record.leadId === leadId,
    view: toMessageSummary,
    at: (record) => record.createdAt,
    elapsed: store.monotonic,
  });
}

interface Place {
  at: number;
  id: string;
}

function readCursor(cursor: string | null | undefined): Place | null {
  if (!cursor) return null;
  const [, at, id] = CURSOR.exec(cursor) ?? [];
  if (at === undefined || id === undefined) throw badCursor();
  return { at: Number(at), id };
}

function candidate(record: MessageRecord): Candidate<MessageRecord> {
  return { cursor: `${record.createdAt}.${record.id}`, record };
}

async function* byTime(store: Store, before: Place | null): AsyncGenerator<Candidate<MessageRecord>> {
  const prefix = keys.messageByTime(0, "").slice(0, 1);
  for (let end = before;;) {
    const selector = end ? { prefix, end: keys.messageByTime(end.at, end.id) } : { prefix };
    const pointers = await store.keys({ selector, reverse: true, limit: POINTERS_A_READ });
    const places = pointers.map((key): Place => ({ at: Number(key[1]), id: String(key[2]) }));
    const entries = await store.getMany<MessageRecord>(places.map(({ id }) => keys.message(id)));
    for (const [index, entry] of entries.entries()) {
      // A pointer of a message that is gone, or that was written again later, is passed over.
      if (entry && entry.value.createdAt === places[index]?.at) yield candidate(entry.value);
    }
    end = places.at(-1) ?? null;
    if (places.length < POINTERS_A_READ) return;
  }
}

async function* byExecution(
  store: Store,
  executionId: string,
  before: Place | null,
): AsyncGenerator<Candidate<MessageRecord>> {
  const records = await messagesOf(store, executionId);
  records.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
  for (const record of records) {
    const { createdAt, id } = record;
    if (before && (createdAt > before.at || (createdAt === before.at && id >= before.id))) continue;
    yield candidate(record);
  }
}
