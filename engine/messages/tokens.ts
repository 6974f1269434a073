import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Json } from "../schemas/json.ts";

export interface TokenKey {
  /** 1 to 64 ASCII characters. */
  id: string;
  bytes: Uint8Array;
}

export interface Tokens {
  /** Signs with the current key; the token holds A–Z a–z 0–9 _ - only. */
  sign(payload: object): string;
  /** The payload, or null for whatever no key of ours has signed. Never throws. */
  verify(token: string): { [key: string]: Json } | null;
}

const MAX_TOKEN = 16_384;
const MAC_BYTES = 32;

/**
 * Signed tokens: one base64url text of `length of key id, key id, HMAC-SHA256, JSON`.
 * The first key signs, every key verifies, so that links in old mails outlive a rotation.
 */
export function createTokens(keys: readonly TokenKey[]): Tokens {
  const current = keys[0];
  if (!current) throw new Error("Cannot sign tokens without a key");
  const byId = new Map(keys.map((key) => [key.id, key]));
  return {
    sign(payload: object): string {
      const id = Buffer.from(current.id, "ascii");
      const body = Buffer.from(JSON.stringify(payload), "utf8");
      return Buffer.concat([Buffer.of(id.length), id, mac(current, body), body]).toString("base64url");
    },
    verify(token: string): { [key: string]: Json } | null {
      if (typeof token !== "string" || token.length > MAX_TOKEN || !/^[A-Za-z0-9_-]+$/.test(token)) {
        return null;
      }
      const bytes = decoded(token);
      if (bytes === null) return null;
      const start = 1 + (bytes[0] ?? 0);
      if (bytes.length <= start + MAC_BYTES) return null;
      const key = byId.get(bytes.toString("ascii", 1, start));
      if (!key) return null;
      const body = bytes.subarray(start + MAC_BYTES);
      if (!timingSafeEqual(mac(key, body), bytes.subarray(start, start + MAC_BYTES))) return null;
      return parse(body);
    },
  };
}

/** Some last characters decode alike, and some runtimes throw at others; only the spelling that we wrote is ours. */
function decoded(token: string): Buffer | null {
  try {
    const bytes = Buffer.from(token, "base64url");
    return bytes.toString("base64url") === token ? bytes : null;
  } catch {
    return null;
  }
}

/** The purpose is part of what is signed: the same key signs nothing else under this name. */
function mac(key: TokenKey, body: Uint8Array): Buffer {
  return createHmac("sha256", key.bytes).update(`leadflow token ${key.id}\n`).update(body).digest();
}

function parse(body: Buffer): { [key: string]: Json } | null {
  try {
    const value: Json = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
