import assert from "node:assert/strict";

/** Looks so often, and gives up only after what would be long on a machine that has much else to do. */
const EVERY_MS = 25;
const PATIENCE_MS = 60_000;

/**
 * Looks until there is something to be seen (neither null, undefined nor false), and gives it back: for what another
 * process or the machine does, of which nobody tells. Fails with `what`, and what was seen last where `describe` says it.
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  describe: () => string | Promise<string> = () => "",
): Promise<Exclude<T, null | undefined | false>> {
  for (const end = performance.now() + PATIENCE_MS;;) {
    const found = await look();
    if (isThere(found)) return found;
    if (performance.now() > end) assert.fail(`${what} ${await describe()}`.trimEnd());
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
}

function isThere<T>(found: T): found is Exclude<T, null | undefined | false> {
  return found !== null && found !== undefined && found !== false;
}
