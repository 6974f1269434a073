import type { Message, MessageSummary } from "../schemas/message.ts";
import type { Write } from "../store/commit.ts";
import { type Key, keys } from "../store/keys.ts";
import { decode, encode, type Store } from "../store/store.ts";
import { readChunks, splitChunks } from "../store/chunks.ts";

/** `["message", id]`: all but the text, which lies in chunks beside it. Times are epoch ms. */
export interface MessageRecord extends Omit<MessageSummary, "createdAt" | "openedAt" | "clickedAt"> {
  v: 1;
  createdAt: number;
  openedAt: number | null;
  clickedAt: number | null;
  /** When the last opening or click was told to lead and execution; a repeat within a second is only counted. */
  openToldAt: number | null;
  clickToldAt: number | null;
  textChunks: number;
}

interface Body {
  subject: string;
  text: string;
  html: string;
}

/** So many chunks (180 KiB) go into the commit of the step that sent; a longer text is written before it. */
const DIRECT_CHUNKS = 3;
const CHUNKS_PER_COMMIT = 6;
/** The whole subject lies with the text. */
const MAX_SUBJECT = 1_000;

/** What stores a message. */
export interface MessageWrite {
  /** For the commit of the step that sent it. */
  sets: NonNullable<Write["sets"]>;
  /** To be committed before that one; empty unless the text is very long. */
  before: Write[];
}

/** The message as records: head, text in chunks, and pointers by execution and by time. Writing it again replaces it. */
export function messageWrite(message: Message): MessageWrite {
  const { text, html, ...summary } = message;
  const { id, subject, executionId, nodeId } = summary;
  const body: Body = { subject, text, html };
  const chunks = splitChunks(encode(body)).map((value, index) => ({
    key: keys.messageText(id, index),
    value,
  }));
  const createdAt = Date.parse(summary.createdAt);
  const record: MessageRecord = {
    ...summary,
    v: 1,
    subject: subject.slice(0, MAX_SUBJECT),
    createdAt,
    openedAt: epoch(summary.openedAt),
    clickedAt: epoch(summary.clickedAt),
    openToldAt: null,
    clickToldAt: null,
    textChunks: chunks.length,
  };
  const pointer = encode({ v: 1 });
  const sets = [
    { key: keys.message(id), value: encode(record) },
    { key: keys.messageByExecution(executionId, nodeId, id), value: pointer },
    { key: keys.messageByTime(createdAt, id), value: pointer },
  ];
  if (chunks.length <= DIRECT_CHUNKS) return { sets: [...sets, ...chunks], before: [] };
  const before: Write[] = [];
  for (let i = 0; i < chunks.length; i += CHUNKS_PER_COMMIT) {
    before.push({ name: "blob", sets: chunks.slice(i, i + CHUNKS_PER_COMMIT) });
  }
  return { sets, before };
}

function epoch(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** As the API shows it. */
export function toMessageSummary(record: MessageRecord): MessageSummary {
  const { v: _v, openToldAt: _open, clickToldAt: _click, textChunks: _chunks, ...summary } = record;
  return {
    ...summary,
    createdAt: new Date(record.createdAt).toISOString(),
    openedAt: iso(record.openedAt),
    clickedAt: iso(record.clickedAt),
  };
}

/** The whole message; null when there is none. */
export async function readMessage(store: Store, id: string): Promise<Message | null> {
  const entry = await store.get<MessageRecord>(keys.message(id));
  if (!entry) return null;
  const bytes = await readChunks(store, textKeys(id, entry.value.textChunks));
  const summary = toMessageSummary(entry.value);
  const body = bytes ? decode<Body>(bytes) : { subject: summary.subject, text: "", html: "" };
  return { ...summary, ...body };
}

function textKeys(id: string, chunks: number): Key[] {
  return Array.from({ length: chunks }, (_, index) => keys.messageText(id, index));
}

/** Everything under `["message_by_execution", executionId]`. */
function executionPrefix(executionId: string): Key {
  return keys.messageByExecution(executionId, "", "").slice(0, 2);
}

/** An execution's messages, in no order. */
export async function messagesOf(store: Store, executionId: string): Promise<MessageRecord[]> {
  const pointers = await store.keys({ selector: { prefix: executionPrefix(executionId) } });
  const entries = await store.getMany<MessageRecord>(pointers.map((key) => keys.message(String(key.at(-1)))));
  return entries.flatMap((entry) => entry ? [entry.value] : []);
}

/** Every key of an execution's messages: what forgetting it deletes. */
export async function messageKeys(store: Store, executionId: string): Promise<Key[]> {
  const found = await store.keys({ selector: { prefix: executionPrefix(executionId) } });
  for (const { id, createdAt, textChunks } of await messagesOf(store, executionId)) {
    found.push(keys.message(id), keys.messageByTime(createdAt, id), ...textKeys(id, textChunks));
  }
  return found;
}
