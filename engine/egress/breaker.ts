import { StepError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../schemas/outbound.ts";
import type { Egress } from "./safe_fetch.ts";

/** It opens after so many failures of one host in a row within this time, and asks again after that. */
export const BREAKER = { failures: 5, withinMs: 30_000, probeAfterMs: 30_000 } as const;

/** Who was refused while it is open comes back behind the probe, one after the other. */
const SPREAD_MS = 10;
const MAX_SPREAD_MS = 5_000;
/** While a probe is under way. */
const PROBING_MS = 1_000;
const MAX_HOSTS = 10_000;

/**
 * What says that a host does not work: no connection, no answer in time, or 500 and above. 429 and the other 4xx are
 * answers of a host that works, our own refusals and a bad certificate say nothing of it.
 */
const FAILURES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "ENOTFOUND",
  "egress_timeout",
  "fetch_failed",
]);

interface Host {
  /** Of failures since the last answer, oldest first. */
  failed: number[];
  /** Null: closed. */
  probeAt: number | null;
  probing: boolean;
  /** Since it opened, or since the last probe. */
  refused: number;
}

/** One request that was let through: say how it ended, once. */
export interface Pass {
  worked(): void;
  failed(): void;
  /** It ended without a word about the host. */
  left(): void;
}

/** A host that is not asked for now. */
export interface OpenHost {
  host: string;
  /** Ms until one request tries it again; 0 while one does. */
  probesInMs: number;
}

/**
 * Keeps from asking a host that fails. In this process only: another finds out for itself. `now` is in ms from any start
 * and never jumps.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #hosts = new Map<string, Host>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Throws StepError `breaker_open`, retryable, with `retryAfterMs`, while the host is not asked. */
  enter(name: string): Pass {
    const host = this.#hosts.get(name);
    if (!host || host.probeAt === null) return this.#pass(name, false);
    const left = host.probeAt - this.#now();
    if (left > 0 || host.probing) throw refused(name, host, Math.max(left, host.probing ? PROBING_MS : 0));
    host.probing = true;
    return this.#pass(name, true);
  }

  /** Hosts that are not asked for now. */
  open(): OpenHost[] {
    const now = this.#now();
    return [...this.#hosts].flatMap(([host, { probeAt }]) =>
      probeAt === null ? [] : [{ host, probesInMs: Math.max(0, probeAt - now) }]
    );
  }

  #pass(name: string, probe: boolean): Pass {
    return {
      // Also an answer that comes late: the host works.
      worked: () => void this.#hosts.delete(name),
      failed: () => this.#failed(name, probe),
      left: () => {
        const host = this.#hosts.get(name);
        if (probe && host) host.probing = false;
      },
    };
  }

  #failed(name: string, probe: boolean): void {
    const now = this.#now();
    const host = this.#hosts.get(name) ?? { failed: [], probeAt: null, probing: false, refused: 0 };
    // What was under way when it opened adds nothing.
    if (host.probeAt !== null && !probe) return;
    host.failed = [...host.failed.filter((at) => now - at < BREAKER.withinMs), now];
    host.probing = false;
    if (probe || host.failed.length >= BREAKER.failures) {
      host.probeAt = now + BREAKER.probeAfterMs;
      host.refused = 0;
    }
    this.#hosts.delete(name);
    this.#hosts.set(name, host);
    if (this.#hosts.size > MAX_HOSTS) this.#hosts.delete(this.#hosts.keys().next().value!);
  }
}

function refused(name: string, host: Host, left: number): StepError {
  const retryAfterMs = Math.ceil(left) + Math.min(MAX_SPREAD_MS, host.refused++ * SPREAD_MS);
  const when = host.probing
    ? "is being tried by another request"
    : `is asked again in ${Math.ceil(left / 1_000)} s`;
  return new StepError({
    code: "breaker_open",
    message: `${name} failed ${BREAKER.failures} times in a row within ${
      BREAKER.withinMs / 1_000
    } s and ${when}`,
    host: name,
    retryable: true,
    retryAfterMs,
  });
}

/** The egress with a breaker before each host: `breaker_open` instead of a request that has no chance. */
export function guarded(egress: Egress, breaker: Breaker): Egress {
  return {
    ...egress,
    async fetch(request: HttpRequest, options): Promise<HttpResponse> {
      const url = URL.parse(request.url);
      if (!url) return await egress.fetch(request, options);
      const pass = breaker.enter(url.host);
      try {
        const response = await egress.fetch(request, options);
        if (response.status < 500) pass.worked();
        else if (URL.parse(response.url)?.host === url.host) pass.failed();
        else pass.left();
        return response;
      } catch (error) {
        if (saysThatItFails(error, url.hostname)) pass.failed();
        else pass.left();
        throw error;
      }
    },
  };
}

/** Not of a host that it led on to. */
function saysThatItFails(error: unknown, hostname: string): boolean {
  if (!(error instanceof StepError)) return false;
  const { code, host } = error.failure;
  return FAILURES.has(code) && (host === undefined || host === hostname);
}

/** For readiness: a host that fails is not our failure, and is told. */
export function hostsCheck(breaker: Breaker): { name: string; ok: boolean; detail: string } {
  const open = breaker.open();
  const said = open.slice(0, 20).map(({ host, probesInMs }) =>
    `${host} (in ${Math.ceil(probesInMs / 1_000)} s)`
  );
  return {
    name: "hosts",
    ok: true,
    detail: open.length === 0
      ? "all are asked"
      : `${open.length} not asked for now, until they are tried: ${said.join(", ")}`,
  };
}
