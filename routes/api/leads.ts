import { z } from "zod";
import { Lead, LeadInput, LeadPatch, Signal, SignalInput } from "../../engine/schemas/lead.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { createOptions, IDEMPOTENT } from "../middleware/idempotency.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { signalFor } from "./payload.ts";

/** PUT and PATCH are the same: a lead has no field that one would want to lose by leaving it out. */
const updates = (["patch", "put"] as const).map((method) =>
  define({
    method,
    path: "/api/leads/:id",
    action: "lead.edit",
    summary: "Change the named fields; what is absent stays",
    body: LeadPatch,
    answers: { 200: { description: "The lead", schema: Lead } },
    handle: async ({ engine, param, body }) => json(await engine.leads.update(param("id"), body)),
  })
);

export const leadRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/leads",
    action: "lead.see",
    summary: "List leads, newest first",
    query: z.object({ ...Paging.shape, q: z.string().max(200).optional() }),
    answers: { 200: { description: "A page of leads", schema: pageOf(Lead) } },
    handle: async ({ engine, query }) => json(await engine.leads.list(query)),
  }),
  define({
    method: "post",
    path: "/api/leads",
    action: "lead.edit",
    summary: "Add a lead; 409 when the e-mail address exists",
    body: LeadInput,
    headers: IDEMPOTENT,
    answers: { 201: { description: "The lead", schema: Lead } },
    handle: async ({ c, engine, body }) => {
      const lead = await engine.leads.create(body, createOptions(c.req.raw.headers));
      return json(lead, 201, { location: `/api/leads/${lead.id}` });
    },
  }),
  define({
    method: "get",
    path: "/api/leads/:id",
    action: "lead.see",
    summary: "One lead",
    answers: { 200: { description: "The lead", schema: Lead } },
    handle: async ({ engine, param }) => json(await engine.leads.get(param("id"))),
  }),
  ...updates,
  define({
    method: "delete",
    path: "/api/leads/:id",
    action: "lead.delete",
    summary: "Remove a lead",
    answers: { 204: { description: "Removed" } },
    handle: async ({ engine, param }) => {
      await engine.leads.remove(param("id"));
      return noContent();
    },
  }),
  define({
    method: "get",
    path: "/api/leads/:id/signals",
    action: "lead.see",
    summary: "What happened to a lead, newest first",
    query: z.object({ ...Paging.shape }),
    answers: { 200: { description: "A page of signals", schema: pageOf(Signal) } },
    handle: async ({ engine, param, query, user }) => {
      const { items, nextCursor } = await engine.leads.signals(param("id"), query);
      return json({ items: items.map((signal) => signalFor(user(), signal)), nextCursor });
    },
  }),
  define({
    method: "post",
    path: "/api/leads/:id/signals",
    action: "lead.signal",
    summary: "Record a signal; waits and triggers that listen to it go on",
    body: SignalInput,
    headers: IDEMPOTENT,
    answers: { 201: { description: "The signal", schema: Signal } },
    handle: async ({ c, engine, param, body }) =>
      json(await engine.leads.signal(param("id"), body, createOptions(c.req.raw.headers)), 201),
  }),
];
