import { type Connection, type FinalConnectionState, type ReactFlowProps, useReactFlow } from "@xyflow/react";
import { useMemo, useRef, useState } from "preact/hooks";
import { connectable, mayConnect } from "../document/connect.ts";
import { type Editor, useEditor } from "../editor_context.ts";
import type { FlowEdge, FlowNode } from "./flow_elements.ts";

/** What React Flow tells while an edge is pulled. */
type Handlers = Pick<
  ReactFlowProps<FlowNode, FlowEdge>,
  | "className"
  | "onConnectStart"
  | "onConnect"
  | "onConnectEnd"
  | "onReconnectStart"
  | "onReconnect"
  | "onReconnectEnd"
  | "isValidConnection"
  | "connectOnClick"
  | "onNodeClick"
>;

export interface Pulling {
  handlers: Handlers;
  /** Why the edge being pulled may not end at this node; null when it may. */
  reasonFor(nodeId: string, port: string | null): string | null;
}

/** The edge under the pointer: a new one from a port, or one of the drawing that is led elsewhere. */
interface Pull {
  /** The end that stays where it is. */
  fixed: { node: string; port: string; type: "source" | "target" };
  /** The edge that is being led elsewhere. */
  edgeId: string | null;
  /** For every node, found once when the pulling begins. */
  reasons: ReadonlyMap<string, string | null>;
}

/** Pulling edges: what they may lead to, what becomes of them, and why not. */
export function usePulling(): Pulling {
  const editor = useEditor();
  const { screenToFlowPosition } = useReactFlow<FlowNode, FlowEdge>();
  const latest = useRef(editor);
  latest.current = editor;
  const pull = useRef<Pull | null>(null);
  const edgeId = useRef<string | null>(null);
  const [pulling, setPulling] = useState(false);

  return useMemo(() => {
    const reasonFor = (nodeId: string, port: string | null): string | null =>
      pull.current ? reasonOf(latest.current, pull.current, nodeId, port) : null;
    const handlers: Handlers = {
      connectOnClick: false,
      // A press on a port asks what comes next, as pulling out of it does: a finger pulls badly, and a stranger presses.
      onNodeClick({ target, clientX: x, clientY: y }, { id: source }): void {
        const { mayEdit, choose } = latest.current;
        if (!mayEdit || !(target instanceof HTMLElement) || !target.matches(".source")) return;
        choose({ kind: "after", source, port: target.dataset.handleid ?? "out" }, { x, y });
      },
      // The whole of a card takes an edge then.
      className: pulling ? "pulling" : "",
      onConnectStart(_event, { nodeId, handleId, handleType }): void {
        if (!nodeId || !handleType) return;
        const fixed = { node: nodeId, port: handleId ?? "out", type: handleType };
        pull.current = beginPull(latest.current, fixed, edgeId.current);
        setPulling(true);
      },
      onConnect: ({ source, sourceHandle, target }) =>
        latest.current.actions.connect(source, sourceHandle ?? "out", target),
      onConnectEnd(event, state): void {
        setPulling(false);
        // React Flow asks once more about a refused target after this.
        if (edgeId.current === null) endPull(latest.current, state, reasonFor, pointOf(event));
        else if (state.toNode && !state.isValid) sayReason(latest.current, state, reasonFor);
      },
      onReconnectStart: (_event, edge) => void (edgeId.current = edge.id),
      onReconnect: (edge, { source, sourceHandle, target }: Connection) =>
        latest.current.actions.reconnect(edge.id, { source, port: sourceHandle ?? "out", target }),
      onReconnectEnd: () => void (edgeId.current = null),
      isValidConnection({ source, sourceHandle, target }): boolean {
        const { draft, types } = latest.current;
        const wanted = { source, sourceHandle: sourceHandle ?? "out", target };
        return mayConnect(draft.document, types.of, wanted, edgeId.current ?? undefined) === null;
      },
    };
    return { handlers, reasonFor };

    function endPull(
      { choose, actions }: Editor,
      state: FinalConnectionState,
      reasonFor: Pulling["reasonFor"],
      at: { x: number; y: number },
    ): void {
      const from = state.fromHandle;
      if (!from || from.type !== "source") return;
      const port = from.id ?? "out";
      if (!state.toNode) {
        return choose({ kind: "after", source: from.nodeId, port, point: screenToFlowPosition(at) }, at);
      }
      if (state.isValid || sayReason(latest.current, state, reasonFor)) return;
      // Let go at a port of the other card: the card is meant.
      actions.connect(from.nodeId, port, state.toNode.id);
    }
  }, [pulling]);
}

function beginPull({ draft, types }: Editor, fixed: Pull["fixed"], edgeId: string | null): Pull {
  const { document } = draft;
  const others = edgeId === null
    ? document
    : { ...document, edges: document.edges.filter(({ id }) => id !== edgeId) };
  const reasons = fixed.type === "source"
    ? connectable(others, types.of, fixed.node, fixed.port)
    : new Map<string, string | null>();
  return { fixed, edgeId, reasons };
}

function reasonOf(
  { draft, types }: Editor,
  { fixed, edgeId, reasons }: Pull,
  nodeId: string,
  port: string | null,
): string | null {
  if (fixed.type === "source") return reasons.get(nodeId) ?? null;
  const wanted = { source: nodeId, sourceHandle: port ?? "out", target: fixed.node };
  return mayConnect(draft.document, types.of, wanted, edgeId ?? undefined);
}

/** True when there was a reason to say. */
function sayReason(
  { say }: Editor,
  { toNode, toHandle }: FinalConnectionState,
  reasonFor: Pulling["reasonFor"],
): boolean {
  const reason = toNode ? reasonFor(toNode.id, toHandle?.id ?? null) : null;
  if (reason) say(reason);
  return reason !== null;
}

function pointOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const source = "changedTouches" in event ? event.changedTouches[0] : event;
  return { x: source?.clientX ?? 0, y: source?.clientY ?? 0 };
}
