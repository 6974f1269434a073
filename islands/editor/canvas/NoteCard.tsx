import { type NodeProps, NodeResizer } from "@xyflow/react";
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useState } from "preact/hooks";
import { setNote } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";
import type { NoteNode } from "./flow_elements.ts";

/** A note beside the nodes, or a frame around some of them. Two clicks write in it. */
export const NoteCard = memo(
  function NoteCard({ data: { note, difference }, selected }: NodeProps<NoteNode>): JSX.Element {
    const { draft, mayEdit } = useEditor();
    const [writing, setWriting] = useState(false);
    const resize = (size: { x: number; y: number; width: number; height: number }): void => {
      const { x, y, width, height } = size;
      draft.edit(
        "Resize",
        (doc) => setNote(doc, note.id, { position: { x, y }, width, height }),
        `resize ${note.id}`,
      );
    };
    return (
      <div
        class="note-card"
        data-kind={note.kind}
        data-note-tone={note.tone}
        data-difference={difference ?? undefined}
        onDblClick={() => mayEdit && setWriting(true)}
      >
        {mayEdit && selected
          ? (
            <NodeResizer
              minWidth={100}
              minHeight={50}
              onResize={(_event, size) => resize(size)}
            />
          )
          : null}
        {writing
          ? <NoteText id={note.id} text={note.text} onDone={() => setWriting(false)} />
          : <p class="note-text">{note.text || (note.kind === "group" ? "Group" : "Two clicks to write")}</p>}
      </div>
    );
  },
);

function NoteText({ id, text, onDone }: { id: string; text: string; onDone(): void }): JSX.Element {
  const { draft } = useEditor();
  const [typed, setTyped] = useState(text);
  return (
    <textarea
      class="note-input nodrag nowheel"
      aria-label="Text of the note"
      ref={(element) => element?.focus()}
      value={typed}
      maxLength={5_000}
      onInput={(event) => {
        const { value } = event.currentTarget;
        setTyped(value);
        draft.edit("Write a note", (doc) => setNote(doc, id, { text: value }), `note ${id}`);
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") onDone();
      }}
      onBlur={onDone}
    />
  );
}
