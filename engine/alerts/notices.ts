import type { AlertRule, AlertSettings } from "../schemas/alert.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { EMPTY, encode } from "../store/store.ts";
import type { AlertDeps } from "./deps.ts";
import { alertDue } from "./records.ts";
import type { IncidentRecord, NoticeRecord } from "./records.ts";
import { tellAt } from "./settings.ts";

interface Noticed extends Required<Pick<Write, "sets" | "bells">> {
  /** The incident with the moment at which it is told. */
  record: IncidentRecord;
}

/**
 * What is told of an incident's beginning or end. The end is told to whoever is told of the beginning, and never before
 * it: where the beginning still waits for the end of the quiet hours, one message has both.
 */
export function noticeParts(
  { newId, clock }: Pick<AlertDeps, "newId" | "clock">,
  about: {
    settings: AlertSettings;
    record: IncidentRecord;
    /** Null: its rule is gone, and nobody asked to be told. */
    rule: AlertRule | null;
    muted: boolean;
    opened: boolean;
  },
): Noticed {
  const { settings, record, rule, muted, opened } = about;
  const isOver = record.recoveredAt !== null;
  const channels = rule?.channels ?? null;
  const anybody = settings.channels.some(({ id }) => channels === null || channels.includes(id));
  const told = opened || record.tellAt !== null;
  if (!rule || muted || !anybody || !told || !(opened || isOver)) return { record, sets: [], bells: [] };
  const now = clock.now();
  const at = Math.max(tellAt(settings, now, rule.urgent), record.tellAt ?? 0);
  const { id: incidentId, title, detail, link, recovery } = record;
  const notice: NoticeRecord = {
    v: 1,
    what: opened ? "opened" : "recovered",
    incidentId,
    title,
    detail: opened ? detail : `${recovery}.`,
    link,
    at: now,
    channels,
  };
  return {
    record: opened ? { ...record, tellAt: at } : record,
    sets: [
      { key: keys.notice(at, newId()), value: encode(notice) },
      { key: alertDue(at, "tell"), value: EMPTY },
    ],
    bells: [at],
  };
}
