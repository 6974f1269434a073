import type { JSX } from "preact";
import { durationWords } from "./time_words.ts";

/** A length of time in words ("2 d 3 h", "412 ms"), exact in the title. */
export function DurationText({ ms, class: className }: { ms: number; class?: string }): JSX.Element {
  return (
    <span class={`tabular-nums ${className ?? ""}`} title={`${Math.round(ms).toLocaleString("en-GB")} ms`}>
      {durationWords(ms)}
    </span>
  );
}
