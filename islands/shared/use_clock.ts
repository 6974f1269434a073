import { useEffect, useState } from "preact/hooks";

/** Now (epoch ms) and the zone on the viewer's wall; null until the browser has said it. */
export interface ViewClock {
  now: number;
  zone: string | null;
}

/**
 * A clock that begins where the server drew the page, so that hydration finds what it expects, then runs in
 * the viewer's zone. It ticks each second while `running`, and always shows the true time after a change.
 */
export function useClock(drawnAt: number, running: boolean): ViewClock {
  const [clock, setClock] = useState<ViewClock>({ now: drawnAt, zone: null });
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const tick = (): void => setClock({ now: Date.now(), zone });
    tick();
    if (!running) return;
    const timer = setInterval(() => document.hidden || tick(), 1_000);
    document.addEventListener("visibilitychange", tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", tick);
    };
  }, [running]);
  return clock;
}
