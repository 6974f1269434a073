import type { EdgeChange, EdgeSelectionChange } from "@xyflow/react";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import type { Point } from "../document/document.ts";
import { useEditor } from "../editor_context.ts";
import { InsertContext } from "./EdgeLine.tsx";
import { firstSight } from "./first_sight.ts";
import { type FlowEdge, FlowElements, type FlowNode, type Selection } from "./flow_elements.ts";
import { Surface } from "./Surface.tsx";
import { useDragging } from "./use_dragging.ts";
import { usePulling } from "./use_pulling.ts";

/** The drawing: nodes, edges, notes and groups; dragging, selecting, connecting. */
export function Canvas(): JSX.Element {
  const editor = useEditor();
  const { document, review, cards, selection, mayEdit } = editor;
  const elements = useRef(new FlowElements()).current;
  const { moved, onNodesChange, onDragStart } = useDragging();
  const drawn = review && "drawn" in review ? review.drawn : null;
  const parts = { document, cards, selection, moved, readOnly: !mayEdit, drawn };
  const nodes = useMemo(() => elements.nodes(parts), [document, cards, selection, moved, mayEdit, drawn]);
  const edges = useMemo(() => elements.edges(parts), [document.edges, cards, selection, drawn]);
  const pulling = usePulling();
  const first = useRef<FlowNode[] | null>(null);
  first.current ??= firstSight(nodes);
  const latest = useRef(editor);
  latest.current = editor;
  const insert = useMemo(
    () => mayEdit ? (edgeId: string, at: Point) => latest.current.choose({ kind: "edge", edgeId }, at) : null,
    [mayEdit],
  );
  const onEdgesChange = useMemo(() => (changes: EdgeChange<FlowEdge>[]) => {
    const chosen = changes.filter((change): change is EdgeSelectionChange => change.type === "select");
    if (chosen.length) latest.current.select((before) => withEdges(before, chosen));
  }, []);

  return (
    <InsertContext.Provider value={insert}>
      <Surface
        nodes={nodes}
        edges={edges}
        first={first.current}
        mayEdit={mayEdit}
        pulling={pulling}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onDragStart={onDragStart}
      />
    </InsertContext.Provider>
  );
}

function withEdges(before: Selection, chosen: readonly EdgeSelectionChange[]): Selection {
  const edges = new Set(before.edges);
  for (const { id, selected } of chosen) {
    if (selected) edges.add(id);
    else edges.delete(id);
  }
  return { ...before, edges };
}
