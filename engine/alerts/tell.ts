import { channelInWords } from "../core/alert_words.ts";
import { notFound } from "../errors.ts";
import type { Undelivered } from "../schemas/alert.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import { EMPTY, encode } from "../store/store.ts";
import type { Entry, Store } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";
import { deliver } from "./channels.ts";
import type { Delivered } from "./channels.ts";
import type { AlertDeps } from "./deps.ts";
import { alertDue } from "./records.ts";
import type { NoticeRecord, TellingRecord } from "./records.ts";
import { readSettings } from "./settings.ts";

/** Told in one message; what is over it comes in the next. */
const TOGETHER = 40;
/** Whoever takes a message has so long for it. */
const HOLD_MS = 120_000;
/** After the first failure, the second, … */
const BACKOFF_MS = [60_000, 300_000, 900_000, 3_600_000];
const MOST_UNDELIVERED = 50;
const SEND = "send.";

/** Gathers what is to be told by now into one message for each channel. */
export async function gather(deps: AlertDeps, entry: DueEntry): Promise<void> {
  const { store, clock, newId } = deps;
  const now = clock.now();
  const notices: ({ key: Key } & Entry<NoticeRecord>)[] = [];
  const selector = { start: ["notice", 0], end: ["notice", now + 1] };
  for await (const notice of store.list<NoticeRecord>({ selector, limit: TOGETHER + 1, broken: "pass" })) {
    notices.push(notice);
  }
  const taken = notices.slice(0, TOGETHER);
  const parts: Required<Pick<Write, "checks" | "sets" | "deletes" | "bells">> = {
    checks: [{ key: entry.key, versionstamp: entry.versionstamp }],
    sets: [],
    deletes: [entry.key],
    bells: [now],
  };
  for (const { key, versionstamp } of taken) {
    parts.checks.push({ key, versionstamp });
    parts.deletes.push(key);
  }
  const { channels } = await readSettings(store);
  for (const channel of channels) {
    const alerts = taken.filter(({ value }) => value.channels === null || value.channels.includes(channel.id))
      .map(({ value: { v: _v, channels: _channels, ...told } }) => told);
    if (alerts.length === 0) continue;
    const telling: TellingRecord = {
      v: 1,
      id: newId(),
      channel,
      alerts,
      status: "waiting",
      attempts: 0,
      problem: null,
      at: now,
      nextAt: now,
    };
    parts.sets.push(...tellingSets(telling));
  }
  // Later than this entry, which is deleted: a key that is set and deleted at once is gone.
  if (notices.length > TOGETHER) parts.sets.push({ key: alertDue(now + 1, "tell"), value: EMPTY });
  await store.commit({ name: "alert", ...parts });
}

function tellingSets(telling: TellingRecord): NonNullable<Write["sets"]> {
  const { id, nextAt } = telling;
  return [
    { key: keys.telling(id), value: encode(telling) },
    ...(nextAt === null ? [] : [{ key: alertDue(nextAt, `${SEND}${id}`), value: EMPTY }]),
  ];
}

/** Is this entry about one message? Then which. */
export function messageIn(id: string): string | null {
  return id.startsWith(SEND) ? id.slice(SEND.length) : null;
}

/**
 * One try at one message. Taking it moves its due entry, so that nobody else has it; after a death in between it is
 * told once more, under the same id: an alert twice is better than none.
 */
