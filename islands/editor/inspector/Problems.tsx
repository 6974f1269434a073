import type { JSX } from "preact";
import type { Problem } from "./local_problems.ts";

/** What is wrong, in words; said to screen readers as soon as it appears. */
export function Problems({ id, problems }: { id: string; problems: readonly Problem[] }): JSX.Element {
  return (
    <div id={id} class="insp-problems" role="status" aria-live="polite">
      {problems.map(({ message, accepted }) => (
        <p key={message} class="field-error">{accepted ? `${message} — accepted: ${accepted}` : message}</p>
      ))}
    </div>
  );
}
