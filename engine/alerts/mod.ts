import type { Alerts } from "../contract_alerts.ts";
import { AlertChannel } from "../schemas/alert.ts";
import type { AlertTest } from "../schemas/alert.ts";
import { invalid, issuesOf } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { EMPTY, encode } from "../store/store.ts";
import type { DueEntry } from "../worker/held.ts";
import { deliver } from "./channels.ts";
import type { AlertDeps } from "./deps.ts";
import { acknowledge, countOpen, listIncidents, mute, openOnes } from "./incidents.ts";
import { EVERY_MS, look } from "./look.ts";
import { alertDue } from "./records.ts";
import type { LookRecord, Told } from "./records.ts";
import { createRule, readRule, readRules, removeRule, saveRule } from "./rules.ts";
import { readSettings, saveSettings } from "./settings.ts";
import { dismiss, gather, messageIn, send, sendAgain, undelivered } from "./tell.ts";

/** Alerts with what the loop and the start ask of them. */
export interface AlertSubject extends Alerts {
  /** A look, a moment at which something is told, or a message is due. */
  due(id: string, entry: DueEntry): Promise<void>;
  /** Makes sure that somebody looks every minute: once per database. */
  keepWatch(): Promise<void>;
}

/** What goes wrong, told once each, and what became of it (contract: `Alerts`). */
export function createAlerts(deps: AlertDeps): AlertSubject {
  const { store, clock } = deps;
  return {
    rules: () => readRules(store),
    rule: (id) => readRule(store, id),
    createRule: (input) => createRule(deps, input),
    saveRule: (id, input) => saveRule(deps, id, input),
    removeRule: (id) => removeRule(deps, id),
    settings: () => readSettings(store),
    saveSettings: (input) => saveSettings(deps, input),
    test: (channel) => testChannel(deps, channel),
    incidents: (paging) => listIncidents(deps, paging),
    open: () => openOnes(deps),
    count: () => countOpen(store),
    acknowledge: (id, actor) => acknowledge(deps, id, actor),
    mute: (id, hours, actor) => mute(deps, id, hours, actor),
    undelivered: () => undelivered(store),
    sendAgain: (id) => sendAgain(deps, id),
    dismiss: (id) => dismiss(deps, id),
    async check(): Promise<void> {
      const at = clock.now();
      const sets = [{ key: alertDue(at, "check"), value: encode({}) }];
      await store.commit({ name: "alert", sets, bells: [at] });
    },
    async due(id, entry): Promise<void> {
      if (id === "look" || id === "check") return await look(deps, id, entry);
      if (id === "tell") return await gather(deps, entry);
      const message = messageIn(id);
      if (message !== null) await send(deps, message, entry);
    },
    keepWatch: () => keepWatch(deps),
  };
}

async function keepWatch({ store, clock }: AlertDeps): Promise<void> {
  const key = keys.meta("alerts");
  if (await store.get(key)) return;
  const now = clock.now();
  const first: LookRecord = { v: 1, at: now, upkeepAt: now };
  await store.commit({
    name: "meta",
    checks: [{ key, versionstamp: null }],
    sets: [{ key, value: EMPTY }, { key: alertDue(now + EVERY_MS, "look"), value: encode(first) }],
  });
}

async function testChannel(deps: AlertDeps, input: unknown): Promise<AlertTest> {
  const parsed = AlertChannel.safeParse(input);
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    throw invalid(issues[0]?.message ?? "No channel", issues);
  }
  const sample: Told = {
    what: "opened",
    incidentId: "test",
    title: "A test of this channel",
    detail: "Somebody asked under Settings → Alerts whether alerts arrive here. They do.",
    link: "/settings/alerts",
    at: deps.clock.now(),
  };
  const { ok, detail, sets } = await deliver(deps, parsed.data, { id: deps.newId(), alerts: [sample] });
  if (sets.length > 0) await deps.store.commit({ name: "alert", sets });
  return { ok, detail };
}