export async function send(deps: AlertDeps, id: string, entry: DueEntry): Promise<void> {
  const { store, clock } = deps;
  const found = await store.get<TellingRecord>(keys.telling(id));
  if (!found || found.value.nextAt !== entry.key[3]) {
    const checks = [{ key: entry.key, versionstamp: entry.versionstamp }];
    await store.commit({ name: "alert", checks, deletes: [entry.key] });
    return;
  }
  const taken: TellingRecord = {
    ...found.value,
    status: "sending",
    attempts: found.value.attempts + 1,
    nextAt: clock.now() + HOLD_MS,
  };
  const claim = await store.commit({
    name: "alert",
    checks: [{ key: keys.telling(id), versionstamp: found.versionstamp }],
    sets: tellingSets(taken),
    deletes: [entry.key],
  });
  if (!claim.ok) return;
  const result = await deliver(deps, taken.channel, taken);
  const next = afterTry(taken, result, clock.now());
  await store.commit({
    name: "alert",
    checks: [{ key: keys.telling(id), versionstamp: claim.versionstamp }],
    sets: [...result.sets, ...(next ? [...tellingSets(next), { key: keys.untold(id), value: EMPTY }] : [])],
    deletes: [alertDue(taken.nextAt!, `${SEND}${id}`), ...(next ? [] : [keys.telling(id), keys.untold(id)])],
    bells: next?.nextAt ? [next.nextAt] : [],
  });
  if (!result.ok) {
    const { attempts } = taken;
    deps.log("warn", "alert_undelivered", {
      telling: id,
      channel: taken.channel.kind,
      attempts,
      error: result.detail,
    });
  }
}

/** Null: it has been told. */
function afterTry(
  taken: TellingRecord,
  { ok, uncertain, detail }: Delivered,
  now: number,
): TellingRecord | null {
  if (ok) return null;
  const backoff = uncertain ? undefined : BACKOFF_MS[taken.attempts - 1];
  const problem = uncertain ? `It may have arrived: ${detail}` : detail;
  return backoff === undefined
    ? { ...taken, status: "given_up", problem, nextAt: null }
    : { ...taken, status: "undelivered", problem, nextAt: now + backoff };
}

/** What could not be told, oldest first. */
export async function undelivered(store: Store): Promise<Undelivered[]> {
  const selector = { prefix: keys.untold("").slice(0, 1) };
  const ids = (await store.keys({ selector, limit: MOST_UNDELIVERED })).map((key) => String(key[1]));
  const found = await store.getMany<TellingRecord>(ids.map(keys.telling), { broken: "pass" });
  return found.flatMap((one) => one ? [shown(one.value)] : []);
}

function shown({ id, channel, alerts, problem, attempts, at, nextAt }: TellingRecord): Undelivered {
  return {
    id,
    channel: channelInWords(channel),
    titles: alerts.map(({ title }) => title),
    problem: problem ?? "",
    attempts,
    at: new Date(at).toISOString(),
    nextAt: nextAt === null ? null : new Date(nextAt).toISOString(),
  };
}

/** Tries it once more, now, over the channel as it is set up now. 404. */
export async function sendAgain({ store, clock }: AlertDeps, id: string): Promise<void> {
  await change(store, id, async (record) => {
    const { channels } = await readSettings(store);
    const channel = channels.find((one) => one.id === record.channel.id) ?? record.channel;
    return { ...record, channel, status: "waiting", attempts: 0, nextAt: clock.now() };
  });
}

/** Nobody is to be told any more. 404. */
export async function dismiss({ store }: AlertDeps, id: string): Promise<void> {
  await change(store, id, () => Promise.resolve(null));
}

async function change(
  store: Store,
  id: string,
  next: (record: TellingRecord) => Promise<TellingRecord | null>,
): Promise<void> {
  for (;;) {
    const found = await store.get<TellingRecord>(keys.telling(id));
    if (!found) throw notFound("undelivered alert", id);
    const changed = await next(found.value);
    const old = found.value.nextAt === null ? [] : [alertDue(found.value.nextAt, `${SEND}${id}`)];
    const result = await store.commit({
      name: "alert",
      checks: [{ key: keys.telling(id), versionstamp: found.versionstamp }],
      sets: changed ? tellingSets(changed) : [],
      deletes: [
        ...(changed && changed.nextAt === found.value.nextAt ? [] : old),
        ...(changed ? [] : [keys.telling(id), keys.untold(id)]),
      ],
      bells: changed?.nextAt ? [changed.nextAt] : [],
    });
    if (result.ok) return;
  }
}
