import { StepError } from "../errors.ts";
import type { HttpRequest, HttpResponse } from "../schemas/outbound.ts";
import { checkAddress } from "./address.ts";
import { AllowedHosts, checkPort, refuse, resolveAll } from "./hosts.ts";
import type { Resolve } from "./hosts.ts";
import { EgressProxy, targetOf } from "./proxy.ts";
import { checkRequest, checkUrl, nextRequest } from "./request.ts";
import { readLimited } from "./response.ts";

const MAX_REDIRECTS = 5;
const DEFAULT_TIMEOUT_MS = 30_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface EgressOptions {
  /** Entries `host` or `host:port` that may be private and may have any port (`LEADFLOW_ALLOW_HOSTS`). */
  allowHosts: readonly string[];
  /** False: nothing leaves; every request fails with `egress_off`. */
  enabled: boolean;
  /** Absent: the system's resolver. */
  resolve?: Resolve;
}

export interface Egress {
  /**
   * Sends one request and reads its answer whole. Throws StepError: `egress_private`, `egress_port`, `egress_scheme`,
   * `egress_url`, `egress_headers`, `egress_redirect`, `egress_too_large`, `egress_timeout`, `egress_off`, `tls`, or the system's
   * ECONNREFUSED, ECONNRESET, ETIMEDOUT, ENOTFOUND. Throws the signal's reason when that is aborted. `depth` is how
   * many of our own webhooks led here.
   */
  fetch(request: HttpRequest, options: { signal: AbortSignal; depth: number }): Promise<HttpResponse>;
  /** Why no request may go to this address, or null. */
  checkAddress(ip: string): string | null;
  close(): Promise<void>;
}

interface Door {
  allowed: AllowedHosts;
  proxy: EgressProxy;
  /** Connections are kept for https, where one tunnel leads to one checked address. */
  https: Deno.HttpClient;
  /** One connection a request, so that the proxy checks each. */
  http: Deno.HttpClient;
}

/** The one way out of the house for HTTP. The proxy starts at the first request. */
export function createEgress(options: EgressOptions): Egress {
  const allowed = new AllowedHosts(options.allowHosts);
  let door: Door | undefined;
  const open = (): Door => door ??= openDoor({ allowed, resolve: options.resolve ?? resolveAll });
  return {
    async fetch(request: HttpRequest, { signal, depth }): Promise<HttpResponse> {
      signal.throwIfAborted();
      const url = checkUrl(request.url);
      checkRequest(request, url);
      if (!options.enabled) throw refuse("egress_off", url.hostname, "sending is switched off");
      const timer = startTimer(signal, request.timeoutMs);
      try {
        return await follow(open(), { request, url, depth, timer });
      } finally {
        timer.stop();
      }
    },
    checkAddress,
    async close(): Promise<void> {
      door?.https.close();
      door?.http.close();
      await door?.proxy.close();
      door = undefined;
    },
  };
}

function openDoor(options: { allowed: AllowedHosts; resolve: Resolve }): Door {
  // These would let requests pass by the proxy.
  Deno.env.delete("NO_PROXY");
  Deno.env.delete("no_proxy");
  const proxy = new EgressProxy(options);
  const way = { proxy: { url: proxy.url, basicAuth: proxy.basicAuth } };
  return {
    allowed: options.allowed,
    proxy,
    https: Deno.createHttpClient({ ...way, poolIdleTimeout: 30_000 }),
    http: Deno.createHttpClient({ ...way, poolMaxIdlePerHost: 0 }),
  };
}

interface Timer {
  signal: AbortSignal;
  outer: AbortSignal;
  ms: number;
  isOver(): boolean;
  stop(): void;
}

function startTimer(outer: AbortSignal, timeoutMs: number): Timer {
  const ms = timeoutMs > 0 ? timeoutMs : DEFAULT_TIMEOUT_MS;
  const aborter = new AbortController();
  const forward = (): void => aborter.abort(outer.reason);
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    aborter.abort();
  }, ms);
  outer.addEventListener("abort", forward, { once: true });
  return {
    signal: aborter.signal,
    outer,
    ms,
    isOver: () => over,
    stop(): void {
      clearTimeout(timer);
      outer.removeEventListener("abort", forward);
    },
  };
}

interface Trip {
  request: HttpRequest;
  url: URL;
  depth: number;
  timer: Timer;
}

async function follow(door: Door, trip: Trip): Promise<HttpResponse> {
  let { request, url } = trip;
  for (let redirects = 0;; redirects++) {
    const since = performance.now();
    try {
      // The proxy checks everything; the client has a list of ports of its own that would speak first.
      checkPort(targetOf(url), door.allowed);
      const response = await send(door, { ...trip, request, url });
      const location = REDIRECTS.has(response.status) ? response.headers.get("location") : null;
      if (location === null) return await readLimited(response, url);
      await response.body?.cancel();
      if (redirects === MAX_REDIRECTS) {
        throw refuse("egress_redirect", url.hostname, `more than ${MAX_REDIRECTS} redirects`);
      }
      ({ request, url } = nextRequest(request, { from: url, location, status: response.status }));
    } catch (error) {
      throw explain(error, { door, url, since, timer: trip.timer });
    }
  }
}

async function send(door: Door, { request, url, depth, timer }: Trip): Promise<Response> {
  const headers = new Headers(request.headers.map(({ name, value }): [string, string] => [name, value]));
  headers.set("x-leadflow-depth", String(depth + 1));
  const body = typeof request.body === "string" ? new TextEncoder().encode(request.body) : request.body;
  const init: RequestInit & { client: Deno.HttpClient } = {
    method: request.method,
    headers,
    ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    redirect: "manual",
    signal: timer.signal,
    client: url.protocol === "https:" ? door.https : door.http,
  };
  return await fetch(url, init);
}

/** The named cause of whatever a request threw. */
function explain(error: unknown, about: { door: Door; url: URL; since: number; timer: Timer }): unknown {
  const { door, url, since, timer } = about;
  const host = url.hostname;
  if (error instanceof StepError) return error;
  if (timer.outer.aborted) return timer.outer.reason;
  if (timer.isOver()) {
    return new StepError({
      code: "egress_timeout",
      message: `No answer from ${host} within ${timer.ms} ms (ETIMEDOUT)`,
      host,
    });
  }
  return door.proxy.failureOf(url, since) ?? transportError(error, host);
}

const CAUSES: readonly [RegExp, string][] = [
  [/certificate|tls|handshake|corrupt message/i, "tls"],
  [/head is too large|header list|too many headers|message head/i, "egress_headers"],
  [/reset|closed before|broken pipe|eof|connection closed|aborted/i, "ECONNRESET"],
  [/timed out/i, "ETIMEDOUT"],
];

function transportError(error: unknown, host: string): StepError {
  const parts: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) parts.push(at.message);
  // The client names the whole address, which may be somebody's key (a Slack webhook's is).
  const text = parts.join(": ").replaceAll(/\(?https?:\/\/[^\s)]*\)?/g, `(${host})`);
  const code = CAUSES.find(([pattern]) => pattern.test(text))?.[1] ?? "fetch_failed";
  const lasting = code === "tls" || code === "egress_headers" ? { retryable: false } : {};
  return new StepError({
    code,
    message: `Request to ${host} failed (${code}): ${text}`.slice(0, 500),
    host,
    ...lasting,
  });
}
