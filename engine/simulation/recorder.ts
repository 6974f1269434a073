import { Hidden } from "../core/hidden.ts";
import { StepError, toFailure } from "../errors.ts";
import type {
  HttpRequest,
  HttpResponse,
  NodeType,
  Outcome,
  PureContext,
  StepContext,
} from "../nodes/define.ts";
import type { SimulateInput, Would } from "../schemas/simulation.ts";

/** A mail that counts as sent. */
export interface SentMail {
  nodeId: string;
  messageId: string;
  /** Epoch ms. */
  at: number;
  /** The first link in it. */
  link: string | null;
}

/** Everything a step may ask of the world: a way out that is new to `StepContext` must be answered here too. */
type WaysOut = {
  [
    K in keyof Omit<StepContext, keyof PureContext> as StepContext[K] extends (...given: never[]) => unknown
      ? K
      : never
  ]: StepContext[K];
};

/** The real ways out, for what may take them. */
export interface Doors {
  /** Refuses a secret that is missing or meant for other hosts; its value goes to a called host, and nowhere else. */
  reveal(name: string, host: string | null): Promise<string>;
  request(request: HttpRequest, options: { signal: AbortSignal; depth: number }): Promise<HttpResponse>;
}

const MOST_CALLS = 20;
const BODY_SHOWN = 10_000;
const encoder = new TextEncoder();

/** What is shown for a secret. A node that takes an address from it needs the host; what follows is what is secret. */
function standInFor(name: string, value: string): string {
  const host = /^https?:\/\/[^/?#@\s]+/.exec(value)?.[0];
  return host ? `${host}/secret/${encodeURIComponent(name)}` : `[secret ${name}]`;
}

/** Stands between the nodes and the world: nothing passes, and what would have left is written down. */
export class Recorder {
  /** By execution and node. */
  readonly #would = new Map<string, Would>();
  readonly #http: SimulateInput["http"];
  readonly #doors: Doors;
  readonly #called: ReadonlySet<string>;
  #calls = 0;
  /** In the order of sending; whoever handles one takes it out. */
  readonly sent: SentMail[] = [];

  constructor({ http, call }: Pick<SimulateInput, "http" | "call">, doors: Doors) {
    this.#http = http;
    this.#called = new Set(call);
    this.#doors = doors;
  }

  wouldOf(executionId: string, nodeId: string): Would | undefined {
    return this.#would.get(`${executionId}.${nodeId}`);
  }

  /** The node type with every way out walled up. */
  walled(type: NodeType): NodeType {
    if (type.kind !== "effect") return type;
    const run = async (config: unknown, context: StepContext): Promise<Outcome> => {
      const hidden = new Hidden();
      try {
        return hidden.outcome(await type.run(config, { ...context, ...this.#waysOut(context, hidden) }));
      } catch (error) {
        return { kind: "fail", failure: hidden.failure(toFailure(error)) };
      }
    };
    return { ...type, run };
  }

  #waysOut(context: StepContext, hidden: Hidden): WaysOut {
    const { executionId, nodeId } = context;
    const note = (would: Would): unknown => this.#would.set(`${executionId}.${nodeId}`, would);
    return {
      http: async (request) => {
        if (this.#called.has(nodeId)) {
          note({
            ...{ kind: "http", method: request.method, url: hidden.text(request.url) },
            ...{ body: bodyOf(request, hidden), called: true },
          });
          return await this.#call(request, context.signal);
        }
        note({ kind: "http", method: request.method, url: request.url, body: bodyOf(request) });
        return this.#answer(nodeId, request.url);
      },
      mail: async (request) => {
        const { to, cc, bcc, subject, text, html } = request;
        note({ kind: "mail", to, cc, bcc, subject, text });
        const result = await context.mail(request);
        // A colleague's mail is no mail to the lead: nobody opens it here.
        if (result.status === "sent" && !request.internal) {
          const link = linkIn(text) ?? linkIn(html ?? "");
          this.sent.push({ nodeId, messageId: result.message.id, at: context.now, link });
        }
        return result;
      },
      // The dry run's own house reads the real ones and keeps what is written to itself.
      collections: (act) => {
        const { action, collection } = act;
        if (action === "put" || action === "delete") {
          note({
            kind: "data",
            ...{ action, collection, key: act.key },
            value: act.action === "put" ? act.input.value : null,
          });
        }
        return context.collections(act);
      },
      // Signed by the dry run's own house: it leads nowhere.
      voteLink: context.voteLink,
      secret: async (name, host) => {
        const value = await this.#doors.reveal(name, host);
        return this.#called.has(nodeId) ? hidden.learn(name, value) : standInFor(name, value);
      },
    };
  }

  /** A person asked for it; rounds of a loop that ask too often are refused. */
  async #call(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse> {
    if (++this.#calls > MOST_CALLS) {
      const message = `A dry run calls other programs ${MOST_CALLS} times at most`;
      throw new StepError({ code: "call_limit", message, retryable: false });
    }
    return await this.#doors.request(request, { signal, depth: 1 });
  }

  #answer(nodeId: string, url: string): HttpResponse {
    const given = Object.hasOwn(this.#http, nodeId) ? this.#http[nodeId] : undefined;
    return {
      status: given?.status ?? 200,
      headers: [{ name: "content-type", value: "application/json" }],
      body: encoder.encode(JSON.stringify(given?.body ?? {})),
      url,
    };
  }
}

function bodyOf({ body }: HttpRequest, hidden?: Hidden): string | null {
  if (typeof body !== "string") return null;
  return (hidden?.text(body) ?? body).slice(0, BODY_SHOWN);
}

function linkIn(text: string): string | null {
  return /https?:\/\/[^\s<>"')]+/.exec(text)?.[0] ?? null;
}
