import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../../../routes/pages/components/icon.tsx";

interface NodeIdProps {
  id: string;
  /** Ids of the other nodes. */
  taken: readonly string[];
  readOnly: boolean;
  onRename(id: string): void;
}

/** Why a node cannot have this id; null when it can. */
export function idProblem(id: string, taken: readonly string[]): string | null {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(id)) return "1 to 64 of A–Z a–z 0–9 _ - are accepted";
  return taken.includes(id) ? `Another step has the id ${id}` : null;
}

/** The id under which others read this step: copied with one click, renamed with Enter. */
export function NodeId({ id, taken, readOnly, onRename }: NodeIdProps): JSX.Element {
  const [typed, setTyped] = useState(id);
  const problem = idProblem(typed, taken);
  const rename = (): void => {
    if (problem === null && typed !== id) onRename(typed);
  };
  const field = `field-${id}-id`;
  return (
    <div class="insp-field">
      <label class="insp-label" for={field}>Id</label>
      <div class="insp-id">
        <input
          id={field}
          class="input mono nodrag"
          value={typed}
          readOnly={readOnly}
          spellcheck={false}
          autoComplete="off"
          aria-describedby={`${field}-hint`}
          {...(problem ? { "aria-invalid": "true" as const } : {})}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") rename();
            if (event.key === "Escape") setTyped(id);
          }}
        />
        {typed === id
          ? (
            <button type="button" class="icon-button" data-copy={id} aria-label="Copy the id">
              <Icon name="copy" size={14} />
            </button>
          )
          : <button type="button" class="button" disabled={problem !== null} onClick={rename}>Rename</button>}
      </div>
      <p class="hint" id={`${field}-hint`}>
        {problem ??
          `Other steps read what it puts out as steps.${id}.output; what reads it is renamed with it.`}
      </p>
    </div>
  );
}
