import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";

/** The panel's title, the way back to the history, and the way out. */
export function PanelHead({ title, back = true }: { title: string; back?: boolean }): JSX.Element {
  const { lookAt } = useEditor();
  const ref = useRef<HTMLHeadingElement>(null);
  // Whoever opened it by keyboard goes on from here; a dialog that led here is closed by then.
  useEffect(() => queueMicrotask(() => ref.current?.focus({ preventScroll: true })), []);
  return (
    <div class="flex items-center gap-2">
      {back
        ? (
          <button
            type="button"
            class="icon-button"
            aria-label="Version history"
            onClick={() => lookAt({ kind: "versions" })}
          >
            <Icon name="chevron-left" />
          </button>
        )
        : null}
      <h2 ref={ref} tabIndex={-1} class="min-w-0 flex-1">{title}</h2>
      <button
        type="button"
        class="icon-button"
        aria-label="Back to the draft"
        title="Back to the draft (Esc)"
        onClick={() => lookAt(null)}
      >
        <Icon name="x" />
      </button>
    </div>
  );
}
