import { z } from "zod";
import { CompleteInput, InboxItem } from "../../engine/schemas/inbox.ts";
import { Message, MessageSummary } from "../../engine/schemas/message.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { messageFor } from "./payload.ts";

/** What needs a person, and the messages that left or would have left. */
export const inboxRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/inbox",
    action: "inbox.see",
    summary: "What needs a person",
    query: z.object({ ...Paging.shape }),
    answers: { 200: { description: "A page of items", schema: pageOf(InboxItem) } },
    handle: async ({ engine, query }) => json(await engine.inbox.list(query)),
  }),
  define({
    method: "post",
    path: "/api/inbox/:id/complete",
    action: "inbox.complete",
    summary: "Answer an item with one of its outcomes; 409 when it is done already",
    body: CompleteInput,
    answers: { 204: { description: "The execution goes on" } },
    handle: async ({ engine, param, body, actor }) => {
      await engine.inbox.complete(param("id"), body, actor());
      return noContent();
    },
  }),
  define({
    method: "get",
    path: "/api/outbox",
    action: "message.see",
    summary: "Messages, newest first",
    query: z.object({
      ...Paging.shape,
      executionId: z.string().max(64).optional(),
      leadId: z.string().max(64).optional(),
    }),
    answers: { 200: { description: "A page of messages", schema: pageOf(MessageSummary) } },
    handle: async ({ engine, query }) => json(await engine.messages.list(query)),
  }),
  define({
    method: "get",
    path: "/api/outbox/:id",
    action: "message.see",
    summary: "One message as it was or would have been sent",
    answers: { 200: { description: "The message", schema: Message } },
    handle: async ({ engine, param, user }) =>
      json(messageFor(user(), await engine.messages.get(param("id")))),
  }),
];
