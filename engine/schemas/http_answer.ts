import type { Failure } from "./execution.ts";
import type { Json, JsonObject } from "./json.ts";
import type { HttpResponse } from "./outbound.ts";

const MAX_DEPTH = 64;

type Answer = { status: number; headers: { [name: string]: string }; body: Json };

/** Standard base64 of any bytes. */
export function toBase64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 8_192));
  }
  return btoa(binary);
}

/** Is this content type JSON, such as application/json or application/problem+json? */
export function isJsonType(type: string): boolean {
  return /^\s*application\/([\w.!#$&^-]+\+)?json\s*(;|$)/i.test(type);
}

/** The value of a JSON text. Undefined: no JSON, or nested deeper than what is stored. */
export function parseJson(text: string): Json | undefined {
  try {
    const parsed: Json = JSON.parse(text);
    return depthWithin(text, MAX_DEPTH) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Counts brackets outside of strings: no recursion, whatever the text. */
function depthWithin(json: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const char = json[i];
    if (quoted) {
      if (char === "\\") i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "{" || char === "[") {
      if (++depth > limit) return false;
    } else if (char === "}" || char === "]") depth--;
  }
  return true;
}

/** JSON as JSON, text as text, all else as base64. */
function readBody(body: Uint8Array, type: string): Json {
  if (body.length === 0) return "";
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return { base64: toBase64(body), bytes: body.length };
  }
  if (isJsonType(type)) return parseJson(text) ?? text;
  const textual = type === "" ||
    /^\s*(text\/|application\/(xml|javascript|x-www-form-urlencoded|graphql|yaml|.+\+xml))/i.test(type);
  return textual ? text : { base64: toBase64(body), bytes: body.length };
}

/** The answer as a step puts it out: header names in lower case, JSON parsed. */
export function readAnswer({ status, headers, body }: HttpResponse): Answer {
  const merged = new Map<string, string>();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    const before = merged.get(key);
    merged.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    status,
    headers: Object.fromEntries(merged),
    body: readBody(body, merged.get("content-type") ?? ""),
  };
}

/** `Retry-After` as seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The failure that an answer of 400 and above is: `http_<status>`, with what the other side said of when to come again. */
export function failureOfAnswer(response: HttpResponse, headers: JsonObject, now: number): Failure {
  const host = URL.parse(response.url)?.hostname ?? "";
  const asked = headers["retry-after"];
  const wait = retryAfterMs(typeof asked === "string" ? asked : undefined, now);
  return {
    code: `http_${response.status}`,
    message: `${response.status} from ${host}`,
    status: response.status,
    host,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}
