import { useReactFlow } from "@xyflow/react";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { NodeDescriptor } from "../../../engine/nodes/define.ts";
import type { Category } from "../../../engine/schemas/node.ts";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { searchTypes } from "../document/palette.ts";
import { useEditor } from "../editor_context.ts";

/** Every category in the order in which they are shown. */
export const CATEGORIES: readonly { id: Category; label: string }[] = [
  { id: "triggers", label: "Triggers" },
  { id: "messages", label: "Messages" },
  { id: "people", label: "People" },
  { id: "time", label: "Time" },
  { id: "logic", label: "Logic" },
  { id: "data", label: "Data" },
  { id: "code", label: "Code" },
];
/** The pointer has to move so far before a press becomes a drag. */
const DRAG_PX = 5;

/** What can be put on the canvas: click to append, drag to a place or on to an edge. */
export function Palette(): JSX.Element {
  const { types, actions } = useEditor();
  const [text, setText] = useState("");
  const found = text.trim() ? searchTypes(types.all, text) : null;
  const groups = found
    ? [{ id: "found", label: found.length ? "Found" : "Nothing found", items: found }]
    : CATEGORIES.map((category) => ({
      ...category,
      items: types.all.filter((type) => type.category === category.id),
    })).filter(({ items }) => items.length);
  return (
    <section class="palette" aria-label="Nodes to add">
      <input
        type="search"
        class="input"
        placeholder="Search nodes"
        aria-label="Search nodes"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found ?? [];
          if (event.key !== "Enter" || !first) return;
          actions.add(first.type, { kind: "next" });
          setText("");
        }}
      />
      {groups.map((group) => (
        <div key={group.id} class="palette-group">
          <h2>{group.label}</h2>
          {group.items.length ? null : (
            <p class="hint">
              No node has this name. <em>HTTP request</em> and <em>Signed webhook</em>{" "}
              reach any other program.
            </p>
          )}
          <ul>{group.items.map((type) => <Item key={type.type} type={type} />)}</ul>
        </div>
      ))}
      <div class="palette-group">
        <h2>On the canvas</h2>
        <ul>
          <li>
            <button type="button" class="palette-item" onClick={() => actions.addNote("note")}>
              <span class="node-icon">
                <Icon name="pencil" size={16} />
              </span>{" "}
              Note
            </button>
          </li>
          <li>
            <button type="button" class="palette-item" onClick={() => actions.addNote("group")}>
              <span class="node-icon">
                <Icon name="square-dashed" size={16} />
              </span>{" "}
              Group
            </button>
          </li>
        </ul>
      </div>
    </section>
  );
}

function Item({ type }: { type: NodeDescriptor }): JSX.Element {
  const { actions } = useEditor();
  const { ghost, start } = useDragOut(type);
  return (
    <li>
      <button
        type="button"
        class="palette-item"
        data-category={type.category}
        title={type.description}
        onPointerDown={start}
        onClick={(event) => {
          // A drag ends with a click of its own.
          if (event.currentTarget.dataset.dragged !== undefined) delete event.currentTarget.dataset.dragged;
          else actions.add(type.type, { kind: "next" });
        }}
      >
        <span class="node-icon">
          <Icon name={type.icon} size={16} />
        </span>
        {type.title}
      </button>
      {ghost
        ? (
          <div
            class="palette-ghost"
            data-category={type.category}
            style={{ left: `${ghost.x}px`, top: `${ghost.y}px` }}
          >
            <span class="node-icon">
              <Icon name={type.icon} size={16} />
            </span>
            {type.title}
          </div>
        )
        : null}
    </li>
  );
}

/** Pointer events instead of the browser's drag and drop: the same for mouse, pen and finger. */
function useDragOut(
  type: NodeDescriptor,
): { ghost: { x: number; y: number } | null; start(event: PointerEvent): void } {
  const { actions } = useEditor();
  const { screenToFlowPosition } = useReactFlow();
  const [ghost, setGhost] = useState<{ x: number; y: number } | null>(null);
  const over = useRef<Element | null>(null);

  const start = (event: PointerEvent): void => {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const button = event.currentTarget;
    const from = { x: event.clientX, y: event.clientY };
    let dragging = false;
    const mark = (edge: Element | null): void => {
      if (edge === over.current) return;
      over.current?.classList.remove("drop-here");
      edge?.classList.add("drop-here");
      over.current = edge;
    };
    const move = (to: PointerEvent): void => {
      dragging ||= Math.hypot(to.clientX - from.x, to.clientY - from.y) > DRAG_PX;
      if (!dragging) return;
      setGhost({ x: to.clientX, y: to.clientY });
      mark(edgeAt(to));
    };
    const end = (to: PointerEvent): void => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      removeEventListener("pointercancel", end);
      setGhost(null);
      const edgeId = over.current?.getAttribute("data-id") ?? null;
      mark(null);
      if (!dragging) return;
      if (button.contains(document.elementFromPoint(to.clientX, to.clientY))) button.dataset.dragged = "";
      if (to.type === "pointercancel" || !isCanvas(to)) return;
      if (edgeId !== null) actions.add(type.type, { kind: "edge", edgeId });
      else {actions.add(type.type, {
          kind: "at",
          point: screenToFlowPosition({ x: to.clientX, y: to.clientY }),
        });}
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
    addEventListener("pointercancel", end);
  };
  return { ghost, start };
}

function edgeAt({ clientX, clientY }: PointerEvent): Element | null {
  return document.elementFromPoint(clientX, clientY)?.closest(".react-flow__edge") ?? null;
}

function isCanvas({ clientX, clientY }: PointerEvent): boolean {
  return document.elementFromPoint(clientX, clientY)?.closest(".editor-canvas") !== null;
}
