import assert from "node:assert/strict";
import { replayGoldens } from "./golden.ts";

Deno.test({
  // What died mid-way leaves its timers behind, as a killed process does.
  sanitizeOps: false,
  sanitizeResources: false,
  name: "replayGoldens() every recorded history, gone on with from within, settles as it did",
  async fn(): Promise<void> {
    const { histories, prefixes } = await replayGoldens(3);
    assert.ok(histories >= 12 && prefixes >= histories, `${histories} histories, ${prefixes} prefixes`);
  },
});
