import type { JSX } from "preact";
import { exactTime, relativeTime } from "./time_words.ts";

/**
 * A moment: relative in the text, exact in the title. The client script keeps the text fresh and puts the
 * title into the viewer's zone; `now` (epoch ms) is for islands that already count.
 */
export function Time(props: { at: string; now?: number; class?: string }): JSX.Element {
  return (
    <time dateTime={props.at} title={exactTime(props.at)} data-relative="" class={props.class}>
      {relativeTime(props.at, props.now ?? Date.now())}
    </time>
  );
}
