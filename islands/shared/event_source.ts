import { createSseParser, isAfter } from "./sse_parser.ts";
import type { ServerEvent } from "./sse_parser.ts";

/**
 * `lost`: it goes on by itself, nothing is missed. `ended`: there is nothing more to come. `refused`: signed
 * out, or no longer there; trying again does not help.
 */
export type SourceState = "connecting" | "open" | "lost" | "ended" | "refused";

/** What the source needs of its surroundings; tests bring their own. */
export interface Surroundings {
  fetch(url: string, init: { headers: Record<string, string>; signal: AbortSignal }): Promise<Response>;
  /** Calls once after `ms`; returns what takes it back. */
  after(ms: number, call: () => void): () => void;
  /** Calls before the next repaint; where nothing is painted (hidden tab), soon. */
  frame(call: () => void): void;
  random(): number;
}

export interface SourceOptions {
  url: string;
  /** Follow from here (exclusive). */
  lastEventId: string | null;
  /** In order, without repeats; all that arrived before one repaint come together. */
  onEvents(events: ServerEvent[]): void;
  onState(state: SourceState): void;
  /** Every time a connection stands; also after a break too short to be called lost. */
  onOpen?(): void;
}

const FIRST_DELAY_MS = 500;
const LAST_DELAY_MS = 15_000;
/** The server writes a comment line every 15 s; nothing for this long means that the line is dead. */
const SILENCE_MS = 40_000;

/**
 * Server-sent events over `fetch` instead of the browser's EventSource, because that one cannot set
 * `Last-Event-ID` on a connection of its own making, hides the status (204 at the end looks like a failure)
 * and the comment lines that tell a live line from a dead one.
 */
export class LiveSource {
  readonly #options: SourceOptions;
  readonly #around: Surroundings;
  #cursor: string | null;
  #state: SourceState = "connecting";
  #abort: AbortController | null = null;
  #cancelTimer: () => void = () => {};
  #cancelWatch: () => void = () => {};
  #failures = 0;
  #batch: ServerEvent[] = [];
  #closed = false;

  constructor(options: SourceOptions, around: Surroundings = browser()) {
    this.#options = options;
    this.#around = around;
    this.#cursor = options.lastEventId;
  }

  get state(): SourceState {
    return this.#state;
  }

  /** Connects now: at the start, after a pause, and when the network is back. Does nothing while connected. */
  connect(): void {
    if (this.#closed || this.#abort !== null || this.#state === "ended" || this.#state === "refused") return;
    this.#cancelTimer();
    void this.#follow(this.#abort = new AbortController());
  }

  /** Lets go of the connection; `connect` continues at the same place. */
  pause(): void {
    this.#cancelTimer();
    this.#cancelWatch();
    this.#abort?.abort();
    this.#abort = null;
  }

  close(): void {
    this.pause();
    this.#closed = true;
  }

  async #follow(abort: AbortController): Promise<void> {
    try {
      this.#watch(abort);
      const response = await this.#around.fetch(this.#options.url, {
        headers: {
          accept: "text/event-stream",
          ...(this.#cursor === null ? {} : { "last-event-id": this.#cursor }),
        },
        signal: abort.signal,
      });
      const over = outcomeOf(response.status);
      if (over !== null) return this.#end(abort, over);
      if (!response.ok || response.body === null) throw new Error(`Status ${response.status}`);
      if (abort.signal.aborted) return;
      this.#setState("open");
      this.#options.onOpen?.();
      await this.#read(response.body, abort);
    } catch {
      // Whatever broke the line, the answer is the same: connect again from the cursor.
    }
    this.#again(abort);
  }

  async #read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const parse = createSseParser();
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (let pieces = 1; !abort.signal.aborted; pieces++) {
      const { done, value } = await reader.read();
      if (done || abort.signal.aborted) return;
      this.#watch(abort);
      // Proof of life is an event or the second piece: a server that opens and hangs up is not hammered.
      if (pieces > 1) this.#failures = 0;
      this.#take(parse(decoder.decode(value, { stream: true })));
    }
  }

  #take(events: ServerEvent[]): void {
    for (const event of events) {
      if (!isAfter(event.id, this.#cursor)) continue;
      this.#failures = 0;
      this.#cursor = event.id;
      if (this.#batch.push(event) === 1) this.#around.frame(() => this.#flush());
    }
  }

  #flush(): void {
    const events = this.#batch;
    this.#batch = [];
    if (!this.#closed && events.length > 0) this.#options.onEvents(events);
  }

  #watch(abort: AbortController): void {
    this.#cancelWatch();
    this.#cancelWatch = this.#around.after(SILENCE_MS, () => {
      abort.abort();
      this.#again(abort);
    });
  }

  #end(abort: AbortController, state: SourceState): void {
    if (this.#abort !== abort) return;
    this.pause();
    this.#setState(state);
  }

  /** A clean end looks like a break: the next answer is 204 if it was the end. */
  #again(abort: AbortController): void {
    if (this.#closed || this.#abort !== abort) return;
    this.pause();
    this.#failures += 1;
    const cap = Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#failures - 1));
    // A clean end's first try comes at once; only when that fails is the line lost.
    if (this.#failures > 1) this.#setState("lost");
    const delay = this.#failures === 1 ? 100 : cap / 2 + this.#around.random() * cap / 2;
    this.#cancelTimer = this.#around.after(delay, () => this.connect());
  }

  #setState(state: SourceState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

function outcomeOf(status: number): "ended" | "refused" | null {
  if (status === 204) return "ended";
  // 408, 409 and 429 pass; other 4xx say the same thing tomorrow.
  return status >= 400 && status < 500 && status !== 408 && status !== 409 && status !== 429
    ? "refused"
    : null;
}

function browser(): Surroundings {
  return {
    fetch: (url, init) => fetch(url, { ...init, credentials: "same-origin", cache: "no-store" }),
    after: (ms, call) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
    frame: (call) => {
      // A hidden tab paints nothing, yet its title carries the state.
      if (document.visibilityState === "hidden") setTimeout(call, 250);
      else requestAnimationFrame(call);
    },
    random: Math.random,
  };
}
