import type { AlertRule } from "../schemas/alert.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Entry } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";
import { causeOf, nameOf } from "./about.ts";
import type { AlertDeps } from "./deps.ts";
import { judge } from "./judge.ts";
import type { Measures, Verdict } from "./judge.ts";
import { measure, outlived } from "./measure.ts";
import { alertDue } from "./records.ts";
import type { IncidentRecord, LookRecord, MuteRecord } from "./records.ts";
import { isOfHouse, readRules, rulesFor } from "./rules.ts";
import { readSettings } from "./settings.ts";
import { incidentInWords, RECOVERIES } from "./words.ts";
import { noticeParts } from "./notices.ts";
import { upkeep } from "./upkeep.ts";

export const EVERY_MS = 60_000;
const UPKEEP_EVERY_MS = 3_600_000;
/** Of each kind of change in one look; the rest comes with the next one. */
const MOST_AT_ONCE = 20;

type Open = ReadonlyMap<string, Entry<IncidentRecord>>;

interface Change {
  record: IncidentRecord;
  /** Null: it is opened. */
  versionstamp: string | null;
  rule: AlertRule | null;
}

/**
 * Judges every rule over what was active, and writes down what begins and what is over. The commit takes the due entry
 * that asked for it, and checks that no other process has opened or closed the same: of any number, one look counts.
 */
export async function look(deps: AlertDeps, id: "look" | "check", entry: DueEntry): Promise<void> {
  const { store, clock } = deps;
  const now = clock.now();
  const record = (await store.get<Partial<LookRecord>>(entry.key))?.value ?? null;
  if (!record) return;
  const before = record.at ?? null;
  const rules = await readRules(store);
  const open = await openIncidents(deps);
  const watched = new Set([...open.values()].flatMap(({ value }) => value.workflowId ?? []));
  const { measures, workflows } = await measure(store, { now, before, watched });
  const changes = await changesOf(deps, { rules, open, measures, workflows });
  const next: LookRecord = { v: 1, at: now, upkeepAt: record.upkeepAt ?? now };
  if (before !== null) {
    const deletes = await outlived(store, { now, before, workflows: failed(measures) });
    if (deletes.length > 0) await store.commit({ name: "alert", deletes });
    if (now - next.upkeepAt >= UPKEEP_EVERY_MS) {
      await upkeep(deps);
      next.upkeepAt = now;
    }
  }
  const parts = await partsOf(deps, changes);
  const result = await store.commit({
    name: "alert",
    ...parts,
    checks: [{ key: entry.key, versionstamp: entry.versionstamp }, ...parts.checks],
    deletes: [entry.key, ...parts.deletes],
    sets: [
      ...(id === "look" ? [{ key: alertDue(now + EVERY_MS, "look"), value: encode(next) }] : []),
      ...parts.sets,
    ],
  });
  if (result.ok) { for (const { record, versionstamp } of changes) tellLog(deps, record, versionstamp); }
}

function failed({ pulses }: Measures): Set<string> {
  return new Set(pulses.flatMap(({ workflowId, failed }) => failed > 0 ? [workflowId] : []));
}

function tellLog({ log }: AlertDeps, record: IncidentRecord, versionstamp: string | null): void {
  const { id, kind, workflowId, title } = record;
  if (versionstamp === null) log("warn", "alert_opened", { incident: id, kind, workflowId, title });
  else if (record.recoveredAt !== null) {
    log("info", "alert_recovered", { incident: id, kind, workflowId, title });
  }
}

/** By subject. */
async function openIncidents({ store }: Pick<AlertDeps, "store">): Promise<Open> {
  const prefix = keys.openIncident("").slice(0, 1);
  const ids: string[] = [];
  for await (const { value } of store.list<{ id: string }>({ selector: { prefix }, broken: "pass" })) {
    ids.push(value.id);
  }
  const found = await store.getMany<IncidentRecord>(ids.map(keys.incident), { broken: "pass" });
  return new Map(found.flatMap((one) => one ? [[one.value.subject, one] as const] : []));
}

