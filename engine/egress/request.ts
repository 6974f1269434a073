import type { HttpRequest } from "../schemas/outbound.ts";
import { refuse } from "./hosts.ts";

const MAX_HEADER_BYTES = 65_536;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Set by the transport, or meant for proxies: a request that sets them talks past our checks. */
const RESERVED =
  /^(host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|proxy-.*)$/i;
/** All that another host may see: every other header may be somebody's key. */
const HARMLESS = new Set(["accept", "accept-language", "user-agent"]);

/** The address of a request. Throws `egress_url` for what is none, `egress_scheme` for all but http and https. */
export function checkUrl(text: string, base?: URL): URL {
  const url = typeof text === "string" ? URL.parse(text, base?.href) : null;
  if (!url) throw refuse("egress_url", base?.hostname ?? "?", "the address cannot be read");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw refuse("egress_scheme", url.hostname || "?", `${url.protocol} is not http or https`);
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse("egress_url", url.hostname, "the address holds a user name or password");
  }
  url.hash = "";
  return url;
}

/** Throws `egress_method` or `egress_headers` for what would be another request on the wire than it looks. */
export function checkRequest(request: HttpRequest, url: URL): void {
  const host = url.hostname;
  if (!METHODS.has(request.method)) {
    throw refuse("egress_method", host, `the method is not one of ${[...METHODS].join(", ")}`);
  }
  let bytes = 0;
  for (const { name, value } of request.headers) {
    if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) {
      throw refuse("egress_headers", host, "a header's name holds other characters");
    }
    if (RESERVED.test(name)) {
      throw refuse("egress_headers", host, `the header ${name} is set by the transport`);
    }
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw refuse(
        "egress_headers",
        host,
        `the header ${name} holds a line break or a character that no header can hold`,
      );
    }
    bytes += name.length + value.length + 4;
  }
  if (bytes > MAX_HEADER_BYTES) {
    throw refuse("egress_headers", host, `headers of ${bytes} bytes, ${MAX_HEADER_BYTES} are accepted`);
  }
}

/**
 * The request that a redirect asks for (Fetch standard, 4.4). To another host it keeps neither body nor any header
 * that could be a credential.
 */
export function nextRequest(
  request: HttpRequest,
  answer: { from: URL; location: string; status: number },
): { request: HttpRequest; url: URL } {
  const { from, location, status } = answer;
  const url = checkUrl(location, from);
  const toGet = status === 303 ? request.method !== "HEAD" : status < 303 && request.method === "POST";
  let next: HttpRequest = request;
  if (toGet || !isSameHost(from, url)) next = withoutBody(request, toGet);
  if (!isSameHost(from, url)) {
    next = { ...next, headers: next.headers.filter(({ name }) => HARMLESS.has(name.toLowerCase())) };
  }
  return { request: next, url };
}

function withoutBody(request: HttpRequest, toGet: boolean): HttpRequest {
  const { body: _, ...rest } = request;
  return {
    ...rest,
    method: toGet ? "GET" : request.method,
    headers: request.headers.filter(({ name }) => !/^content-/i.test(name)),
  };
}

/** The same place: from http to https of one host is, from https to http is not. */
function isSameHost(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.hostname === to.hostname && from.protocol === "http:" && to.protocol === "https:" &&
    from.port === "" &&
    to.port === "";
}
