/** Which refusals of a webhook are kept, and what its owner is told to do about them: pure, and for the browser too. */

import type { HookRefusal } from "../schemas/hook.ts";

/** A row as it lies in memory and in the database; times are epoch ms. */
export interface RefusalRow extends Omit<HookRefusal, "firstAt" | "lastAt"> {
  firstAt: number;
  lastAt: number;
}

/** So many kinds are kept for each webhook. */
export const REFUSALS_KEPT = 20;

/** Alike are those of one reason, one way of calling and one network: they are one row that counts. */
function kindOf({ code, text, method, from }: RefusalRow): string {
  return [code, text, method, from].join("\u0000");
}

/**
 * Rows with more of them, newest first. Beyond twenty the oldest row of the commonest reason goes, so that a stranger who
 * knocks from everywhere does not push out what is said once.
 */
export function withRefusals(rows: readonly RefusalRow[], more: readonly RefusalRow[]): RefusalRow[] {
  const found = new Map<string, RefusalRow>();
  for (const row of [...rows, ...more]) {
    const kind = kindOf(row);
    const known = found.get(kind);
    found.set(kind, known ? together(known, row) : row);
  }
  const kept = [...found.values()].sort((a, b) => b.lastAt - a.lastAt);
  while (kept.length > REFUSALS_KEPT) kept.splice(leastMissed(kept), 1);
  return kept;
}

function together(one: RefusalRow, other: RefusalRow): RefusalRow {
  const newest = other.lastAt >= one.lastAt ? other : one;
  return {
    ...newest,
    count: one.count + other.count,
    firstAt: Math.min(one.firstAt, other.firstAt),
  };
}

function leastMissed(rows: readonly RefusalRow[]): number {
  const sizes = new Map<string, number>();
  for (const { code } of rows) sizes.set(code, (sizes.get(code) ?? 0) + 1);
  const most = Math.max(...sizes.values());
  return rows.findLastIndex(({ code }) => sizes.get(code) === most);
}

/** An address without its last part, so that it says from which network somebody called and not who: `203.0.113.*`. */
export function networkOf(address: string | undefined): string {
  const text = (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(text)?.[1];
  if (four === "127.0.0" || text === "::1") return "this machine";
  if (four) return `${four}.*`;
  if (!/^[0-9a-f:]{2,39}$/i.test(text) || !text.includes(":")) return "unknown";
  const [before = "", after] = text.toLowerCase().split("::");
  const groups = before.split(":").filter(Boolean);
  const left = after === undefined ? [] : Array.from({ length: 3 }, () => "0");
  return `${[...groups, ...left].slice(0, 3).join(":")}:*`;
}

const ADVICE: { readonly [code: string]: string } = {
  "no-secret": "Store the secret under Settings → Secrets, under the name that this webhook says.",
  "proof-missing":
    "Does the sender send the key or the signature, and under this header? “Who may call” says which.",
  "key-wrong": "The sender sends another key than the stored one. Give it the secret, or store the sender's.",
  "signature-wrong":
    "The signature does not match: is the secret the sender's? A proxy that writes the body anew breaks it, too.",
  stale: "Look at the sender's clock. An old call that is sent once more is refused on purpose.",
  "method-not-allowed": "Let the sender use this webhook's method, or choose the sender's method here.",
  "preflight":
    "A page in a browser asks first and is not answered: let your own server call instead of the page.",
  "too-large": "Let the sender send less: an address of the file instead of the file.",
  "bad-json": "The sender says that it sends JSON. Look at what it really sends, or at its content type.",
  "webhook-rate":
    "More calls came than you allow. Raise “At most”, or let the sender come again when it is told to.",
  "key-reused": "The sender gives one Idempotency-Key to different bodies: each delivery needs its own.",
  "bad-idempotency-key": "A delivery's key has 1 to 255 printable characters without spaces.",
  "too-deep": "A workflow calls itself by its own webhooks. Look for the step that calls this address.",
  busy: "The house was full. Senders that try again will come through; see Executions for what is under way.",
  stopping: "The program was just being stopped or updated. Senders that try again will come through.",
};

/** What the owner can do about it; null where the reason says all. */
export function adviceFor(code: string): string | null {
  return Object.hasOwn(ADVICE, code) ? ADVICE[code]! : null;
}
