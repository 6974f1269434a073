import { useEffect, useRef } from "preact/hooks";
import type { Editor } from "./editor_context.ts";
import { NOTHING } from "./canvas/flow_elements.ts";
import { focusCanvas, focusCard, focusedCard, focusFields } from "./focus.ts";

/** Keys of the canvas; fields, dialogs and the browser keep theirs. */
export function useKeyboard(editor: Editor, { openCommands }: { openCommands(): void }): void {
  const latest = useRef({ editor, openCommands });
  latest.current = { editor, openCommands };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      // A dialog that closed by this key, or a list that took it, has answered already.
      if (event.defaultPrevented) return;
      if (press(event, latest.current.editor, latest.current.openCommands)) event.preventDefault();
    };
    const onClipboard = (event: ClipboardEvent): void => clip(event, latest.current.editor);
    document.addEventListener("keydown", onKeyDown);
    for (const name of CLIPBOARD) document.addEventListener(name, onClipboard);
    return () => {
      document.removeEventListener("keydown", onKeyDown);
      for (const name of CLIPBOARD) document.removeEventListener(name, onClipboard);
    };
  }, []);
}

const CLIPBOARD = ["copy", "cut", "paste"] as const;

/** Is somebody typing, or is a dialog open? Then keys are theirs. */
function isTaken(): boolean {
  const active = document.activeElement;
  if (document.querySelector("dialog[open]")) return true;
  return active instanceof HTMLElement &&
    (active.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName));
}

/** True when the key was one of the editor's. */
function press(event: KeyboardEvent, editor: Editor, openCommands: () => void): boolean {
  const command = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (command && key === "k" && !document.querySelector("dialog[open]")) {
    openCommands();
    return true;
  }
  if (key === "escape" && leaveFields(event, editor)) return true;
  // Also from a field: else the browser would save the page.
  if (command && key === "s" && editor.mayEdit) return shortcut(event, key, editor);
  if (isTaken()) return false;
  if (key === "/" && !command) {
    openCommands();
    return true;
  }
  if (key === "escape") {
    const { nodes, edges, notes } = editor.selection;
    const none = nodes.size + edges.size + notes.size === 0;
    if (editor.review && (none || editor.review.kind === "comparison")) editor.lookAt(null);
    editor.select(() => NOTHING);
    return true;
  }
  if (key === "enter" && !command) return openFields(editor);
  return editor.mayEdit && (command ? shortcut(event, key, editor) : plainKey(key, editor));
}

/** From a field back to the card whose field it is, from a note's words to the canvas. */
function leaveFields(event: KeyboardEvent, { selection }: Editor): boolean {
  const [id, another] = selection.nodes;
  // Some fields let the focus go by themselves.
  const inside = event.target instanceof Element ? event.target.closest(".editor-side") : null;
  const isNote = selection.nodes.size === 0 && selection.notes.size === 1;
  if (inside === null || !isNote && id === undefined || another !== undefined) return false;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return false;
  if (id === undefined) focusCanvas();
  else focusCard(id);
  return true;
}

/** From a card to its fields. */
function openFields({ selection, select }: Editor): boolean {
  const [selected, another] = selection.nodes;
  const active = document.activeElement;
  const id = focusedCard() ?? (active === document.body && another === undefined ? selected ?? null : null);
  if (id === null) return false;
  select(() => ({ ...NOTHING, nodes: new Set([id]) }));
  focusFields(id);
  return true;
}

function shortcut(event: KeyboardEvent, key: string, { actions, draft, select }: Editor): boolean {
  if (key === "z") {
    if (event.shiftKey) actions.redo();
    else actions.undo();
  } else if (key === "y") actions.redo();
  else if (key === "d") actions.duplicate();
  else if (key === "g") actions.addNote("group");
  else if (key === "l" && event.shiftKey) void actions.tidy();
  else if (key === "s") void draft.flush();
  else if (key === "a") {
    const { nodes, notes, edges } = draft.document;
    const ids = (list: readonly { id: string }[]): Set<string> => new Set(list.map(({ id }) => id));
    select(() => ({ nodes: ids(nodes), notes: ids(notes), edges: ids(edges) }));
  } else return false;
  return true;
}

function plainKey(key: string, { actions, selection }: Editor): boolean {
  if (key === "delete" || key === "backspace") {
    actions.remove();
    return true;
  }
  if (key === "n" && selection.nodes.size === 0) {
    actions.addNote("note");
    return true;
  }
  return false;
}

/** Copy, cut and paste of what is selected on the canvas, as JSON text, also between workflows. */
function clip(event: ClipboardEvent, { actions, mayEdit }: Editor): void {
  if (isTaken() || !event.clipboardData) return;
  if (event.type === "paste") {
    const text = event.clipboardData.getData("text/plain");
    if (!mayEdit || !text.trim()) return;
    actions.paste(text);
    return event.preventDefault();
  }
  // Words that are marked on the page are copied as words.
  if (document.getSelection()?.toString()) return;
  const text = actions.copy();
  if (text === null) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
  if (event.type === "cut" && mayEdit) actions.remove();
}
