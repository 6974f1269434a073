import { scrypt, timingSafeEqual } from "node:crypto";
import { decodeBase64, encodeBase64 } from "./bytes.ts";

/** scrypt with its cost beside it, so that the cost can rise later. */
export interface PasswordHash {
  salt: string;
  hash: string;
  n: number;
  r: number;
  p: number;
}

const COST = { n: 2 ** 15, r: 8, p: 3 };
/** Each takes 32 MB and a core for a quarter of a second: more at once would starve the worker. */
const AT_ONCE = 2;
let running = 0;
const queue: (() => void)[] = [];

/** Hashes a new password with a salt of its own. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = await derive(password, salt, COST);
  return { salt: encodeBase64(salt), hash: encodeBase64(hash), ...COST };
}

/** Takes the same time when there is no such user (`null`), and is false then. */
export async function verifyPassword(password: string, stored: PasswordHash | null): Promise<boolean> {
  const salt = stored ? decodeBase64(stored.salt) : new Uint8Array(16);
  const expected = stored ? decodeBase64(stored.hash) : new Uint8Array(32);
  const hash = await derive(password, salt ?? new Uint8Array(16), stored ?? COST);
  return stored !== null && expected?.length === hash.length && timingSafeEqual(hash, expected);
}

async function derive(
  password: string,
  salt: Uint8Array,
  cost: { n: number; r: number; p: number },
): Promise<Uint8Array> {
  if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
  else running++;
  try {
    return await new Promise((resolve, reject) => {
      const options = { N: cost.n, r: cost.r, p: cost.p, maxmem: 256 * cost.n * cost.r };
      scrypt(password.normalize("NFKC"), salt, 32, options, (error, key) => {
        if (error) reject(error);
        else resolve(new Uint8Array(key));
      });
    });
  } finally {
    // The place goes on to the next in line; only without one does the count fall.
    const next = queue.shift();
    if (next) next();
    else running--;
  }
}
