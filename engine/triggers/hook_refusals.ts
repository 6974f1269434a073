import type { RefusedCall } from "../contract.ts";
import { networkOf, withRefusals } from "../core/hook_refusals.ts";
import type { RefusalRow } from "../core/hook_refusals.ts";
import { EngineError } from "../errors.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../worker/clock.ts";
import type { HookRecord } from "../workflows/mod.ts";
import { MAX_PATH } from "./doors.ts";
import type { Doors } from "./doors.ts";
import { CallerRefused } from "./signatures.ts";

/** `["hook_refusals", workflow, node]`: what was refused lately at one webhook. */
export interface HookRefusalsRecord {
  v: 1;
  /** From then on none of it is told any more. */
  until: number;
  /** All of them, also those whose row had to go, until none is told any more. */
  total: number;
  rows: RefusalRow[];
}

interface Deps {
  store: Store;
  clock: Pick<Clock, "now" | "after">;
  doors: Pick<Doors, "knownHook">;
  keptMs: number;
}

/** A stranger's call writes nothing: what was refused is laid together and written once in a while, a few paths a time. */
const EVERY_MS = 1_000;
const PATHS_AT_ONCE = 20;
/** Paths of which it is not known whether anybody listens there: so many are looked up each time, the rest is dropped. */
const MOST_UNSURE = 20;
/** Paths without a listener that are remembered, in memory alone. */
const MOST_UNHEARD = 200;
const MAX_TRIES = 5;

/** What is to be written of one path; `count` is of all, also of those whose row had to go. */
interface Noted {
  count: number;
  rows: RefusalRow[];
}

const NOTHING: Noted = { count: 0, rows: [] };

function together(one: Noted, other: Noted): Noted {
  return { count: one.count + other.count, rows: withRefusals(one.rows, other.rows) };
}

/** What was refused at webhooks, for their owners. */
export class HookRefusals {
  readonly #deps: Deps;
  readonly #pending = new Map<string, Noted>();
  readonly #unheard = new Map<string, { count: number; lastAt: number }>();
  readonly #writing = new Map<string, Promise<void>>();
  #unsure = 0;
  #takeBack: (() => void) | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** What is no refusal of ours, such as a connection that broke, is not noted. */
  note(call: RefusedCall, error: unknown): void {
    const { path } = call;
    if (!(error instanceof EngineError) || path.length > MAX_PATH) return;
    const now = this.#deps.clock.now();
    if (error.slug === "not-found") return this.#miss(path, 1, now);
    const known = this.#pending.get(path);
    if (!known && !this.#deps.doors.knownHook(path) && this.#unsure++ >= MOST_UNSURE) return;
    this.#pending.set(path, together(known ?? NOTHING, { count: 1, rows: [rowOf(call, error, now)] }));
    this.#writeSoon();
  }

  /** Calls to a path while nobody listened there, as far as they are remembered. */
  unheard(path: string): { count: number; lastAt: number } | null {
    return this.#unheard.get(path) ?? null;
  }

  /** Returns once what was noted of these paths is written, or could not be. */
  async written(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map(async (path) => {
      await this.#writing.get(path);
      const writing = this.#write(path).finally(() => this.#writing.delete(path));
      this.#writing.set(path, writing);
      await writing;
    }));
  }

  async stop(): Promise<void> {
    const noted = new Set([...this.#writing.keys(), ...this.#pending.keys()]);
    await this.written([...noted].slice(0, PATHS_AT_ONCE));
    this.#takeBack?.();
    this.#takeBack = null;
  }

  #writeSoon(): void {
    this.#takeBack ??= this.#deps.clock.after(EVERY_MS, () => {
      this.#takeBack = null;
      this.#unsure = 0;
      void this.written([...this.#pending.keys()].slice(0, PATHS_AT_ONCE)).then(() => {
        if (this.#pending.size > 0) this.#writeSoon();
      });
    });
  }

