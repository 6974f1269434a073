import type { Log } from "./engine/mod.ts";

const encoder = new TextEncoder();

/** One JSON object a line on standard output, whatever the fields hold. */
export const log: Log = (level, event, fields = {}) => {
  const line = JSON.stringify({ time: new Date().toISOString(), level, event, ...fields });
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
};
