import assert from "node:assert/strict";
import { poison } from "./poison.ts";

Deno.test("a step that exits its process is convicted after three deaths alone, and every bystander settles", async () => {
  const found = await poison({ bystanders: 60, hows: ["exit", "huge"], processes: 1, slots: 8 });
  assert.deepEqual(found.wrong, []);
  assert.deepEqual([found.accepted, found.completed], [60, 60]);
  const [exit, huge] = found.convictions;
  assert.deepEqual(exit, { how: "exit", status: "failed", code: "poison", attempts: 5, inInbox: true });
  assert.deepEqual([huge!.status, huge!.code, huge!.inInbox], ["failed", "output_too_large", true]);
  assert.equal(found.deaths, 5, "one in the crowd, one in a group, three alone");
});
