import { idOf } from "./inspector/form_scope.ts";

/** What is waited for does not come later than this; then the focus stays where it is. */
const PATIENCE_MS = 3_000;

/** The card that gets the focus as soon as it is drawn. */
let awaited: string | null = null;

/** Gives a node's card the focus, so that keys go on from there; one that is just added gets it when it is drawn. */
export function focusCard(nodeId: string): void {
  const card = document.querySelector<HTMLElement>(`.react-flow__node[data-id="${nodeId}"]`);
  awaited = card ? null : nodeId;
  card?.focus({ preventScroll: true });
}

/** To be called with a card's element when it comes on to the page. */
export function cardDrawn(element: HTMLElement | null): void {
  if (awaited === null || !element) return;
  const card = element.closest<HTMLElement>(".react-flow__node");
  if (card?.dataset.id !== awaited) return;
  awaited = null;
  card.focus({ preventScroll: true });
}

/** The node whose card has the focus. */
export function focusedCard(): string | null {
  const card = document.activeElement?.closest<HTMLElement>(".react-flow__node-card");
  return card === document.activeElement ? card?.dataset.id ?? null : null;
}

/** Gives the canvas the focus: what had it is gone. */
export function focusCanvas(): void {
  document.querySelector<HTMLElement>(".react-flow")?.focus({ preventScroll: true });
}

/** Gives the first field of a node the focus, once its form stands beside the canvas. */
export function focusFields(nodeId: string): void {
  focusBeside(idOf(nodeId, "@label"));
}

/** Gives the words of a note that was just added the focus, so that one types on. */
export function focusNote(id: string): void {
  focusBeside(noteField(id));
}

/** The id of the field with a note's words. */
export function noteField(id: string): string {
  return `note-${id}-text`;
}

function focusBeside(fieldId: string): void {
  const side = document.querySelector(".editor-side");
  if (!side || focusField(fieldId)) return;
  const before = document.activeElement;
  const stop = (): void => {
    watcher.disconnect();
    clearTimeout(timer);
  };
  // The form's code may still be on its way.
  const watcher = new MutationObserver(() => {
    if (document.activeElement !== before || focusField(fieldId)) stop();
  });
  const timer = setTimeout(stop, PATIENCE_MS);
  watcher.observe(side, { childList: true, subtree: true });
}

function focusField(fieldId: string): boolean {
  const field = document.getElementById(fieldId);
  field?.focus();
  return field !== null;
}