async function changesOf(deps: AlertDeps, about: {
  rules: readonly AlertRule[];
  open: Open;
  measures: Measures;
  workflows: ReadonlySet<string>;
}): Promise<Change[]> {
  const { rules, open, measures, workflows } = about;
  const opened: Change[] = [];
  const moved: Change[] = [];
  const judged = new Set<string>();
  const now = [...open.values()].map(({ value }) => value);
  const pairs: [AlertRule, string | null][] = rules.filter((rule) => isOfHouse(rule) && rule.enabled)
    .map((rule) => [rule, null]);
  for (const id of workflows) for (const rule of rulesFor(rules, id)) pairs.push([rule, id]);
  for (const [rule, workflowId] of pairs) {
    const subject = `${rule.id}:${workflowId ?? ""}`;
    judged.add(subject);
    const known = open.get(subject);
    const verdict = judge(rule, workflowId, measures, known?.value.openedAt ?? null);
    if (verdict.is === "over" && known) moved.push(over(rule, known, measures.now));
    if (verdict.is !== "wrong" || (known ? moved : opened).length >= MOST_AT_ONCE) continue;
    if (!known && isTold(rule, workflowId, [...now, ...opened.map(({ record }) => record)])) continue;
    const said = await sayIncident(deps, rule, workflowId, verdict);
    // What nobody can see any more is nobody's incident.
    if (said === null) continue;
    if (!known) opened.push(fresh(deps, { rule, subject, workflowId, said, now: measures.now }));
    else if (known.value.detail !== said.detail) {
      // Its title stays what people were told, so that its end is known by it.
      const { detail, link } = said;
      moved.push({ record: { ...known.value, detail, link }, versionstamp: known.versionstamp, rule });
    }
  }
  for (const [subject, known] of open) {
    if (judged.has(subject) && await nameOf(deps, known.value.workflowId) !== null) continue;
    const recovery = judged.has(subject) ? "The workflow was deleted" : "The rule watches it no more";
    moved.push({
      ...over(null, known, measures.now),
      record: { ...known.value, recoveredAt: measures.now, recovery },
    });
  }
  const once = new Map(moved.map((change) => [change.record.id, change]));
  return [...opened, ...[...once.values()].slice(0, MOST_AT_ONCE * 2)];
}

/** Both say that a workflow's runs fail: whoever was told one is not told the other. */
const FAILING: ReadonlySet<string> = new Set(["streak", "failure_rate"]);

function isTold({ kind }: AlertRule, workflowId: string | null, open: readonly IncidentRecord[]): boolean {
  return FAILING.has(kind) && open.some((one) => one.workflowId === workflowId && FAILING.has(one.kind));
}

function over(rule: AlertRule | null, { value, versionstamp }: Entry<IncidentRecord>, now: number): Change {
  return { record: { ...value, recoveredAt: now, recovery: RECOVERIES[value.kind] }, versionstamp, rule };
}

type Said = Pick<IncidentRecord, "title" | "detail" | "link">;

async function sayIncident(
  deps: AlertDeps,
  rule: AlertRule,
  workflowId: string | null,
  { numbers, text }: Extract<Verdict, { is: "wrong" }>,
): Promise<Said | null> {
  const workflow = await nameOf(deps, workflowId);
  if (workflow === null) return null;
  const cause = workflowId === null || rule.kind === "silence" ? null : await causeOf(deps, workflowId);
  return {
    ...incidentInWords(rule.kind, { workflow, numbers, cause: cause?.text ?? null, text }),
    link: linkOf(rule, workflowId, cause?.id ?? null),
  };
}

function linkOf({ kind }: AlertRule, workflowId: string | null, cause: string | null): string {
  if (cause !== null) return `/inbox?card=${encodeURIComponent(cause)}`;
  const id = encodeURIComponent(workflowId ?? "");
  switch (kind) {
    case "uncertain":
      return "/inbox";
    case "late":
      return "/executions?status=queued";
    case "silence":
      return `/workflow/${id}`;
    case "missed":
      return "/scheduling";
    case "failure_rate":
    case "streak":
    case "unsent":
      return `/executions?workflowId=${id}&status=failed`;
  }
}

function fresh(
  { newId }: AlertDeps,
  { rule, subject, workflowId, said, now }: {
    rule: AlertRule;
    subject: string;
    workflowId: string | null;
    said: Said;
    now: number;
  },
): Change {
  const record: IncidentRecord = {
    v: 1,
    id: newId(),
    ruleId: rule.id,
    kind: rule.kind,
    subject,
    workflowId,
    ...said,
    openedAt: now,
    recoveredAt: null,
    recovery: null,
    acknowledged: null,
    tellAt: null,
  };
  return { record, versionstamp: null, rule };
}

type Parts = Required<Pick<Write, "checks" | "sets" | "deletes" | "bells">>;

/** Records, the pointer to what is open, and what is to be told of it. */
async function partsOf(deps: AlertDeps, changes: readonly Change[]): Promise<Parts> {
  const parts: Parts = { checks: [], sets: [], deletes: [], bells: [] };
  if (changes.length === 0) return parts;
  const settings = await readSettings(deps.store);
  const mutes = await deps.store.getMany<MuteRecord>(
    changes.map(({ record }) => keys.alertMute(record.subject)),
  );
  for (const [i, { record, versionstamp, rule }] of changes.entries()) {
    const pointer = keys.openIncident(record.subject);
    const muted = (mutes[i]?.value.until ?? 0) > deps.clock.now();
    const notice = noticeParts(deps, { settings, record, rule, muted, opened: versionstamp === null });
    parts.sets.push({ key: keys.incident(record.id), value: encode(notice.record) }, ...notice.sets);
    parts.bells.push(...notice.bells);
    if (versionstamp === null) {
      parts.checks.push({ key: pointer, versionstamp: null });
      parts.sets.push({ key: pointer, value: encode({ v: 1, id: record.id }) });
    } else parts.checks.push({ key: keys.incident(record.id), versionstamp });
    if (record.recoveredAt !== null) parts.deletes.push(pointer);
  }
  return parts;
}
