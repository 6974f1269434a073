import type { Problem } from "../../engine/schemas/problem.ts";

/** What a call came to: the answer's body, or the problem (RFC 9457) to show where it arose. */
export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** The page may be left meanwhile: a small body still arrives. */
  lasting?: boolean;
}

/** Characters; browsers take 64 kB of all such requests together. */
const LASTING_LENGTH = 20_000;

/**
 * Calls our own JSON API. Never throws: no connection and an answer that is no problem document become a problem
 * too. An ended session leads to the sign-in page.
 */
export async function callApi<T>(
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const response = await send(method, path, options);
  if (response === null) return { ok: false, problem: offline() };
  const body = await readJson(response);
  if (response.ok) return { ok: true, data: body as T };
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  return { ok: false, problem: isProblem(body) ? body : unreadable(response.status) };
}

async function send(
  method: string,
  path: string,
  { body, headers, lasting = false }: CallOptions,
): Promise<Response | null> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(text === undefined ? {} : { body: text }),
      keepalive: lasting && (text?.length ?? 0) <= LASTING_LENGTH,
    });
  } catch {
    return null;
  }
}

async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "title" in body && "detail" in body;
}

function offline(): Problem {
  return {
    type: "/problems/offline",
    title: "No connection",
    status: 0,
    detail: "LeadFlow did not answer; nothing was changed as far as this page knows. Try again.",
  };
}

function unreadable(status: number): Problem {
  return {
    type: "/problems/unreadable",
    title: "Unexpected answer",
    status,
    detail: `LeadFlow answered ${status} without saying why. Try again.`,
  };
}
