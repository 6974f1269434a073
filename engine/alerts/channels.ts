import { createHmac } from "node:crypto";
import { listUsers } from "../access/mod.ts";
import { StepError, toFailure } from "../errors.ts";
import { messageWrite } from "../messages/store.ts";
import type { AlertChannel } from "../schemas/alert.ts";
import type { JsonObject } from "../schemas/json.ts";
import type { Write } from "../store/commit.ts";
import { keys, shardOf } from "../store/keys.ts";
import { EMPTY } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { AlertDeps } from "./deps.ts";
import { messageOf } from "./message.ts";
import type { Told } from "./records.ts";

const TIMEOUT_MS = 30_000;
/** Calls through our own webhooks are counted on from here. */
const DEPTH = 1;

/** What came of one try; `sets`: the mail as it went, for the commit that says so. */
export interface Delivered {
  ok: boolean;
  detail: string;
  /** It may have arrived: trying again would tell it twice. */
  uncertain?: true;
  sets: NonNullable<Write["sets"]>;
}

/** Tells alerts over a channel; `id` stays over attempts, so that a receiver can tell that it knows them. Never throws. */
export async function deliver(
  deps: AlertDeps,
  channel: AlertChannel,
  { id, alerts }: { id: string; alerts: readonly Told[] },
): Promise<Delivered> {
  const message = messageOf(alerts, deps.publicUrl());
  try {
    switch (channel.kind) {
      case "email":
        return await byMail(deps, channel, { id, subject: message.subject, text: message.text });
      case "slack": {
        const address = await deps.secret(channel.webhook.secret, channel.host.toLowerCase());
        return await post(deps, addressOf(address, channel.host), JSON.stringify(message.slack), []);
      }
      case "webhook": {
        const body = JSON.stringify(message.webhook satisfies JsonObject);
        return await post(deps, channel.url, body, await signed(deps, channel, { id, body }));
      }
    }
  } catch (error) {
    return { ok: false, detail: toFailure(error).message, sets: [] };
  }
}

async function byMail(
  deps: AlertDeps,
  { to }: Extract<AlertChannel, { kind: "email" }>,
  { id, subject, text }: { id: string; subject: string; text: string },
): Promise<Delivered> {
  const addresses = to.length > 0 ? to : await owners(deps.store);
  if (addresses.length === 0) {
    return { ok: false, detail: "There is nobody to tell: no owner or admin yet", sets: [] };
  }
  const now = deps.clock.now();
  const { status, message, failure } = await deps.mail(
    { to: addresses, cc: [], bcc: [], subject, text, internal: true },
    {
      id: `${id}.alert`,
      executionId: id,
      workflowId: "",
      nodeId: "alert",
      leadId: null,
      test: false,
      at: now,
    },
  );
  // Nobody else would have it forgotten.
  const forgotten = keys.due(shardOf(id), 1, now + deps.retentionMs, "forget", id);
  const sets = [...messageWrite(message).sets, { key: forgotten, value: EMPTY }];
  if (status === "sent") {
    const where = message.transport === "outbox"
      ? "Laid into the outbox, as there is no mail server"
      : "Sent";
    return { ok: true, detail: `${where}: ${addresses.join(", ")}`, sets };
  }
  const detail = failure?.message ?? `The mail was ${status}`;
  return { ok: false, detail, sets, ...(status === "uncertain" ? { uncertain: true } : {}) };
}

async function owners(store: Store): Promise<string[]> {
  return (await listUsers(store)).filter(({ role }) => role === "owner" || role === "admin")
    .map(({ email }) => email).slice(0, 20);
}

async function post(
  deps: AlertDeps,
  url: string,
  body: string,
  headers: { name: string; value: string }[],
): Promise<Delivered> {
  const { status } = await deps.http({
    method: "POST",
    url,
    headers: [{ name: "content-type", value: "application/json" }, ...headers],
    body,
    timeoutMs: TIMEOUT_MS,
  }, { signal: AbortSignal.timeout(TIMEOUT_MS + 5_000), depth: DEPTH });
  const host = URL.parse(url)?.host ?? "";
  return { ok: status < 400, detail: `${status} from ${host}`, sets: [] };
}

/** The address in a secret must be of the host that the secret was asked for. */
function addressOf(value: string, host: string): string {
  const url = URL.parse(value.trim());
  if (url && /^https?:$/.test(url.protocol) && url.hostname === host.toLowerCase()) return url.href;
  const message = `The secret holds no address at ${host}, https://${host}/… is accepted`;
  throw new StepError({ code: "bad_slack_webhook", message, retryable: false });
}

/** Standard Webhooks: HMAC-SHA256 over id, timestamp and body, for each key of the secret. */
async function signed(
  deps: AlertDeps,
  { url, secret }: Extract<AlertChannel, { kind: "webhook" }>,
  { id, body }: { id: string; body: string },
): Promise<{ name: string; value: string }[]> {
  const timestamp = String(Math.floor(deps.clock.now() / 1_000));
  const about = [{ name: "webhook-id", value: id }, { name: "webhook-timestamp", value: timestamp }];
  if (!secret) return about;
  const value = await deps.secret(secret.secret, URL.parse(url)?.host ?? "");
  const signatures = value.trim().split(/\s+/).map((key) => {
    if (!/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/.test(key)) {
      const message = "The secret is not of the form whsec_ and 24 to 64 bytes in base64";
      throw new StepError({ code: "bad_webhook_secret", message, retryable: false });
    }
    const bytes = Uint8Array.fromBase64(key.slice("whsec_".length));
    return `v1,${createHmac("sha256", bytes).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return [...about, { name: "webhook-signature", value: signatures.join(" ") }];
}
