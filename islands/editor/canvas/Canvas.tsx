import {
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionLineType,
  Controls,
  type EdgeChange,
  type EdgeSelectionChange,
  type FinalConnectionState,
  MarkerType,
  MiniMap,
  type OnConnectEnd,
  type OnConnectStartParams,
  ReactFlow,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import type { JSX } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { useEditor } from "../editor_context.ts";
import { EdgeLine } from "./EdgeLine.tsx";
import { type FlowEdge, FlowElements, type FlowNode, type Selection } from "./flow_elements.ts";
import { NodeCard } from "./NodeCard.tsx";
import { NoteCard } from "./NoteCard.tsx";
import { Refusal } from "./Refusal.tsx";
import { useConnectable } from "./use_connectable.ts";
import { useDragging } from "./use_dragging.ts";

// Outside the component: React Flow starts over when these change.
const NODE_TYPES = { card: NodeCard, note: NoteCard };
const EDGE_TYPES = { line: EdgeLine };
const EDGE_DEFAULTS = { markerEnd: { type: MarkerType.Arrow, width: 18, height: 18 } };
const GRID: [number, number] = [10, 10];
const FIT = { padding: 0.2, maxZoom: 1, minZoom: 0.3 };
const ADD_KEYS = ["Shift", "Meta", "Control"];

/** The drawing: nodes, edges, notes and groups; dragging, selecting, connecting. */
export function Canvas(): JSX.Element {
  const { draft, cards, selection, select, mayEdit, choose, actions, say } = useEditor();
  const { screenToFlowPosition } = useReactFlow<FlowNode, FlowEdge>();
  const elements = useRef(new FlowElements()).current;
  const { moved, onNodesChange, onDragStart } = useDragging();
  const { document } = draft;
  const parts = { document, cards, selection, moved, readOnly: !mayEdit };
  const nodes = useMemo(() => elements.nodes(parts), [document, cards, selection, moved, mayEdit]);
  const edges = useMemo(() => elements.edges(parts), [document.edges, cards, selection]);
  const connectable = useConnectable();

  const onConnectEnd: OnConnectEnd = (event, state: FinalConnectionState) => {
    const from = state.fromHandle;
    connectable.end();
    if (!from || from.type !== "source") return;
    const at = pointOf(event);
    if (state.toNode) {
      const reason = state.isValid ? null : connectable.reasonFor(state.toNode.id);
      if (reason) say(reason);
    } else {
      const point = screenToFlowPosition(at);
      choose({ kind: "after", source: from.nodeId, port: from.id ?? "out", point }, at);
    }
  };

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
      onConnectStart={(_event: unknown, { nodeId, handleId, handleType }: OnConnectStartParams) => {
        if (handleType === "source" && nodeId) connectable.begin(nodeId, handleId ?? "out");
      }}
      onConnect={({ source, sourceHandle, target }: Connection) =>
        actions.connect(source, sourceHandle ?? "out", target)}
      onConnectEnd={onConnectEnd}
      onReconnect={(edge: FlowEdge, { source, sourceHandle, target }: Connection) =>
        actions.reconnect(edge.id, { source, port: sourceHandle ?? "out", target })}
      isValidConnection={(connection: Connection | FlowEdge) => connectable.may(connection)}
      nodesDraggable={mayEdit}
      nodesConnectable={mayEdit}
      edgesReconnectable={mayEdit}
      deleteKeyCode={null}
      multiSelectionKeyCode={ADD_KEYS}
      selectionMode={SelectionMode.Partial}
      snapToGrid
      snapGrid={GRID}
      connectionRadius={28}
      connectionLineType={ConnectionLineType.Bezier}
      fitView
      fitViewOptions={FIT}
      minZoom={0.1}
      maxZoom={2}
      onlyRenderVisibleElements={document.nodes.length > 60}
      elevateNodesOnSelect={false}
      disableKeyboardA11y={!mayEdit}
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
      <Refusal reasonFor={connectable.reasonFor} />
    </ReactFlow>
  );
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const source = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: source?.clientX ?? 0, y: source?.clientY ?? 0 };
}

function withEdges(before: Selection, chosen: readonly EdgeSelectionChange[]): Selection {
  const edges = new Set(before.edges);
  for (const { id, selected } of chosen) {
    if (selected) edges.add(id);
    else edges.delete(id);
  }
  return { ...before, edges };
}
