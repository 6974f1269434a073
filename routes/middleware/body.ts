import { EngineError } from "../../engine/errors.ts";

/** SECURITY, rule 12. */
export const BODY_LIMIT = 1_048_576;

const NOTHING = new Uint8Array(0);

/** The whole body, counted while it is read; 413 naming the limit as soon as it is passed. */
export async function readBytes(request: Request, limit: number = BODY_LIMIT): Promise<Uint8Array> {
  const announced = request.headers.get("content-length");
  if (announced === null) return request.body === null ? NOTHING : await readCounted(request.body, limit);
  if (Number(announced) > limit) throw tooLarge(limit);
  // The server holds a body to its announced length, so it need not be counted piece by piece.
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit) throw tooLarge(limit);
  return bytes;
}

async function readCounted(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    // Leaving the loop cancels the stream: the rest is not taken in.
    if (size > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function tooLarge(limit: number): EngineError {
  const words = limit % 1_048_576 === 0 ? `${limit / 1_048_576} MiB` : `${limit / 1_024} KiB`;
  return new EngineError(
    "too-large",
    413,
    "Body too large",
    `The body is over the limit of ${words} (${limit} bytes)`,
  );
}
