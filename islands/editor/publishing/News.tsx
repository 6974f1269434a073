import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";

/** What others did to the workflow meanwhile, until it is put away. */
export function News({ text }: { text: string }): JSX.Element {
  const { draft } = useEditor();
  return (
    <div class="editor-news" data-tone="info" role="status">
      <Icon name="users" size={16} />
      <span class="min-w-0 flex-1">{text}</span>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => draft.read()}>
        <Icon name="x" size={16} />
      </button>
    </div>
  );
}