  #miss(path: string, count: number, lastAt: number): void {
    const before = this.#unheard.get(path)?.count ?? 0;
    this.#unheard.delete(path);
    this.#unheard.set(path, { count: before + count, lastAt });
    const [oldest] = this.#unheard.keys();
    if (this.#unheard.size > MOST_UNHEARD && oldest !== undefined) this.#unheard.delete(oldest);
  }

  /** Only where somebody listens, by the commit's own check: nothing is stored of a path that there is not. */
  async #write(path: string): Promise<void> {
    const noted = this.#pending.get(path);
    if (!noted) return;
    this.#pending.delete(path);
    try {
      for (let i = 0; i < MAX_TRIES; i++) if (await this.#wasWritten(path, noted)) return;
    } catch {
      // The database does not answer, or the row is set aside, which it tells: they are kept until it does.
    }
    this.#pending.set(path, together(noted, this.#pending.get(path) ?? NOTHING));
    this.#writeSoon();
  }

  async #wasWritten(path: string, { count, rows }: Noted): Promise<boolean> {
    const { store, keptMs, clock } = this.#deps;
    const hook = await store.get<HookRecord>(keys.hook(path));
    const lastAt = Math.max(...rows.map((row) => row.lastAt));
    if (!hook) {
      this.#miss(path, count, lastAt);
      return true;
    }
    const key = keys.hookRefusals(hook.value.workflowId, hook.value.nodeId);
    const entry = await store.get<HookRefusalsRecord>(key);
    const kept = toldOf(entry?.value, keptMs, clock.now());
    const record: HookRefusalsRecord = {
      v: 1,
      until: lastAt + keptMs,
      total: kept.total + count,
      rows: withRefusals(kept.rows, rows),
    };
    const { ok } = await store.commit({
      name: "refuse",
      checks: [
        { key: keys.hook(path), versionstamp: hook.versionstamp },
        { key, versionstamp: entry?.versionstamp ?? null },
      ],
      sets: [{ key, value: encode(record) }],
    });
    return ok;
  }
}

/** What of a record is still told. */
export function toldOf(
  record: HookRefusalsRecord | undefined,
  keptMs: number,
  now: number,
): Pick<HookRefusalsRecord, "total" | "rows"> {
  const rows = (record?.rows ?? []).filter(({ lastAt }) => lastAt + keptMs > now);
  return { rows, total: rows.length === 0 ? 0 : record!.total };
}

function rowOf(call: RefusedCall, error: EngineError, now: number): RefusalRow {
  const method = /^[A-Z]{1,10}$/.test(call.method) ? call.method : "another";
  const isPreflight = method === "OPTIONS" && error.slug === "method-not-allowed";
  return {
    code: error instanceof CallerRefused ? error.code : isPreflight ? "preflight" : error.slug,
    status: error.status,
    text: wordsOf(error, call.method === method),
    method,
    contentType: mediaTypeOf(call.contentType),
    size: call.size,
    from: networkOf(call.from?.()),
    count: 1,
    firstAt: now,
    lastAt: now,
  };
}

/** Without what the caller put into it: of a body and of header values nothing is kept, and what differs makes no row. */
function wordsOf({ slug, message }: EngineError, isMethod: boolean): string {
  switch (slug) {
    case "key-reused":
      return "Its Idempotency-Key came with another body before";
    case "bad-idempotency-key":
      return "Its delivery's key is not accepted";
    case "bad-json":
      return message.replace(/^(The body is not JSON)\b.*$|^(The JSON is nested deeper .*?) \(.*$/s, "$1$2");
    case "method-not-allowed":
      return isMethod ? message : message.replace(/, not .*$/s, "");
    case "webhook-rate":
      return message.replace(/; come again .*$/, "");
    default:
      return message.slice(0, 300);
  }
}

/** `type/subtype` alone: what stands behind it is the caller's own. */
function mediaTypeOf(contentType: string | null): string | null {
  if (contentType === null || contentType.trim() === "") return null;
  const type = contentType.split(";")[0]!.trim().toLowerCase();
  return /^[a-z0-9.+-]{1,40}\/[a-z0-9.+-]{1,60}$/.test(type) ? type : "another";
}
