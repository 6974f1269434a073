import type { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import { readBytes } from "./middleware/body.ts";
import { clientAddress } from "./middleware/context.ts";
import type { AppContext, AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";
import { deliveryKey } from "./middleware/idempotency.ts";
import { json } from "./api/define.ts";
import { notEnrolled, webhookResponse } from "./webhook_response.ts";

/**
 * ANY /hooks/<path>: starts what listens there and answers after its commit: 202 `{ executionId }`, or what the
 * workflow answers. The hot path: registered before all middleware, it knows no users and sets no page headers.
 */
export function hookRoutes(app: Hono<AppEnv>, { engine }: { engine: Engine }): void {
  route(app, ["all", "/hooks/:path{.+}"], "public", (c) => receive(c, engine));
}

async function receive(c: AppContext, engine: Engine): Promise<Response> {
  const request = c.req.raw;
  const { headers, method } = request;
  const path = c.req.param("path") ?? "";
  const from = (): string => clientAddress(c);
  let rawBody: Uint8Array;
  let idempotencyKey: string | undefined;
  try {
    rawBody = await readBytes(request);
    idempotencyKey = deliveryKey(headers);
  } catch (error) {
    const size = sizeOf(headers.get("content-length"));
    engine.triggers.refused({ method, path, contentType: headers.get("content-type"), size, from }, error);
    throw error;
  }
  const depth = depthOf(headers.get("x-leadflow-depth"));
  const answer = await engine.triggers.webhook({
    method,
    path,
    rawBody,
    headers: Object.fromEntries(headers),
    query: queryOf(request.url),
    from,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(depth === undefined ? {} : { depth }),
  });
  if (answer.refused) return json(notEnrolled(answer));
  return answer.response === undefined ? accepted(answer.executionId) : webhookResponse(answer);
}

function accepted(executionId: string): Response {
  return new Response(JSON.stringify({ executionId }), {
    status: 202,
    headers: { "content-type": "application/json", location: `/executions/${executionId}` },
  });
}

function queryOf(url: string): { [name: string]: string } {
  // Most webhooks have none, and taking a URL apart costs more than looking.
  return url.includes("?") ? Object.fromEntries(new URL(url).searchParams) : {};
}

function sizeOf(announced: string | null): number | null {
  return announced !== null && /^\d{1,15}$/.test(announced) ? Number(announced) : null;
}

/** How many of our own webhooks a call has come through. Text that is no number counts as none. */
function depthOf(value: string | null): number | undefined {
  return value !== null && /^\d{1,3}$/.test(value) ? Number(value) : undefined;
}
