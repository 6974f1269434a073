import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";
import { isAnotherDrawn, onlyNode } from "./TestPanel.tsx";
import type { Kept } from "./use_kept.ts";
import type { TestRunner } from "./use_test_run.ts";

/** How much of the drawing a test runs. */
export function TestButtons({ kept, runner }: { kept: Kept; runner: TestRunner }): JSX.Element {
  const editor = useEditor();
  const { cards, draft } = editor;
  const nodeId = onlyNode(editor);
  const { start } = runner;
  const busy = runner.busy || isAnotherDrawn(editor);
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const card = nodeId === null ? undefined : cards.get(nodeId);
  const empty = draft.document.nodes.length === 0;
  const mayRunAlone = card !== undefined && card.kind !== "trigger";
  return (
    <div class="drawer-buttons" role="toolbar" aria-label="Test">
      <button
        ref={first}
        type="button"
        class="button"
        data-kind="primary"
        disabled={busy || empty}
        onClick={() => start({ kind: "all" })}
      >
        <Icon name="play" size={14} /> {runner.busy ? "Running …" : "Run test"}
      </button>
      <button
        type="button"
        class="button"
        disabled={busy || !card}
        title={card ? `Runs to ${card.label}` : "Select a node first"}
        onClick={() => card && start({ kind: "until", nodeId: card.id })}
      >
        Run to here
      </button>
      <button
        type="button"
        class="button"
        disabled={busy || !mayRunAlone}
        title={mayRunAlone ? `Runs ${card.label} alone` : "Select a node that runs first"}
        onClick={() => card && start({ kind: "only", nodeId: card.id })}
      >
        Run this node
      </button>
      <button
        type="button"
        class="button"
        disabled={busy || empty}
        title="All of it over virtual time, while people do what is chosen"
        onClick={() => start({ kind: "dry", meantime: kept.settings.meantime })}
      >
        <Icon name="list-checks" size={15} /> Dry run
      </button>
      {runner.run || runner.problem
        ? <button type="button" class="button" onClick={runner.clear}>Clear</button>
        : null}
    </div>
  );
}
