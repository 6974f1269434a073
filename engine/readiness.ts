import type { Engine } from "./contract.ts";
import { hostsCheck } from "./egress/breaker.ts";
import type { Breaker } from "./egress/breaker.ts";
import type { Store } from "./store/store.ts";
import type { Clock } from "./worker/clock.ts";
import type { Loop } from "./worker/loop.ts";
import type { Worker } from "./worker/worker.ts";

/** A loop that has not looked for so long is stuck. */
const STUCK_MS = 10_000;

/** Reads the store once and asks the loop when it looked last (contract: `Engine.ready`). */
export async function readiness(
  { store, clock, loop, worker, breaker }: {
    store: Store;
    clock: Clock;
    loop: Loop;
    worker: Worker;
    breaker: Breaker;
  },
): ReturnType<Engine["ready"]> {
  const read = await store.get(["meta", "sample"]).then(() => true, () => false);
  const late = clock.now() - loop.lookedAt;
  const checks = [
    { name: "database", ok: read, detail: read ? "answers" : "does not answer" },
    {
      name: "loop",
      ok: late < STUCK_MS && !worker.stopping,
      detail: worker.stopping ? "stopping" : `looked ${late} ms ago`,
    },
    hostsCheck(breaker),
    store.setAside.check(),
  ];
  return { ok: checks.every((check) => check.ok), checks };
}
