import { causeInWords, readCause } from "../core/cause.ts";
import { secretsIn } from "../core/config.ts";
import type { GraphNode } from "../core/graph.ts";
import { invalid } from "../errors.ts";
import { MOST_COUNTED } from "../schemas/inbox.ts";
import type { CauseCard, InboxCards, InboxItem } from "../schemas/inbox.ts";
import type { Paging } from "../schemas/problem.ts";
import type { ByCauseRecord } from "../store/attention.ts";
import { keys } from "../store/keys.ts";
import type { Key } from "../store/keys.ts";
import type { AttentionRecord } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import type { Versions } from "../worker/versions.ts";
import { toItems } from "./inbox_items.ts";

/** `["card", id]`: what people said of a card. Times are epoch ms. */
export interface CardRecord {
  v: 1;
  owner?: { userId: string; name: string };
  /** Failures up to this moment are of no interest. */
  ignored?: { at: number; by: string };
}

export interface CardDeps {
  store: Store;
  versions: Pick<Versions, "get">;
}

/** Nobody reads more of them at once; the rest comes as these are mended. */
const MOST_CAUSES = 100;
const MOST_PLACES = 10;
/** Where no navigation counts on. */
const MOST_SHOWN = 1_000;
const PREFIX: Key = ["attention_by_cause"];

/** The cards of one page: on the first one the causes, oldest first, then what is no failure. */
export async function listCards(deps: CardDeps, paging: Paging): Promise<InboxCards> {
  const { store } = deps;
  const causes: CauseCard[] = [];
  if (!paging.cursor) {
    for await (const cause of openCauses(store)) {
      const card = await cardOf(deps, cause);
      if (card) causes.push(card);
      if (causes.length === MOST_CAUSES) break;
    }
  }
  const { items, nextCursor } = await listTodo(store, paging);
  return { causes: causes.sort((a, b) => a.createdAt < b.createdAt ? -1 : 1), items, nextCursor };
}

/** Those of one execution: what it waits for, and the causes that its steps failed for, with all else that failed so. */
export async function cardsOf(deps: CardDeps, executionId: string): Promise<InboxCards> {
  const { store } = deps;
  const selector = { start: ["attention", `${executionId}.`], end: ["attention", `${executionId}/`] };
  const [ids, todo] = [new Set<string>(), new Array<{ id: string; record: AttentionRecord }>()];
  for await (const { key, value } of store.list<AttentionRecord>({ selector, broken: "pass" })) {
    if (value.failed) ids.add(value.failed.cause);
    else todo.push({ id: String(key[1]), record: value });
  }
  const causes = await Promise.all([...ids].map(async (id) => {
    const open = await readOpen(store, id);
    return open && await cardOf(deps, open);
  }));
  return {
    causes: causes.filter((card) => card !== null),
    items: await toItems(store, todo),
    nextCursor: null,
  };
}

/** How many cards there are, read from the indexes alone. */
export async function countCards(store: Store): Promise<number> {
  let count = (await store.keys({ selector: { prefix: ["todo"] }, limit: MOST_SHOWN })).length;
  for await (const _ of openCauses(store)) if (++count >= MOST_SHOWN) break;
  return count;
}

interface OpenCause {
  id: string;
  note: CardRecord | null;
  selector: Deno.KvListSelector;
}

/** Causes with a failure that nobody ignores: one read for each, however many failed. */
async function* openCauses(store: Store): AsyncGenerator<OpenCause> {
  for (let start: Key = PREFIX;;) {
    const [first] = await store.keys({ selector: { prefix: PREFIX, start: [...start, ""] }, limit: 1 });
    if (!first) return;
    const id = String(first[1]);
    start = [...PREFIX, `${id}\u0000`];
    const cause = await readOpen(store, id);
    if (cause) yield cause;
  }
}

/** Null: there is nothing of it, or all of it is ignored. */
export async function readOpen(store: Store, id: string): Promise<OpenCause | null> {
  const note = (await store.get<CardRecord>(keys.card(id)))?.value ?? null;
  const selector = openOf(id, note);
  const [newest] = await store.keys({ selector, limit: 1, reverse: true });
  return newest ? { id, note, selector } : null;
}

/** What failed for the cause since it was ignored last, oldest first. */
function openOf(id: string, note: CardRecord | null): Deno.KvListSelector {
  const prefix = [...PREFIX, id];
  return note?.ignored ? { prefix, start: [...prefix, note.ignored.at + 1] } : { prefix };
}

