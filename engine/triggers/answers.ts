import type { ExecutionState, Stored, Transition } from "../core/state.ts";
import { isSettled } from "../core/state.ts";
import type { WebhookResponse } from "../schemas/node.ts";
import type { Json } from "../schemas/json.ts";

export type RespondMode = "accepted" | "finished" | "node";

/** A caller that asked for more than 202 waits so long. */
const WAIT_MS = 30_000;

/** Callers that wait for an execution's answer in this process. */
export class Answers {
  readonly #waiting = new Map<string, Set<(transition: Transition) => void>>();

  /** Tells whoever waits; called after each commit of an execution. */
  tell(executionId: string, transition: Transition): void {
    const waiting = this.#waiting.get(executionId);
    if (waiting) { for (const tell of [...waiting]) tell(transition); }
  }

  /** Subscribes before the execution is accepted, so that no transition is missed. */
  expect(executionId: string, mode: RespondMode): Expected {
    const { promise, resolve } = Promise.withResolvers<WebhookResponse | undefined>();
    const waiting = this.#waiting.get(executionId) ?? new Set();
    this.#waiting.set(executionId, waiting);
    const end = (response: WebhookResponse | undefined): void => {
      if (waiting.delete(tell) && waiting.size === 0) this.#waiting.delete(executionId);
      resolve(response);
    };
    const tell = (transition: Transition): void => {
      const response = answerOf(transition.next, mode, transition.response);
      if (response || isSettled(transition.next)) end(response);
    };
    waiting.add(tell);
    return {
      cancel: () => end(undefined),
      wait(): Promise<WebhookResponse | undefined> {
        const timer = setTimeout(() => end(undefined), WAIT_MS);
        return promise.finally(() => clearTimeout(timer));
      },
    };
  }
}

/** A caller's place in the queue for an answer. */
export interface Expected {
  /** The answer, or undefined after 30 s or when the execution settled without one. */
  wait(): Promise<WebhookResponse | undefined>;
  cancel(): void;
}

/** What a state answers, when it does already. */
export function answerOf(
  state: ExecutionState,
  mode: RespondMode,
  response: WebhookResponse | null,
): WebhookResponse | undefined {
  if (mode === "accepted") return undefined;
  if (response) return response;
  if (!isSettled(state)) return undefined;
  if (mode === "node" && state.status === "completed") return undefined;
  const body: Json = {
    executionId: state.id,
    status: state.status,
    ...(state.reason ? { reason: state.reason.text } : {}),
  };
  return { status: state.status === "completed" ? 200 : 500, headers: [], body };
}

/** The answer of an execution that was accepted before, from its stored steps: a `respond` node's output is its answer. */
export async function storedAnswer(
  state: ExecutionState,
  mode: RespondMode,
  about: { isRespond(nodeId: string): boolean; read(stored: Stored): Promise<Json> },
): Promise<WebhookResponse | undefined> {
  for (const [nodeId, step] of state.steps) {
    if (!about.isRespond(nodeId) || step.endedAt === undefined || !step.output) continue;
    const output = await about.read(step.output) as unknown as WebhookResponse | null;
    if (!output) continue;
    return { status: output.status, headers: output.headers, body: output.body };
  }
  return answerOf(state, mode, null);
}
