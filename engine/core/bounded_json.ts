import { EngineError } from "../errors.ts";
import type { Json } from "../schemas/json.ts";

/** Most levels and keys of JSON from outside: limits have names and numbers. */
const JSON_DEPTH = 64;
const JSON_KEYS = 10_000;

const QUOTE = 0x22, BACKSLASH = 0x5c, COLON = 0x3a, OPEN = [0x5b, 0x7b], CLOSE = [0x5d, 0x7d];

/**
 * Refuses (400) JSON that is nested too deep or has too many keys, in one pass without building anything.
 * It does not say whether the text is JSON: parsing does.
 */
function checkJsonBounds(bytes: Uint8Array): void {
  let depth = 0;
  let keys = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) i = endOfText(bytes, i);
    else if (byte === COLON) keys++;
    else if (byte === OPEN[0] || byte === OPEN[1]) depth++;
    else if (byte === CLOSE[0] || byte === CLOSE[1]) depth--;
    if (depth > JSON_DEPTH) {
      throw badJson(`The JSON is nested deeper than ${JSON_DEPTH} levels (position ${i})`);
    }
    if (keys > JSON_KEYS) throw badJson(`The JSON has more than ${JSON_KEYS.toLocaleString("en")} keys`);
  }
}

function endOfText(bytes: Uint8Array, start: number): number {
  let i = start + 1;
  while (i < bytes.length && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
  return i;
}

/** JSON within bounds; 400 with the position otherwise. Keys such as `__proto__` are plain own keys. */
export function parseJson(bytes: Uint8Array): Json {
  checkJsonBounds(bytes);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badJson("The body is not UTF-8 text");
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badJson(explain(text, error instanceof Error ? error.message : ""));
  }
}

function badJson(detail: string): EngineError {
  return new EngineError("bad-json", 400, "JSON not readable", detail);
}

function explain(text: string, said: string): string {
  if (text.trim() === "") return "The body is empty; JSON is expected";
  const at = positionOf(text, said);
  const before = text.slice(0, at).split("\n");
  const where = `position ${at} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
  const found = at >= text.length ? "the text ends" : `${JSON.stringify(text[at])} is not expected`;
  return `The body is not JSON: ${found} at ${where}`;
}

/** V8 tells the position of some mistakes only; of others it is the longest beginning that could still become JSON. */
function positionOf(text: string, said: string): number {
  const told = /at position (\d+)/.exec(said)?.[1];
  if (told !== undefined) return Number(told);
  if (said.startsWith("Unexpected end")) return text.length;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (couldGoOn(text.slice(0, middle))) good = middle;
    else bad = middle;
  }
  return bad - 1;
}

function couldGoOn(beginning: string): boolean {
  try {
    JSON.parse(beginning);
    return true;
  } catch (error) {
    const said = error instanceof Error ? error.message : "";
    return said.startsWith("Unexpected end") || said.includes(`at position ${beginning.length}`);
  }
}
