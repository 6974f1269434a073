/** How late timers of this process fire: what keeps the processor busy delays everything. */
export interface LoopLag {
  /** Seconds: at the last sample, and the most since it was read before. */
  read(): { last: number; most: number };
  stop(): void;
}

const EVERY_MS = 500;

/** Samples twice a second, and keeps no process alive. */
export function watchLoop(): LoopLag {
  let expected = performance.now() + EVERY_MS;
  let last = 0;
  let most = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    last = Math.max(0, now - expected) / 1_000;
    most = Math.max(most, last);
    expected = now + EVERY_MS;
  }, EVERY_MS);
  Deno.unrefTimer(timer);
  return {
    read(): { last: number; most: number } {
      const told = { last, most };
      most = last;
      return told;
    },
    stop: () => clearInterval(timer),
  };
}
