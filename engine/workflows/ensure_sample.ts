import type { Actor } from "../contract.ts";
import { keys } from "../store/keys.ts";
import { encode, type Store } from "../store/store.ts";
import type { WorkflowSubject } from "./mod.ts";
import { SAMPLE } from "./sample.ts";

/**
 * Creates the sample workflow once per database, also when two processes start at the same moment. Who deleted it
 * does not get it again.
 */
export async function ensureSample(
  workflows: Pick<WorkflowSubject, "createOnce">,
  store: Store,
  actor: Actor,
): Promise<void> {
  const key = keys.meta("sample");
  if (await store.get(key)) return;
  await workflows.createOnce(SAMPLE, actor, {
    checks: [{ key, versionstamp: null }],
    sets: [{ key, value: encode({ v: 1 }) }],
  });
}
