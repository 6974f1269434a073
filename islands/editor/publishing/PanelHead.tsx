import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";

/** The panel's title, the way back to the history, and the way out. */
export function PanelHead({ title, back = true }: { title: string; back?: boolean }): JSX.Element {
  const { lookAt } = useEditor();
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
      <h2 class="min-w-0 flex-1">{title}</h2>
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
