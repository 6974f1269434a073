import type { HttpResponse } from "../schemas/outbound.ts";
import { refuse } from "./hosts.ts";

const MAX_BODY_BYTES = 5 * 1_024 * 1_024;
const MAX_HEADER_BYTES = 65_536;

/**
 * The answer with its whole body. Throws `egress_headers` past 64 KiB of headers and `egress_too_large` past 5 MiB,
 * counted after decompression, so that a bomb is stopped while it grows.
 */
export async function readLimited(response: Response, url: URL): Promise<HttpResponse> {
  const headers = [...response.headers].map(([name, value]) => ({ name, value }));
  const bytes = headers.reduce((sum, { name, value }) => sum + name.length + value.length + 4, 0);
  if (bytes > MAX_HEADER_BYTES) {
    await response.body?.cancel();
    throw refuse(
      "egress_headers",
      url.hostname,
      `it answered with headers of ${bytes} bytes, ${MAX_HEADER_BYTES} are accepted`,
    );
  }
  return { status: response.status, headers, body: await readBody(response, url), url: url.href };
}

async function readBody(response: Response, url: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) {
      throw refuse("egress_too_large", url.hostname, "its answer is larger than 5 MiB");
    }
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
