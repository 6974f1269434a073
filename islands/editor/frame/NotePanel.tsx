import type { JSX } from "preact";
import type { Note } from "../../../engine/schemas/workflow.ts";
import { Field } from "../../../routes/pages/components/form.tsx";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { setNote } from "../document/edits.ts";
import { useEditor } from "../editor_context.ts";
import { noteField } from "../focus.ts";

const TONES: readonly Note["tone"][] = ["grey", "amber", "green", "blue", "violet", "red"];

/** A note or a group: its words and its colour. */
export function NotePanel({ note }: { note: Note }): JSX.Element {
  const { draft, mayEdit, actions } = useEditor();
  const fieldId = noteField(note.id);
  return (
    <div class="inspector panel" key={note.id}>
      <h2>{note.kind === "group" ? "Group" : "Note"}</h2>
      <Field id={fieldId} label={note.kind === "group" ? "Title" : "Text"}>
        <textarea
          id={fieldId}
          class="input"
          rows={note.kind === "group" ? 2 : 6}
          maxLength={5_000}
          value={note.text}
          readOnly={!mayEdit}
          onInput={(event) => {
            const { value } = event.currentTarget;
            draft.edit("Write a note", (doc) => setNote(doc, note.id, { text: value }), `note ${note.id}`);
          }}
        />
      </Field>
      <fieldset class="flex flex-wrap gap-2" disabled={!mayEdit}>
        <legend class="mb-1 font-medium">Colour</legend>
        {TONES.map((tone) => (
          <label key={tone} class="tone-choice" data-note-tone={tone}>
            <input
              type="radio"
              name="note-tone"
              class="sr-only"
              checked={note.tone === tone}
              onInput={() => draft.edit("Colour a note", (doc) => setNote(doc, note.id, { tone }))}
            />
            <span aria-hidden="true" />
            {tone}
          </label>
        ))}
      </fieldset>
      {mayEdit
        ? (
          <button type="button" class="button justify-self-start" data-kind="danger" onClick={actions.remove}>
            <Icon name="trash" /> Delete
          </button>
        )
        : null}
    </div>
  );
}
