import { decodeBase64, encodeBase64 } from "./bytes.ts";

/** One of the keys in LEADFLOW_SECRET_KEYS; `bytes` are 32. */
export interface SecretKey {
  id: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** `k2:<base64>,k1:<base64>`, the current one first. An empty list: not in this form, or an id given twice. */
export function parseSecretKeys(text: string): SecretKey[] {
  const found: SecretKey[] = [];
  for (const part of text.split(",")) {
    const [, id, base64] = /^\s*([A-Za-z0-9_-]{1,20}):([A-Za-z0-9+/_-]+={0,2})\s*$/.exec(part) ?? [];
    const bytes = base64 === undefined ? null : decodeBase64(base64);
    if (id === undefined || bytes?.length !== 32 || found.some((key) => key.id === id)) return [];
    found.push({ id, bytes });
  }
  return found;
}

/** Reads `secret.keys` of the folder, made first when absent. `null`: nothing is kept (a database in memory). */
export async function keepSecretKeys(folder: string | null): Promise<SecretKey[]> {
  const made = `k1:${encodeBase64(crypto.getRandomValues(new Uint8Array(32)))}`;
  const text = folder === null ? made : await keep(folder, "secret.keys", made);
  const keys = parseSecretKeys(text.trim());
  if (keys.length === 0) {
    throw new Error(
      `${folder}/secret.keys is not readable as keys; accepted: <id>:<base64 of 32 bytes>, current first`,
    );
  }
  return keys;
}

/** Reads `setup.code` of the folder, made first when absent. */
export async function keepSetupCode(folder: string): Promise<string> {
  return (await keep(folder, "setup.code", newSetupCode())).trim();
}

/** A hundred random bits in letters and digits that nobody mistakes for one another. */
export function newSetupCode(): string {
  const letters = "23456789abcdefghjkmnpqrstuvwxyz0";
  return [...crypto.getRandomValues(new Uint8Array(20))].map((byte) => letters[byte % 32]).join("");
}

/** Two first starts at once must agree: the file appears whole, by a link, and the second maker reads the first's. */
async function keep(folder: string, name: string, made: string): Promise<string> {
  const path = `${folder}/${name}`;
  const present = await readIfThere(path);
  if (present !== null) return present;
  await Deno.mkdir(folder, { recursive: true });
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, `${made}\n`, { mode: 0o600, createNew: true });
  try {
    await Deno.link(draft, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  } finally {
    await Deno.remove(draft);
  }
  return await Deno.readTextFile(path);
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
