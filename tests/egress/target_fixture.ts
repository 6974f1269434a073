import { createEgress } from "../../engine/egress/safe_fetch.ts";
import type { Egress } from "../../engine/egress/safe_fetch.ts";
import { StepError } from "../../engine/errors.ts";
import type { Failure } from "../../engine/schemas/execution.ts";
import type { HttpRequest, HttpResponse } from "../../engine/schemas/outbound.ts";

/** A real HTTP server on loopback. */
export function target(
  handler: (request: Request) => Response | Promise<Response>,
): { port: number; url: string; requests: Request[] } & AsyncDisposable {
  const requests: Request[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    requests.push(request);
    return handler(request);
  });
  const { port } = server.addr;
  return { port, url: `http://127.0.0.1:${port}`, requests, [Symbol.asyncDispose]: () => server.shutdown() };
}

/** A server that writes raw bytes; `write` gets the connection after the request's head has come. */
export function rawTarget(
  serve: (conn: Deno.Conn) => Promise<void>,
): { port: number; url: string; heads: string[] } & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const heads: string[] = [];
  const serving = new Set<Promise<void>>();
  async function one(conn: Deno.Conn): Promise<void> {
    const buffer = new Uint8Array(65_536);
    const count = await conn.read(buffer);
    heads.push(new TextDecoder().decode(buffer.subarray(0, count ?? 0)));
    await serve(conn).catch(() => {});
    try {
      conn.close();
    } catch {
      // the other side was first
    }
  }
  const accepting = (async (): Promise<void> => {
    for await (const conn of listener) serving.add(one(conn).catch(() => {}));
  })();
  const { port } = listener.addr;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    heads,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await accepting;
      await Promise.all(serving);
    },
  };
}

export function egressTo(...allowHosts: string[]): Egress & AsyncDisposable {
  const egress = createEgress({ allowHosts, enabled: true });
  return { ...egress, [Symbol.asyncDispose]: () => egress.close() };
}

export function get(
  egress: Egress,
  url: string,
  change: Partial<HttpRequest> = {},
  signal = new AbortController().signal,
): Promise<HttpResponse> {
  return egress.fetch({ method: "GET", url, headers: [], timeoutMs: 5_000, ...change }, { signal, depth: 0 });
}

/** The failure that a promise rejects with; throws when it is none. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StepError) return error.failure;
    throw error;
  }
  throw new Error("nothing failed");
}

export function text(response: HttpResponse): string {
  return new TextDecoder().decode(response.body);
}
