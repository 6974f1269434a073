import type { JSX } from "preact";
import { Icon } from "../../routes/pages/components/icon.tsx";
import type { SourceState } from "../shared/use_event_source.ts";

const WORDS: { readonly [S in SourceState]?: string } = {
  lost: "Connection lost. It continues by itself, nothing is missed.",
  refused: "Live updates have stopped. Load the page again, or sign in.",
};

/** A quiet bar while a live page is not live. It lies over the page and moves nothing. */
export function ConnectionBar({ state }: { state: SourceState }): JSX.Element {
  const words = WORDS[state];
  return (
    <div
      class="connection-bar pointer-events-none fixed inset-x-4 bottom-20 z-20 flex justify-center sm:bottom-4 print:hidden"
      role="status"
    >
      {words
        ? (
          <p class="notice pointer-events-auto" data-tone="warn">
            <Icon name="alert" class="mt-0.5" />
            {words}
          </p>
        )
        : null}
    </div>
  );
}
