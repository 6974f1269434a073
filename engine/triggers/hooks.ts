import type { Triggers, WebhookAnswer, WebhookRequest } from "../contract.ts";
import { conflict, EngineError } from "../errors.ts";
import type { WebhookAuth } from "../schemas/webhook_auth.ts";
import { fingerprint } from "../store/deliveries.ts";
import type { Doors, HookDoor } from "./doors.ts";
import { lookAtHooks } from "./hook_look.ts";
import { HookRates } from "./hook_rates.ts";
import { HookRefusals } from "./hook_refusals.ts";
import type { Start, TriggerDeps } from "./mod.ts";
import { readRequest } from "./request.ts";
import { verifyCaller } from "./signatures.ts";

const MAX_TRIES = 10;
const MAX_DEPTH = 5;

export interface HookDeps extends TriggerDeps {
  doors: Doors;
  start(start: Start): Promise<WebhookAnswer | null>;
}

interface HookParts {
  rates: HookRates;
  refusals: HookRefusals;
}

/** What comes at `/hooks/<path>`: judged, counted, accepted; and what was refused, told to its owner. */
export function createHooks(
  deps: HookDeps,
): Pick<Triggers, "webhook" | "refused" | "hooks"> & { stop(): Promise<void> } {
  const { store, doors, retentionMs, worker: { clock, newId } } = deps;
  const parts: HookParts = {
    rates: new HookRates({ store, clock, newId }),
    refusals: new HookRefusals({ store, clock, doors, keptMs: retentionMs }),
  };
  return {
    async webhook(request): Promise<WebhookAnswer> {
      try {
        return await webhook(deps, parts, request);
      } catch (error) {
        const contentType = request.headers["content-type"] ?? null;
        parts.refusals.note({ ...request, contentType, size: request.rawBody.byteLength }, error);
        throw error;
      }
    },
    refused: (call, error) => parts.refusals.note(call, error),
    hooks: (workflowId) => lookAtHooks(deps, parts.refusals, workflowId),
    stop: () => parts.refusals.stop(),
  };
}

async function webhook(deps: HookDeps, parts: HookParts, request: WebhookRequest): Promise<WebhookAnswer> {
  if ((request.depth ?? 0) >= MAX_DEPTH) {
    throw new EngineError(
      "too-deep",
      508,
      "Loop detected",
      `Calls through our own webhooks end at ${MAX_DEPTH}`,
    );
  }
  const { doors } = deps;
  for (let i = 0; i < MAX_TRIES; i++) {
    const door = doors.knownHook(request.path) ?? await doors.hook(request.path);
    try {
      const answer = await throughHook(deps, parts, door, request);
      if (answer) return answer;
    } catch (error) {
      if (!(error instanceof EngineError) || !doors.mayBeStale(door)) throw error;
    }
    // Published, unpublished or filled in between: look again at what is live.
    doors.forgetHook(request.path);
  }
  throw conflict("busy", "The workflow or the lead is being changed by many at once; try again");
}

async function throughHook(
  deps: HookDeps,
  { rates }: HookParts,
  door: HookDoor,
  request: WebhookRequest,
): Promise<WebhookAnswer | null> {
  const { method, auth, respond, rate } = door.config;
  if (request.method !== method) {
    const detail = `This webhook takes ${method}, not ${request.method}`;
    throw new EngineError("method-not-allowed", 405, "Method not allowed", detail, { allow: [method] });
  }
  const secrets = await secretsOf(deps, auth);
  const signed = verifyCaller(request, auth, { secrets, now: deps.worker.clock.now() });
  const input = readRequest(request, auth);
  const key = signed ?? request.idempotencyKey;
  const start: Start = {
    door,
    trigger: { nodeId: door.nodeId, kind: "webhook" },
    input,
    ...(key
      ? {
        delivery: {
          name: [`${door.version.workflowId}.${door.nodeId}`, key],
          body: await fingerprint(request.rawBody),
        },
      }
      : {}),
    depth: request.depth ?? 0,
    mode: respond,
  };
  if (rate === undefined) return await deps.start(start);
  const place = { workflowId: door.version.workflowId, nodeId: door.nodeId };
  return await rates.during(
    { ...place, rate, call: request, delivery: key },
    (admit) => deps.start({ ...start, admit }),
  );
}

/** Those of a locked webhook that are there: the present one, and the one before while callers change over. */
async function secretsOf({ reveal }: HookDeps, auth: WebhookAuth): Promise<string[]> {
  if (auth.kind === "none") return [];
  const named = [auth.secret, auth.previous].flatMap((one) => one ? [one.secret] : []);
  const found = await Promise.all(named.map((name) => reveal(name).catch(() => "")));
  return found.filter((secret) => secret !== "");
}
