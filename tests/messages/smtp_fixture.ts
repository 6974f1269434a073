import { SMTPServer } from "smtp-server";

export interface Received {
  from: string;
  to: string[];
  data: string;
}

export interface FakeServer extends AsyncDisposable {
  url: string;
  received: Received[];
  /** Connections accepted so far. */
  connections: number;
}

/** What the server answers; a number refuses with that code. `drop` cuts the line after the whole message arrived. */
export interface Behaviour {
  onMail?: number;
  onRecipient?: (address: string) => number | undefined;
  onMessage?: number | "drop";
  /** Once the whole message is here, before it is answered. */
  beforeAnswer?: (mail: Received) => unknown;
  /** Right after the answer was handed to the socket. */
  afterAnswer?: (mail: Received) => void;
}

function refusal(code: number): Error {
  return Object.assign(new Error(`refused with ${code}`), { responseCode: code });
}

/** A real mail server on loopback. */
export async function mailServer(behaviour: Behaviour = {}): Promise<FakeServer> {
  const received: Received[] = [];
  let connections = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    disableReverseLookup: true,
    closeTimeout: 500,
    logger: false,
    onConnect(_session, callback): void {
      connections++;
      callback();
    },
    onMailFrom(_address, _session, callback): void {
      callback(behaviour.onMail === undefined ? null : refusal(behaviour.onMail));
    },
    onRcptTo(address, _session, callback): void {
      const code = behaviour.onRecipient?.(address.address);
      callback(code === undefined ? null : refusal(code));
    },
    onData(stream, session, callback): void {
      const parts: string[] = [];
      stream.on("data", (chunk: Uint8Array) => parts.push(new TextDecoder().decode(chunk)));
      stream.on("end", async () => {
        const { mailFrom, rcptTo } = session.envelope;
        const mail = {
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map((one) => one.address),
          data: parts.join(""),
        };
        received.push(mail);
        await behaviour.beforeAnswer?.(mail);
        if (behaviour.onMessage === "drop") {
          for (const client of server.connections) client._socket.destroy();
          return;
        }
        callback(behaviour.onMessage === undefined ? null : refusal(behaviour.onMessage));
        behaviour.afterAnswer?.(mail);
      });
    },
  });
  server.on("error", () => {});
  const listening = Promise.withResolvers<number>();
  const listener = server.listen(0, "127.0.0.1", () => {
    const address = listener.address();
    listening.resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  const port = await listening.promise;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    get connections(): number {
      return connections;
    },
    async [Symbol.asyncDispose](): Promise<void> {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      await closed.promise;
    },
  };
}

/** A server that is spoken for line by line: `answer` says what to write, or "drop" to cut the line. */
export function scriptedServer(
  answer: (line: string) => string | "drop" | undefined,
  greeting = "220 ready",
): {
  url: string;
  lines: string[];
} & AsyncDisposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const lines: string[] = [];
  const open = new Set<Deno.Conn>();
  const encoder = new TextEncoder();
  async function serve(conn: Deno.Conn): Promise<void> {
    open.add(conn);
    await conn.write(encoder.encode(`${greeting}\r\n`));
    let rest = "";
    for await (
      const chunk of conn.readable.pipeThrough(
        new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
      )
    ) {
      const parts = (rest + chunk).split("\r\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        const reply = answer(line);
        if (reply === "drop") return conn.close();
        if (reply !== undefined) await conn.write(encoder.encode(`${reply}\r\n`));
      }
    }
  }
  const accepting = (async (): Promise<void> => {
    for await (const conn of listener) serve(conn).catch(() => {}).finally(() => open.delete(conn));
  })();
  return {
    url: `smtp://127.0.0.1:${listener.addr.transport === "tcp" ? listener.addr.port : 0}`,
    lines,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      for (const conn of open) {
        try {
          conn.close();
        } catch {
          // closed by the other side
        }
      }
      await accepting;
    },
  };
}
