import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Issue } from "../../../engine/schemas/workflow.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { setName } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";
import { MoreMenu } from "./MoreMenu.tsx";
import { PublishButton } from "./PublishButton.tsx";
import { SaveState } from "./SaveState.tsx";

interface HeaderProps {
  mayRun: boolean;
  problems: readonly Issue[];
  onCommands(): void;
}

/** `WorkflowToolbar`: what is edited, what the server has of it, and what can be done with the whole. */
export function Header({ mayRun, problems, onCommands }: HeaderProps): JSX.Element {
  const { draft, mayEdit, mayPublish, actions, lookAt } = useEditor();
  const { version, draftChanged } = draft.live;
  const last = draft.history.past.at(-1);
  const next = draft.history.future.at(-1);
  return (
    <header class="editor-head">
      <a class="icon-button" href="/workflow" aria-label="All workflows">
        <Icon name="chevron-left" />
      </a>
      <Name />
      <div class="editor-facts">
        <SaveState state={draft.state} onChoose={() => draft.ask()} />
        {version === null ? <span class="badge" data-tone="warn">Draft, never published</span> : (
          <button
            type="button"
            class="badge badge-button"
            data-tone="good"
            title="Version history"
            onClick={() => lookAt({ kind: "versions" })}
          >
            {draftChanged ? `v${version} live, draft differs` : `v${version} live`}
          </button>
        )}
      </div>
      <span class="flex-1" />
      {mayEdit
        ? (
          <span class="editor-undo">
            <button
              type="button"
              class="icon-button"
              aria-label={last ? `Undo: ${last.label}` : "Undo"}
              title={last ? `Undo: ${last.label} (Ctrl+Z)` : "Nothing to undo"}
              disabled={!last}
              onClick={actions.undo}
            >
              <Icon name="undo" />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label={next ? `Redo: ${next.label}` : "Redo"}
              title={next ? `Redo: ${next.label} (Ctrl+Shift+Z)` : "Nothing to redo"}
              disabled={!next}
              onClick={actions.redo}
            >
              <Icon name="redo" />
            </button>
          </span>
        )
        : null}
      <button type="button" class="button editor-commands" onClick={onCommands}>
        <Icon name="search" label="Commands" /> <kbd class="kbd">Ctrl+K</kbd>
      </button>
      <MoreMenu mayRun={mayRun} />
      {mayPublish ? <PublishButton problems={problems} /> : null}
    </header>
  );
}

function Name(): JSX.Element {
  const { draft, mayEdit } = useEditor();
  const { name } = draft.document;
  // While it is typed it may be anything, also nothing; the document keeps the last name that is one.
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <h1 class="editor-name">
      <input
        value={typed ?? name}
        aria-label="Name of the workflow"
        maxLength={200}
        readOnly={!mayEdit}
        aria-invalid={typed !== null && !typed.trim() ? "true" : undefined}
        onInput={(event) => {
          const { value } = event.currentTarget;
          setTyped(value);
          if (value.trim()) draft.edit("Rename", (doc) => setName(doc, value.trim()), "name");
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter" || event.key === "Escape") event.currentTarget.blur();
        }}
        onBlur={() => setTyped(null)}
      />
    </h1>
  );
}
