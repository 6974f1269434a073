/** One message of an event stream; `data` is sent as JSON. */
export interface StreamMessage {
  id: string;
  data: object;
}

export interface StreamOptions {
  /** Follows from the cursor until the signal aborts or nothing more can come; bytes go out as they are. */
  follow(signal: AbortSignal): AsyncIterable<StreamMessage | Uint8Array>;
  /** Asked about every `heartbeatMs`: a session that ended or was revoked ends its streams. */
  stillAllowed(): Promise<boolean>;
  /** Following failed: for the log. */
  failed(error: unknown): void;
  /** The server stops. */
  stopping?: AbortSignal | undefined;
  heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
const encoder = new TextEncoder();
let open = 0;

/** How many event streams this process has open. */
export function openStreams(): number {
  return open;
}

/** One more is open, until what is given back is called. */
function opened(): () => void {
  let isOpen = true;
  open++;
  return () => {
    if (isOpen) open--;
    isOpen = false;
  };
}

/**
 * An event stream (DESIGN, "The stream"): default message events with `id:` as cursor, a comment line every 15 s,
 * closed after the last event. Events are pulled as fast as the reader takes them, never gathered for a slow one.
 */
export function eventStream(options: StreamOptions): Response {
  const own = new AbortController();
  const signal = options.stopping ? AbortSignal.any([own.signal, options.stopping]) : own.signal;
  const messages = options.follow(signal)[Symbol.asyncIterator]();
  const ended = opened();
  signal.addEventListener("abort", ended, { once: true });
  const close = async (): Promise<void> => {
    own.abort();
    await messages.return?.();
  };
  const pulls = pull(messages, { ...options, stopping: signal }, { close, ended });
  const body = new ReadableStream<Uint8Array>({
    // The first bytes go out at once, so that the browser knows that it is connected.
    start: (controller) => controller.enqueue(encoder.encode("retry: 2000\n: open\n\n")),
    pull: (controller) => pulls(controller),
    cancel: close,
  });
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      // Compressing would hold events back until a block is full.
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    },
  });
}

/** 204: the stream is at its end; an EventSource stops reconnecting. */
export function endedStream(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } });
}

/** Messages as they go over the line: made once, they may go to many. */
export function messageBytes(messages: readonly StreamMessage[]): Uint8Array {
  return encoder.encode(
    messages.map(({ id, data }) => `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`).join(""),
  );
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

function pull(
  messages: AsyncIterator<StreamMessage | Uint8Array>,
  { stillAllowed, failed, stopping, heartbeatMs = HEARTBEAT_MS }: StreamOptions,
  { close, ended }: { close(): Promise<void>; ended(): void },
): (controller: Controller) => Promise<void> {
  // Kept over heartbeats: asking the iterator again would skip an event.
  let next: Promise<IteratorResult<StreamMessage | Uint8Array>> | undefined;
  let checkedAt = performance.now();
  return async (controller) => {
    if (stopping?.aborted) return controller.close();
    next ??= messages.next().catch((error) => {
      failed(error);
      // Closed without an end: the browser comes back with its cursor and loses nothing.
      return { done: true, value: undefined };
    });
    const result = await orAfter(next, heartbeatMs);
    if (performance.now() - checkedAt >= heartbeatMs || result === "late") {
      checkedAt = performance.now();
      if (!await stillAllowed()) {
        controller.close();
        return await close();
      }
    }
    if (result === "late") return controller.enqueue(encoder.encode(": beat\n\n"));
    next = undefined;
    if (result.done) {
      ended();
      return controller.close();
    }
    controller.enqueue(result.value instanceof Uint8Array ? result.value : messageBytes([result.value]));
  };
}

async function orAfter<T>(promise: Promise<T>, ms: number): Promise<T | "late"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), ms)),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
