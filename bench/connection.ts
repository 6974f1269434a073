/** One answer, as far as the benchmark reads it. */
export interface Reply {
  status: number;
  /** Of a webhook's answer: from its header, or from the 202's body. */
  executionId: string | null;
  body: string;
}

const HEAD_END = "\r\n\r\n";
const ID_HEADER = "\r\nx-leadflow-execution: ";
const ID_FIELD = '"executionId":"';
const ULID_LENGTH = 26;
const decoder = new TextDecoder("latin1");

/**
 * One keep-alive connection that speaks just enough HTTP/1.1: the bytes of a request out, status, length and id of the
 * answer in. `fetch` costs several times as much, and generator and server share the machine.
 */
export class Connection {
  readonly #socket: Deno.TcpConn;
  readonly #buffer = new Uint8Array(64 * 1024);

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  static async open(port: number): Promise<Connection> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    socket.setNoDelay(true);
    return new Connection(socket);
  }

  /** Throws when the connection breaks before the answer is whole, or when the answer has no length. */
  async send(request: Uint8Array): Promise<Reply> {
    for (let at = 0; at < request.length;) at += await this.#socket.write(request.subarray(at));
    let text = "";
    let end = Infinity;
    while (text.length < end) {
      const size = await this.#socket.read(this.#buffer);
      if (size === null) throw new Error("The server closed the connection");
      // One byte is one character here, so lengths in bytes count characters.
      text += decoder.decode(this.#buffer.subarray(0, size));
      if (end === Infinity) end = wholeLength(text);
    }
    return parseReply(text);
  }

  close(): void {
    try {
      this.#socket.close();
    } catch (error) {
      // A server that was killed has closed it already.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Head and body in bytes; Infinity while the head is not whole. */
function wholeLength(text: string): number {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd < 0) return Infinity;
  const length = headerOf(text, headEnd, "\r\ncontent-length: ");
  if (length === null) throw new Error(`The answer has no content-length: ${text.slice(0, headEnd)}`);
  return headEnd + HEAD_END.length + Number(length);
}

function headerOf(text: string, headEnd: number, name: string): string | null {
  const at = text.indexOf(name);
  if (at < 0 || at > headEnd) return null;
  return text.slice(at + name.length, text.indexOf("\r\n", at + name.length));
}

/** Reads a whole answer. */
function parseReply(text: string): Reply {
  const headEnd = text.indexOf(HEAD_END);
  const body = text.slice(headEnd + HEAD_END.length);
  const field = body.indexOf(ID_FIELD);
  const executionId = headerOf(text, headEnd, ID_HEADER) ??
    (field < 0 ? null : body.slice(field + ID_FIELD.length, field + ID_FIELD.length + ULID_LENGTH));
  return { status: Number(text.slice(9, 12)), executionId, body };
}

export interface RequestShape {
  method: "GET" | "POST";
  /** With query. */
  path: string;
  headers?: { [name: string]: string };
  /** `########` stands for a number of eight digits that differs in every request. */
  body?: string;
}

const COUNTER = "########";

/** The bytes of a request, made once; `next(n)` writes the number into them. */
export function requestBytes(shape: RequestShape): { next(n: number): Uint8Array } {
  const { method, path, headers = {}, body = "" } = shape;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(method === "POST" ? ["content-type: application/json", `content-length: ${body.length}`] : []),
  ];
  const text = `${lines.join("\r\n")}${HEAD_END}${body}`;
  const bytes = new TextEncoder().encode(text);
  const places: number[] = [];
  for (let at = text.indexOf(COUNTER); at >= 0; at = text.indexOf(COUNTER, at + 1)) places.push(at);
  return {
    next(n): Uint8Array {
      // From 10,000,000 up, so that it is a JSON number of the same length for long enough.
      const digits = String(10_000_000 + n);
      for (const at of places) for (let i = 0; i < 8; i++) bytes[at + i] = digits.charCodeAt(i);
      return bytes;
    },
  };
}
