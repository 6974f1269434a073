import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  Controls,
  type EdgeChange,
  type EdgeSelectionChange,
  MarkerType,
  MiniMap,
  ReactFlow,
  SelectionMode,
} from "@xyflow/react";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { useEditor } from "../editor_context.ts";
import { EdgeLine } from "./EdgeLine.tsx";
import { type FlowEdge, FlowElements, type FlowNode, type Selection } from "./flow_elements.ts";
import { NodeCard } from "./NodeCard.tsx";
import { NoteCard } from "./NoteCard.tsx";
import { Refusal } from "./Refusal.tsx";
import { useDragging } from "./use_dragging.ts";
import { usePulling } from "./use_pulling.ts";

// Outside the component: React Flow starts over when these change.
const NODE_TYPES = { card: NodeCard, note: NoteCard };
const EDGE_TYPES = { line: EdgeLine };
const EDGE_DEFAULTS = { markerEnd: { type: MarkerType.Arrow, width: 18, height: 18 } };
const GRID: [number, number] = [10, 10];
const FIT = { padding: 0.2, maxZoom: 1, minZoom: 0.3 };
/** What screen readers hear of the canvas. */
const SPOKEN = {
  // React Flow takes the first of the two where its keys are switched off, whatever the names say.
  "node.a11yDescription.default": "Enter opens what it does.",
  "node.a11yDescription.keyboardDisabled":
    "Enter opens its fields, space selects it, arrows move it once it is selected, Delete takes it away, Escape lets go.",
  // The numbers that come with it are those from before the move.
  "node.a11yDescription.ariaLiveMessage": ({ direction }: { direction: string }) => `Moved ${direction}`,
  "edge.a11yDescription.default":
    "Enter or space selects it, then Delete takes it away and Escape lets go. Slash adds a node.",
  "controls.ariaLabel": "View",
  "controls.zoomIn.ariaLabel": "Zoom in",
  "controls.zoomOut.ariaLabel": "Zoom out",
  "controls.fitView.ariaLabel": "Show everything",
};
const ADD_KEYS = ["Shift", "Meta", "Control"];

/** The drawing: nodes, edges, notes and groups; dragging, selecting, connecting. */
export function Canvas(): JSX.Element {
  const { document, review, cards, selection, select, mayEdit } = useEditor();
  const elements = useRef(new FlowElements()).current;
  const { moved, onNodesChange, onDragStart } = useDragging();
  const drawn = review && "drawn" in review ? review.drawn : null;
  const parts = { document, cards, selection, moved, readOnly: !mayEdit, drawn };
  const nodes = useMemo(() => elements.nodes(parts), [document, cards, selection, moved, mayEdit, drawn]);
  const edges = useMemo(() => elements.edges(parts), [document.edges, cards, selection, drawn]);
  const { handlers, reasonFor } = usePulling();
  // On an empty canvas there is nothing to fit: it would wait, and jump away under the first node that is dropped.
  const fits = useRef(nodes.length > 0).current;

  return (
    <ReactFlow<FlowNode, FlowEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      defaultEdgeOptions={EDGE_DEFAULTS}
      onNodesChange={onNodesChange}
      onNodeDragStart={onDragStart}
      onSelectionDragStart={(_event: unknown, dragged: FlowNode[]) => onDragStart(null, null, dragged)}
      onEdgesChange={(changes: EdgeChange<FlowEdge>[]) => {
        const chosen = changes.filter((change): change is EdgeSelectionChange => change.type === "select");
        if (chosen.length) select((before) => withEdges(before, chosen));
      }}
      tabIndex={-1}
      {...handlers}
      nodesDraggable={mayEdit}
      nodesConnectable={mayEdit}
      edgesReconnectable={mayEdit}
      deleteKeyCode={null}
      multiSelectionKeyCode={ADD_KEYS}
      selectionMode={SelectionMode.Partial}
      snapToGrid
      snapGrid={GRID}
      connectionRadius={28}
      reconnectRadius={10}
      connectionLineType={ConnectionLineType.Bezier}
      fitView={fits}
      fitViewOptions={FIT}
      minZoom={0.1}
      maxZoom={2}
      onlyRenderVisibleElements={document.nodes.length > 60}
      elevateNodesOnSelect={false}
      elevateEdgesOnSelect
      disableKeyboardA11y={!mayEdit}
      ariaLabelConfig={SPOKEN}
      proOptions={{ hideAttribution: false }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.5} />
      <Controls showInteractive={false} fitViewOptions={FIT} />
      <MiniMap
        pannable
        zoomable
        ariaLabel="Overview"
        nodeClassName={(node: FlowNode) => `mini-${node.type}`}
      />
      <Refusal reasonFor={reasonFor} />
    </ReactFlow>
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
