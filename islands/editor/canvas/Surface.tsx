import {
  Background,
  BackgroundVariant,
  ConnectionLineType,
  Controls,
  type EdgeChange,
  MarkerType,
  MiniMap,
  type NodeChange,
  ReactFlow,
  SelectionMode,
} from "@xyflow/react";
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { Beginning } from "./Beginning.tsx";
import { Distance } from "./Distance.tsx";
import { EdgeLine } from "./EdgeLine.tsx";
import { FIT, Fitting } from "./Fitting.tsx";
import type { FlowEdge, FlowNode } from "./flow_elements.ts";
import { NodeCard } from "./NodeCard.tsx";
import { NoteCard } from "./NoteCard.tsx";
import { Refusal } from "./Refusal.tsx";
import type { Pulling } from "./use_pulling.ts";

// Outside the component: React Flow starts over when these change.
const NODE_TYPES = { card: NodeCard, note: NoteCard };
const EDGE_TYPES = { line: EdgeLine };
const EDGE_DEFAULTS = { markerEnd: { type: MarkerType.Arrow, width: 18, height: 18 } };
const GRID: [number, number] = [10, 10];
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

/** More are not drawn while they are out of sight. */
const MANY = 130;

interface SurfaceProps {
  nodes: FlowNode[];
  edges: FlowEdge[];
  /** What is seen first. */
  first: FlowNode[];
  mayEdit: boolean;
  pulling: Pulling;
  onNodesChange(changes: NodeChange<FlowNode>[]): void;
  onEdgesChange(changes: EdgeChange<FlowEdge>[]): void;
  onDragStart(dragged: readonly FlowNode[]): void;
}

/** React Flow with what does not change while one types: it is drawn again only for what it shows. */
export const Surface = memo(function Surface(
  { nodes, edges, first, mayEdit, pulling, onNodesChange, onEdgesChange, onDragStart }: SurfaceProps,
): JSX.Element {
  return (
    <ReactFlow<FlowNode, FlowEdge>
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      defaultEdgeOptions={EDGE_DEFAULTS}
      onNodesChange={onNodesChange}
      onNodeDragStart={(_event: unknown, _node: unknown, dragged: FlowNode[]) => onDragStart(dragged)}
      onSelectionDragStart={(_event: unknown, dragged: FlowNode[]) => onDragStart(dragged)}
      onEdgesChange={onEdgesChange}
      tabIndex={-1}
      {...pulling.handlers}
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
      // On an empty canvas there is nothing to fit: it would wait, and jump away under the first node that is dropped.
      fitView={first.length > 0}
      fitViewOptions={{ ...FIT, nodes: first }}
      minZoom={0.1}
      maxZoom={2}
      onlyRenderVisibleElements={nodes.length > MANY}
      elevateNodesOnSelect={false}
      elevateEdgesOnSelect
      disableKeyboardA11y={!mayEdit}
      ariaLabelConfig={SPOKEN}
      proOptions={{ hideAttribution: false }}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.5} />
      <Controls showInteractive={false} fitViewOptions={FIT} />
      {nodes.length
        ? (
          <MiniMap
            pannable
            zoomable
            ariaLabel="Overview"
            nodeClassName={miniClass}
          />
        )
        : mayEdit
        ? <Beginning />
        : null}
      <Distance />
      <Fitting />
      <Refusal reasonFor={pulling.reasonFor} />
    </ReactFlow>
  );
});

function miniClass(node: FlowNode): string {
  return `mini-${node.type}`;
}
