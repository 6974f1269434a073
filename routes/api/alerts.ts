import { z } from "zod";
import {
  AlertChannel,
  AlertRule,
  AlertRuleInput,
  AlertSettings,
  AlertTest,
  Incident,
  MuteInput,
  Undelivered,
} from "../../engine/schemas/alert.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { incidentFor } from "./payload.ts";

const Alerts = z.object({
  /** Rules: those that are on by default first. */
  items: z.array(AlertRule),
  nextCursor: z.null(),
  /** Incidents that are open, newest first. */
  incidents: z.array(Incident),
  /** What could not be told. */
  undelivered: z.array(Undelivered),
}).meta({ id: "Alerts" });

const ruleRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/monitoring/alerts",
    action: "alert.see",
    summary: "Rules, incidents that are open, and alerts that could not be delivered",
    answers: { 200: { description: "Alerts", schema: Alerts } },
    handle: async ({ engine: { alerts }, user }) => {
      const [items, open, undelivered] = await Promise.all([
        alerts.rules(),
        alerts.open(),
        alerts.undelivered(),
      ]);
      const incidents = open.map((incident) => incidentFor(user(), incident));
      return json({ items, nextCursor: null, incidents, undelivered });
    },
  }),
  define({
    method: "post",
    path: "/api/monitoring/alerts",
    action: "alert.edit",
    summary: "Add a rule; one for a workflow stands in for the one for all of its kind",
    body: AlertRuleInput,
    answers: { 201: { description: "The rule", schema: AlertRule } },
    handle: async ({ engine, body }) => {
      const rule = await engine.alerts.createRule(body);
      return json(rule, 201, { location: `/api/monitoring/alerts/${rule.id}` });
    },
  }),
  define({
    method: "get",
    path: "/api/monitoring/alerts/:id",
    action: "alert.see",
    summary: "One rule; those that are on by default have their kind as id",
    answers: { 200: { description: "The rule", schema: AlertRule } },
    handle: async ({ engine, param }) => json(await engine.alerts.rule(param("id"))),
  }),
  define({
    method: "put",
    path: "/api/monitoring/alerts/:id",
    action: "alert.edit",
    summary: "Change a rule, or switch it off; its kind stays",
    body: AlertRuleInput,
    answers: { 200: { description: "The rule", schema: AlertRule } },
    handle: async ({ engine, param, body }) => json(await engine.alerts.saveRule(param("id"), body)),
  }),
  define({
    method: "delete",
    path: "/api/monitoring/alerts/:id",
    action: "alert.edit",
    summary: "Remove a rule; one that is on by default is again as it was",
    answers: { 204: { description: "Removed" } },
    handle: async ({ engine, param }) => {
      await engine.alerts.removeRule(param("id"));
      return noContent();
    },
  }),
];

const settingsRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/monitoring/alert-settings",
    action: "alert.edit",
    summary: "Channels, quiet hours and digest",
    answers: { 200: { description: "How alerts are told", schema: AlertSettings } },
    handle: async ({ engine }) => json(await engine.alerts.settings()),
  }),
  define({
    method: "put",
    path: "/api/monitoring/alert-settings",
    action: "alert.edit",
    summary: "Say how alerts are told; what is absent is as by default",
    body: AlertSettings,
    answers: { 200: { description: "How alerts are told", schema: AlertSettings } },
    handle: async ({ engine, body }) => json(await engine.alerts.saveSettings(body)),
  }),
  define({
    method: "post",
    path: "/api/monitoring/alert-settings/test",
    action: "alert.edit",
    summary: "Tell a test over a channel, saved or not, and say what came of it",
    body: AlertChannel,
    answers: { 200: { description: "What came of it", schema: AlertTest } },
    handle: async ({ engine, body }) => json(await engine.alerts.test(body)),
  }),
  define({
    method: "post",
    path: "/api/monitoring/alert-settings/check",
    action: "alert.act",
    summary: "Judge every rule now instead of within the next minute",
    answers: { 202: { description: "It is looked" } },
    handle: async ({ engine }) => {
      await engine.alerts.check();
      return new Response(null, { status: 202 });
    },
  }),
];

const incidentRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/monitoring/incidents",
    action: "alert.see",
    summary: "Incidents, newest first",
    query: z.object({ ...Paging.shape, status: z.enum(["open", "recovered"]).optional() }),
    answers: { 200: { description: "A page of incidents", schema: pageOf(Incident) } },
    handle: async ({ engine, query, user }) => {
      const { items, nextCursor } = await engine.alerts.incidents(query);
      return json({ items: items.map((incident) => incidentFor(user(), incident)), nextCursor });
    },
  }),
  define({
    method: "post",
    path: "/api/monitoring/incidents/:id/acknowledge",
    action: "alert.act",
    summary: "Say that somebody is at it",
    answers: { 200: { description: "The incident", schema: Incident } },
    handle: async ({ engine, param, actor }) => json(await engine.alerts.acknowledge(param("id"), actor())),
  }),
  define({
    method: "post",
    path: "/api/monitoring/incidents/:id/mute",
    action: "alert.act",
    summary: "Tell nobody of it for so many hours, also when it comes back; 0: tell again",
    body: MuteInput,
    answers: { 200: { description: "The incident", schema: Incident } },
    handle: async ({ engine, param, body, actor }) =>
      json(await engine.alerts.mute(param("id"), body.hours, actor())),
  }),
  define({
    method: "post",
    path: "/api/monitoring/undelivered/:id/send",
    action: "alert.act",
    summary: "Try once more to deliver an alert, over its channel as it is set up now",
    answers: { 202: { description: "It is tried" } },
    handle: async ({ engine, param }) => {
      await engine.alerts.sendAgain(param("id"));
      return new Response(null, { status: 202 });
    },
  }),
  define({
    method: "delete",
    path: "/api/monitoring/undelivered/:id",
    action: "alert.act",
    summary: "Deliver it no more",
    answers: { 204: { description: "Dismissed" } },
    handle: async ({ engine, param }) => {
      await engine.alerts.dismiss(param("id"));
      return noContent();
    },
  }),
];

/** What goes wrong: rules, how it is told, and what became of it. */
export const alertRoutes: readonly ApiRoute[] = [...ruleRoutes, ...settingsRoutes, ...incidentRoutes];
