import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import type { SaveState as State } from "../draft_world.ts";

const WORDS = {
  saved: { icon: "check", text: "Saved" },
  unsaved: { icon: "pencil", text: "Not saved yet" },
  saving: { icon: "clock", text: "Saving …" },
  offline: { icon: "alert", text: "No connection; saved here until it is back" },
  conflict: { icon: "alert", text: "Somebody changed the same" },
  refused: { icon: "alert", text: "Not saved" },
} as const;
const TONES: { readonly [K in State["kind"]]?: string } = {
  offline: "warn",
  conflict: "bad",
  refused: "bad",
};

/** What the server has of the draft; never "saved" before it said so. */
export function SaveState({ state, onChoose }: { state: State; onChoose(): void }): JSX.Element {
  const { icon, text } = WORDS[state.kind];
  return (
    <span class="save-state" data-tone={TONES[state.kind]} data-save={state.kind} role="status">
      <Icon name={icon} size={14} />
      {state.kind === "refused" ? `${text}: ${state.detail}` : text}
      {state.kind === "conflict"
        ? <button type="button" class="link" onClick={onChoose}>Choose …</button>
        : null}
    </span>
  );
}
