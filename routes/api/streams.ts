import { z } from "zod";
import type { Execution } from "../../engine/schemas/execution.ts";
import type { Followed, User, Watched } from "../../engine/contract.ts";
import { can } from "../../engine/mod.ts";
import { EngineError } from "../../engine/errors.ts";
import { endedStream, eventStream, messageBytes } from "../sse.ts";
import type { StreamMessage } from "../sse.ts";
import { define } from "./define.ts";
import type { ApiRoute, Call } from "./define.ts";
import { cursorOf } from "./executions.ts";
import { eventFor } from "./payload.ts";

const query = z.object({ lastEventId: z.string().max(64).optional() });
const queryOfAll = query.extend({
  /** `skip`: for screens. What is more than one can read is passed over with `{ reset: true }`. */
  busy: z.enum(["skip"]).optional(),
});
const headers = { "Last-Event-ID": "Go on behind this event; wins over ?lastEventId=" };
type StreamCall = Call<z.infer<typeof queryOfAll>, undefined>;

export const streamRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/monitoring/executions/:id/stream",
    action: "execution.see",
    summary: "Live events of one execution, from its first; closes after its last, and a reconnect gets 204",
    query,
    headers,
    answers: {
      200: { description: "Events; `id:` is the cursor", contentType: "text/event-stream" },
      204: { description: "There is nothing more to come" },
    },
    handle: followOne,
  }),
  define({
    method: "get",
    path: "/api/monitoring/stream",
    action: "execution.see",
    summary: "Live events of all executions, from now; `{ reset: true }` when the cursor is too old, or, " +
      "with ?busy=skip, when more happens than a screen can show",
    query: queryOfAll,
    headers,
    answers: { 200: { description: "Events; `id:` is the cursor", contentType: "text/event-stream" } },
    handle: followAll,
  }),
];

async function followOne(call: StreamCall): Promise<Response> {
  const { c, engine, param } = call;
  const user = call.user();
  const id = param("id");
  const after = afterOf(cursorOf(c.req.header("last-event-id"), call.query.lastEventId));
  const execution = await engine.executions.get(id);
  if (isSettled(execution) && after >= execution.seq) return endedStream();
  return stream(call, (signal) => messagesOf(engine.executions.follow(id, after, signal), user));
}

function followAll(call: StreamCall): Response {
  const { c, engine } = call;
  const user = call.user();
  const cursor = cursorOf(c.req.header("last-event-id"), call.query.lastEventId);
  return stream(
    call,
    (signal) =>
      call.query.busy === "skip"
        ? watchedBy(user, engine.executions.watch(cursor, signal))
        : messagesOf(engine.executions.followAll(cursor, signal), user),
  );
}

function stream(
  { c, engine, cookie, stopping, log }: StreamCall,
  follow: (signal: AbortSignal) => AsyncIterable<StreamMessage | Uint8Array>,
): Response {
  // Read now: the request is over when the stream asks.
  const session = c.var.via === "cookie" ? cookie.get(c) : undefined;
  const { user } = c.var;
  return eventStream({
    follow,
    stopping,
    stillAllowed: async () => session === undefined || isSame(user, await engine.access.bySession(session)),
    failed: (error) => log("error", "stream_failed", { path: c.req.path, error: String(error) }),
  });
}

/** Another role sees other things: then the stream ends, and the browser that comes back is asked again who it is. */
export function isSame(before: User | undefined, now: User | null): boolean {
  return now !== null && now.id === before?.id && now.role === before.role;
}

async function* messagesOf(
  followed: AsyncIterable<Followed | { id: string; reset: true }>,
  user: User,
): AsyncGenerator<StreamMessage> {
  for await (const one of followed) {
    yield { id: one.id, data: "reset" in one ? { reset: true } : eventFor(user, one) };
  }
}

/** A batch's bytes: the same for all who may see the same. */
const encoded = new WeakMap<Watched, Map<boolean, Uint8Array>>();

async function* watchedBy(user: User, watched: AsyncIterable<Watched>): AsyncGenerator<Uint8Array> {
  const bodies = can(user.role, "payload.see");
  for await (const batch of watched) {
    const made = encoded.get(batch) ?? new Map<boolean, Uint8Array>();
    encoded.set(batch, made);
    const bytes = made.get(bodies) ?? messageBytes(watchedMessages(user, batch));
    made.set(bodies, bytes);
    yield bytes;
  }
}

/** The pace is told behind the events, where it is not the usual one. */
function watchedMessages(user: User, { at, events, readMs }: Watched): StreamMessage[] {
  if (events === null) return [{ id: at, data: { reset: true, readMs } }];
  const messages: StreamMessage[] = events.map((one) => ({ id: one.id, data: eventFor(user, one) }));
  return messages.at(-1)?.id === at ? messages : [...messages, { id: at, data: { readMs } }];
}

function afterOf(cursor: string | null): number {
  if (cursor === null) return 0;
  if (/^\d{1,9}$/.test(cursor)) return Number(cursor);
  const detail = `Last-Event-ID is "${cursor}"; accepted: the number of an event of this execution`;
  throw new EngineError("bad-cursor", 400, "Cursor not readable", detail);
}

function isSettled({ status }: Execution): boolean {
  return status === "completed" || status === "failed" || status === "cancelled";
}
