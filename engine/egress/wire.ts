const MAX_HEAD = 128 * 1_024;
const encoder = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** A request's head, names in lower case, and the bytes that came with it. */
export interface Head {
  method: string;
  target: string;
  headers: [string, string][];
  rest: Uint8Array;
}

/** Writes all of it. */
export async function write(conn: Deno.Conn, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? encoder.encode(data) : data;
  for (let from = 0; from < bytes.length;) from += await conn.write(bytes.subarray(from));
}

/** Reads up to the blank line. Null: the other side left, or says no HTTP. */
export async function readHead(conn: Deno.Conn): Promise<Head | null> {
  const bytes = new Uint8Array(MAX_HEAD);
  let length = 0;
  while (length < MAX_HEAD) {
    const count = await conn.read(bytes.subarray(length));
    if (count === null) return null;
    const from = Math.max(0, length - 3);
    length += count;
    const end = blankLine(bytes, from, length);
    if (end >= 0) return parseHead(latin1.decode(bytes.subarray(0, end)), bytes.slice(end + 4, length));
  }
  return null;
}

function blankLine(bytes: Uint8Array, from: number, length: number): number {
  for (let i = from; i + 3 < length; i++) {
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

function parseHead(text: string, rest: Uint8Array): Head | null {
  const [first, ...lines] = text.split("\r\n");
  const found = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first ?? "");
  if (!found) return null;
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method: found[1] ?? "", target: found[2] ?? "", headers, rest };
}

/** Copies until the source ends. */
export async function relay(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(32 * 1_024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    await write(to, buffer.subarray(0, count));
  }
}

/** Copies `length` bytes, `first` included, then waits until the source ends; more than that ends it at once. */
export async function relayExactly(
  from: Deno.Conn,
  to: Deno.Conn,
  body: { first: Uint8Array; length: number },
): Promise<void> {
  let left = body.length - body.first.length;
  if (left < 0) return;
  await write(to, body.first);
  const buffer = new Uint8Array(32 * 1_024);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null || count > left) return;
    left -= count;
    await write(to, buffer.subarray(0, count));
  }
}
