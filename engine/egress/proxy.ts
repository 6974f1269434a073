import { timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { StepError, toFailure } from "../errors.ts";
import { admit, normalHost } from "./hosts.ts";
import type { AllowedHosts, Resolve } from "./hosts.ts";
import { readHead, relay, relayExactly, write } from "./wire.ts";
import type { Head } from "./wire.ts";

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_REMEMBERED = 1_000;

export interface ProxyOptions {
  allowed: AllowedHosts;
  resolve: Resolve;
}

interface Target {
  host: string;
  port: number;
}

/**
 * A proxy on loopback that every outbound request goes through: it resolves the name, checks all addresses and connects
 * to exactly a checked one, so that a name which changes its answer changes nothing. HTTPS is tunnelled by
 * CONNECT, untouched; plain HTTP comes one request a connection. Nobody else knows its password.
 */
export class EgressProxy {
  readonly #options: ProxyOptions;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.Conn>();
  readonly #authorization: Buffer;
  /** Why the latest connection to a host and port failed: the client itself only learns that there is no tunnel. */
  readonly #failures = new Map<string, { at: number; error: StepError }>();
  readonly #accepting: Promise<void>;
  readonly url: string;
  readonly basicAuth: { username: string; password: string };

  constructor(options: ProxyOptions) {
    this.#options = options;
    this.basicAuth = { username: "egress", password: crypto.randomUUID() };
    this.#authorization = Buffer.from(`Basic ${btoa(`egress:${this.basicAuth.password}`)}`);
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.url = `http://127.0.0.1:${this.#listener.addr.port}`;
    this.#accepting = this.#accept();
  }

  /** What kept a request that began at `since` (performance.now) from its host, if the proxy knows. */
  failureOf(url: URL, since: number): StepError | undefined {
    const known = this.#failures.get(keyOf(targetOf(url)));
    return known && known.at >= since ? known.error : undefined;
  }

  async close(): Promise<void> {
    this.#listener.close();
    for (const conn of this.#open) closeQuietly(conn);
    await this.#accepting;
  }

  async #accept(): Promise<void> {
    for await (const conn of this.#listener) {
      this.#open.add(conn);
      this.#serve(conn).catch(() => {}).finally(() => {
        this.#open.delete(conn);
        closeQuietly(conn);
      });
    }
  }

  async #serve(client: Deno.Conn): Promise<void> {
    const head = await readHead(client);
    if (!head) return;
    if (!this.#knows(head)) return await write(client, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const url = URL.parse(head.method === "CONNECT" ? `https://${head.target}` : head.target);
    // An absolute https address here would leave in the clear.
    if (!url || (head.method !== "CONNECT" && url.protocol !== "http:")) return;
    const upstream = await this.#connect(targetOf(url));
    if (!upstream) return;
    this.#open.add(upstream);
    try {
      if (head.method === "CONNECT") {
        await write(client, "HTTP/1.1 200 OK\r\n\r\n");
        await write(upstream, head.rest);
        await Promise.race([relay(client, upstream), relay(upstream, client)]);
      } else await forward(client, upstream, { head, url });
    } finally {
      this.#open.delete(upstream);
      closeQuietly(upstream);
    }
  }

  #knows(head: Head): boolean {
    const given = Buffer.from(head.headers.find(([name]) => name === "proxy-authorization")?.[1] ?? "");
    return given.length === this.#authorization.length && timingSafeEqual(given, this.#authorization);
  }

  async #connect(target: Target): Promise<Deno.Conn | undefined> {
    try {
      return await connectToAny(await admit(target, this.#options), target);
    } catch (error) {
      if (this.#failures.size >= MAX_REMEMBERED) this.#failures.clear();
      const known = error instanceof StepError
        ? error
        : new StepError({ ...toFailure(error), host: target.host });
      this.#failures.set(keyOf(target), { at: performance.now(), error: known });
    }
  }
}

/** Host and port that an address leads to. */
export function targetOf(url: URL): Target {
  return { host: normalHost(url.hostname), port: Number(url.port || (url.protocol === "https:" ? 443 : 80)) };
}

function keyOf({ host, port }: Target): string {
  return `${host} ${port}`;
}

/** Sends one rewritten request and its body, then everything that comes back. */
async function forward(
  client: Deno.Conn,
  upstream: Deno.Conn,
  request: { head: Head; url: URL },
): Promise<void> {
  const { head, url } = request;
  const kept = head.headers.filter(([name]) => !/^(proxy-.*|connection|keep-alive)$/.test(name));
  // Bodies are never streamed by us: a length that is not said is not ours.
  if (kept.some(([name]) => name === "transfer-encoding")) return;
  const length = Number(kept.find(([name]) => name === "content-length")?.[1] ?? 0);
  const lines = kept.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  await write(
    upstream,
    `${head.method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines}connection: close\r\n\r\n`,
  );
  // Whatever ends first ends both: the answer, or a client that gave up.
  await Promise.race([relayExactly(client, upstream, { first: head.rest, length }), relay(upstream, client)]);
}

async function connectToAny(addresses: readonly string[], target: Target): Promise<Deno.Conn> {
  let last: unknown;
  for (const address of addresses) {
    try {
      return await connect(address, target.port);
    } catch (error) {
      last = error;
    }
  }
  const code = connectCode(last);
  throw new StepError({
    code,
    message: `Cannot connect to ${target.host} port ${target.port} (${code})`,
    host: target.host,
  });
}

async function connect(hostname: string, port: number): Promise<Deno.Conn> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Deno.errors.TimedOut("connect")), CONNECT_TIMEOUT_MS);
  const connecting = Deno.connect({ hostname, port });
  try {
    return await Promise.race([connecting, late.promise]);
  } catch (error) {
    connecting.then(closeQuietly, () => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function connectCode(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "ECONNREFUSED";
  if (error instanceof Deno.errors.TimedOut) return "ETIMEDOUT";
  if (error instanceof Deno.errors.ConnectionReset) return "ECONNRESET";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "ENETUNREACH";
}

function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // closed already
  }
}
