import type { Actor } from "../contract.ts";
import { notFound } from "../errors.ts";
import type { Incident } from "../schemas/alert.ts";
import { HOUR_MS } from "../schemas/duration_units.ts";
import type { Page, Paging } from "../schemas/problem.ts";
import { keys } from "../store/keys.ts";
import { collectPage, newestFirst, ULID_CURSOR } from "../store/pages.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { AlertDeps } from "./deps.ts";
import type { IncidentRecord, MuteRecord } from "./records.ts";

/** No bell counts on. */
const MOST_COUNTED = 100;

/** Newest first. */
export async function listIncidents(
  { store, clock }: AlertDeps,
  paging: Paging & { status?: Incident["status"] | undefined },
): Promise<Page<Incident>> {
  const { cursor, status } = paging;
  const page = await collectPage(
    newestFirst<IncidentRecord>(store, ["incident"], { cursor, pattern: ULID_CURSOR }),
    {
      paging,
      keep: ({ recoveredAt }) => status === undefined || (recoveredAt === null) === (status === "open"),
      view: (record) => record,
      at: ({ openedAt }) => openedAt,
      elapsed: store.monotonic,
    },
  );
  return { ...page, items: await shown(store, page.items, clock.now()) };
}

/** Every open one, newest first; at most a hundred. */
export async function openOnes({ store, clock }: AlertDeps): Promise<Incident[]> {
  const ids: string[] = [];
  const selector = { prefix: ["incident_open"] };
  for await (
    const { value } of store.list<{ id: string }>({ selector, limit: MOST_COUNTED, broken: "pass" })
  ) {
    ids.push(value.id);
  }
  const found = await store.getMany<IncidentRecord>(ids.map(keys.incident), { broken: "pass" });
  const records = found.flatMap((one) => one ? [one.value] : []).sort((a, b) => b.openedAt - a.openedAt);
  return await shown(store, records, clock.now());
}

/** How many are open, and messages that could not be told: two reads of keys alone. */
export async function countOpen(store: Store): Promise<{ open: number; undelivered: number }> {
  const [open, untold] = await Promise.all(
    ["incident_open", "untold"].map((prefix) =>
      store.keys({ selector: { prefix: [prefix] }, limit: MOST_COUNTED })
    ),
  );
  return { open: open?.length ?? 0, undelivered: untold?.length ?? 0 };
}

async function shown(store: Store, records: readonly IncidentRecord[], now: number): Promise<Incident[]> {
  const [names, mutes] = await Promise.all([
    store.getMany<{ name: string }>(records.map(({ workflowId }) => keys.workflow(workflowId ?? "")), {
      broken: "pass",
    }),
    store.getMany<MuteRecord>(records.map(({ subject }) => keys.alertMute(subject)), { broken: "pass" }),
  ]);
  const iso = (at: number): string => new Date(at).toISOString();
  return records.map((record, i): Incident => {
    const { id, ruleId, kind, workflowId, title, detail, link, acknowledged, recoveredAt, recovery } = record;
    const until = mutes[i]?.value.until ?? 0;
    return {
      ...{ id, ruleId, kind, workflowId, title, detail, link, recovery },
      workflowName: workflowId === null ? null : names[i]?.value.name ?? "(deleted)",
      status: recoveredAt === null ? "open" : "recovered",
      openedAt: iso(record.openedAt),
      recoveredAt: recoveredAt === null ? null : iso(recoveredAt),
      acknowledged: acknowledged && { by: acknowledged.by, at: iso(acknowledged.at) },
      tellAt: record.tellAt === null ? null : iso(record.tellAt),
      mutedUntil: until > now ? iso(until) : null,
    };
  });
}

/** Somebody is at it. 404; asked twice, the first stays. */
export async function acknowledge(deps: AlertDeps, id: string, actor: Actor): Promise<Incident> {
  const { store, clock } = deps;
  for (;;) {
    const found = await store.get<IncidentRecord>(keys.incident(id));
    if (!found) throw notFound("incident", id);
    const at = clock.now();
    const next: IncidentRecord = {
      ...found.value,
      acknowledged: found.value.acknowledged ?? { by: actor.name, at },
    };
    const result = await store.commit({
      name: "alert",
      checks: [{ key: keys.incident(id), versionstamp: found.versionstamp }],
      sets: [{ key: keys.incident(id), value: encode(next) }],
    });
    if (result.ok) return (await shown(store, [next], at))[0]!;
  }
}

/** Nobody is told of this rule about this workflow for so many hours; 0: they are again. 404. */
export async function mute(deps: AlertDeps, id: string, hours: number, actor: Actor): Promise<Incident> {
  const { store, clock } = deps;
  const found = await store.get<IncidentRecord>(keys.incident(id));
  if (!found) throw notFound("incident", id);
  const key = keys.alertMute(found.value.subject);
  const record: MuteRecord = { v: 1, until: clock.now() + hours * HOUR_MS, by: actor.name };
  await store.commit({
    name: "alert",
    ...(hours === 0 ? { deletes: [key] } : { sets: [{ key, value: encode(record) }] }),
  });
  return (await shown(store, [found.value], clock.now()))[0]!;
}
