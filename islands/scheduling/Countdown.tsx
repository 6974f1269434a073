import type { JSX } from "preact";
import { durationWords, exactTime } from "../../routes/pages/components/time_words.ts";
import { useClock } from "../shared/use_clock.ts";

/** "in 2 h 13 min", by the second; `drawnAt` (epoch ms) is where the server drew it. */
export function Countdown({ at, drawnAt }: { at: string; drawnAt: number }): JSX.Element {
  const { now, zone } = useClock(drawnAt, true);
  const left = Math.floor((Date.parse(at) - now) / 1_000) * 1_000;
  return (
    <time dateTime={at} title={exactTime(at, zone ?? "UTC")}>
      {left > 0 ? `in ${durationWords(left)}` : "now"}
    </time>
  );
}
