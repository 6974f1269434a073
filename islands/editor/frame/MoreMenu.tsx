import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";
import { Dialogs } from "../later_parts.ts";
import type { OpenDialog } from "./Dialogs.tsx";

/** Test and run, and what is done with a workflow less often. */
export function MoreMenu({ mayRun }: { mayRun: boolean }): JSX.Element {
  const { draft, workflowId, actions, mayEdit, drawer, openDrawer, lookAt } = useEditor();
  const [open, setOpen] = useState<OpenDialog>("none");
  const { version } = draft.live;
  return (
    <>
      {mayRun
        ? (
          <button
            type="button"
            class="button"
            aria-expanded={drawer !== null}
            onClick={() => openDrawer(drawer === null ? "test" : null)}
          >
            <Icon name="list-checks" /> Test
          </button>
        )
        : null}
      {mayRun && version !== null
        ? (
          <button type="button" class="button" onClick={() => setOpen("run")}>
            <Icon name="play" size={14} /> Run
          </button>
        )
        : null}
      <details class="menu" data-menu>
        <summary class="icon-button" aria-label="More">
          <Icon name="more" />
        </summary>
        <div class="menu-items">
          <a class="menu-item" href={`/executions?workflowId=${workflowId}`}>
            <Icon name="play" /> Its executions
          </a>
          <button type="button" class="menu-item" onClick={() => openDrawer("watch")}>
            <Icon name="eye" /> Watch
          </button>
          <button type="button" class="menu-item" onClick={() => lookAt({ kind: "versions" })}>
            <Icon name="clock" /> Version history
          </button>
          {version !== null
            ? (
              <button
                type="button"
                class="menu-item"
                onClick={() => lookAt({ kind: "comparison", before: version, after: "draft", drawn: null })}
              >
                <Icon name="split" /> Compare
              </button>
            )
            : null}
          {mayEdit
            ? (
              <button type="button" class="menu-item" onClick={() => void actions.tidy()}>
                <Icon name="layout" /> Tidy up
              </button>
            )
            : null}
          <a class="menu-item" href={`/workflow/${workflowId}/export`} download>
            <Icon name="download" /> Export JSON
          </a>
          {mayEdit
            ? (
              <button type="button" class="menu-item" onClick={() => setOpen("delete")}>
                <Icon name="trash" /> Delete …
              </button>
            )
            : null}
        </div>
      </details>
      {open === "none" ? null : <Dialogs open={open} onClose={() => setOpen("none")} />}
    </>
  );
}