async function cardOf(deps: CardDeps, { id, note, selector }: OpenCause): Promise<CauseCard | null> {
  const { store } = deps;
  const places = new Map<string, { workflowId: string; nodeId: string; count: number }>();
  let [count, first, last] = [0, 0, 0];
  for await (
    const { key, value } of store.list<ByCauseRecord>({
      selector,
      limit: MOST_COUNTED + 1,
      reverse: true,
      broken: "pass",
    })
  ) {
    if (++count > MOST_COUNTED) break;
    first = Number(key[2]);
    last ||= first;
    const { workflowId, nodeId } = value;
    const place = places.get(`${workflowId}.${nodeId}`) ?? { workflowId, nodeId, count: 0 };
    places.set(`${workflowId}.${nodeId}`, { ...place, count: place.count + 1 });
  }
  const record = await newestOf(store, selector);
  const cause = readCause(id);
  if (!record || !cause) return null;
  const most = [...places.values()].sort((a, b) => b.count - a.count).slice(0, MOST_PLACES);
  const where = await Promise.all(most.map((place) => placeOf(deps, place)));
  const { type, code, status, host } = cause;
  return {
    id,
    kind: "cause",
    title: host === null ? record.title : causeInWords(cause),
    description: record.description,
    ...{ type, code, status, host },
    count: Math.min(count, MOST_COUNTED),
    more: count > MOST_COUNTED,
    where: where.map(({ secrets: _secrets, ...place }) => place),
    secrets: [...new Set(where.flatMap(({ secrets }) => secrets))],
    newest: { executionId: record.executionId, nodeId: record.nodeId },
    createdAt: new Date(first).toISOString(),
    lastAt: new Date(last).toISOString(),
    ...(note?.owner ? { owner: note.owner } : {}),
    ...(note?.ignored
      ? { returned: { by: note.ignored.by, at: new Date(note.ignored.at).toISOString() } }
      : {}),
  };
}

const TRIES = 10;

/** The card of the newest failure that is still there. */
async function newestOf(store: Store, selector: Deno.KvListSelector): Promise<AttentionRecord | null> {
  const newest = await store.keys({ selector, limit: TRIES, reverse: true });
  const records = await store.getMany<AttentionRecord>(
    newest.map((key) => keys.attention(String(key[3]))),
    { broken: "pass" },
  );
  return records.find((record) => record !== null)?.value ?? null;
}

type Place = CauseCard["where"][number] & { secrets: string[] };

/** A node as its workflow's live version draws it: there it is mended. */
async function placeOf(
  { store, versions }: CardDeps,
  place: Pick<Place, "workflowId" | "nodeId" | "count">,
): Promise<Place> {
  const { workflowId, nodeId } = place;
  const workflow = (await store.get<{ name: string; version: number | null }>(keys.workflow(workflowId)))
    ?.value;
  let node: GraphNode | undefined;
  if (workflow?.version) {
    // A version that cannot be read or compiled any more says nothing of its nodes.
    const live = await versions.get(workflowId, workflow.version).catch(() => null);
    node = live?.graph.nodes[live.graph.indexOf.get(nodeId) ?? -1];
  }
  return {
    ...place,
    workflowName: workflow?.name ?? "(deleted)",
    label: node?.label ?? nodeId,
    secrets: node ? secretsIn(node.config) : [],
  };
}

/** Tasks, calls, approvals and uncertain sends, from behind the cursor. */
async function listTodo(
  store: Store,
  paging: Paging,
): Promise<{ items: InboxItem[]; nextCursor: string | null }> {
  const found = await store.keys({ selector: behind(paging.cursor), limit: paging.limit + 1 });
  const ids = found.slice(0, paging.limit).map((key) => String(key[2]));
  const records = await store.getMany<AttentionRecord>(ids.map(keys.attention), { broken: "pass" });
  const open = ids.flatMap((id, i) => records[i] ? [{ id, record: records[i].value }] : []);
  const last = found[paging.limit - 1];
  const more = found.length > paging.limit && last;
  return {
    items: await toItems(store, open),
    nextCursor: more ? `${String(last[1])}~${String(last[2])}` : null,
  };
}

function behind(cursor: string | undefined): Deno.KvListSelector {
  const prefix = ["todo"];
  if (!cursor) return { prefix };
  const [, kind, id] = /^(task|uncertain)~(.+)$/.exec(cursor) ?? [];
  if (kind === undefined || id === undefined) {
    const accepted = "a nextCursor as it was answered";
    throw invalid("The cursor is none of ours", [{
      path: "cursor",
      message: "is no cursor of the inbox",
      accepted,
    }]);
  }
  return { prefix, start: [...prefix, kind, `${id}\u0000`] };
}
