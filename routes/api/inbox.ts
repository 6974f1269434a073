import { z } from "zod";
import { CardOwner, CompleteInput, InboxCards, InboxItem, OwnerInput } from "../../engine/schemas/inbox.ts";
import { Message, MessageSummary } from "../../engine/schemas/message.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";
import { cardsFor, itemFor, messageFor } from "./payload.ts";

/** What needs a person, and the messages that left or would have left. */
export const inboxRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/inbox",
    action: "inbox.see",
    summary: "What needs a person",
    query: z.object({ ...Paging.shape }),
    answers: { 200: { description: "A page of items", schema: pageOf(InboxItem) } },
    handle: async ({ engine, query, user }) => {
      const { items, nextCursor } = await engine.inbox.list(query);
      return json({ items: items.map((item) => itemFor(user(), item)), nextCursor });
    },
  }),
  define({
    method: "get",
    path: "/api/inbox/cards",
    action: "inbox.see",
    summary:
      "The inbox as cards: failures of one cause are one card; causes stand on the first page. With `executionId`: only those that it has a part in",
    query: z.object({ ...Paging.shape, executionId: z.string().max(64).optional() }),
    answers: { 200: { description: "Cards", schema: InboxCards } },
    handle: async ({ engine, query, user }) => json(cardsFor(user(), await engine.inbox.cards(query))),
  }),
  define({
    method: "get",
    path: "/api/inbox/people",
    action: "inbox.see",
    summary: "Whom a card can be given to",
    answers: { 200: { description: "Everybody who may sign in", schema: pageOf(CardOwner) } },
    handle: async ({ engine }) => json({ items: await engine.inbox.people(), nextCursor: null }),
  }),
  define({
    method: "put",
    path: "/api/inbox/:id/owner",
    action: "inbox.complete",
    summary: "Give a card to somebody (`me`, or a person's id), or to nobody (null)",
    body: OwnerInput,
    answers: { 200: { description: "Whose it is now", schema: z.object({ owner: CardOwner.nullable() }) } },
    handle: async ({ engine, param, body, actor }) =>
      json({ owner: await engine.inbox.assign(param("id"), body.userId, actor()) }),
  }),
  define({
    method: "post",
    path: "/api/inbox/:id/ignore",
    action: "inbox.complete",
    summary: "Ignore a cause: its card goes, and comes back when something fails for it again",
    answers: { 204: { description: "Ignored" } },
    handle: async ({ engine, param, actor }) => {
      await engine.inbox.ignore(param("id"), actor());
      return noContent();
    },
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
    summary: "One message as it was or would have been sent, with its pixel and its counted links",
    answers: { 200: { description: "The message", schema: Message } },
    handle: async ({ engine, param, user }) =>
      json(messageFor(user(), await engine.messages.get(param("id")))),
  }),
];
