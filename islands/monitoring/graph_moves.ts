/**
 * Moves the drawing by hand, loaded once the page stands: dragging its ground with the mouse, and Ctrl + wheel, which
 * tells `onZoom` a factor. Returns the function that stops it.
 */
export function moveByHand(element: HTMLElement, onZoom: (factor: number) => void): () => void {
  const onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    onZoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
  };
  const onDown = (event: PointerEvent): void => startDrag(element, event);
  // Not passive: the browser would zoom the whole page.
  element.addEventListener("wheel", onWheel, { passive: false });
  element.addEventListener("pointerdown", onDown);
  return () => {
    element.removeEventListener("wheel", onWheel);
    element.removeEventListener("pointerdown", onDown);
  };
}

/** Drags the ground with the mouse; a finger scrolls by itself, and cards stay links. */
function startDrag(element: HTMLElement, event: PointerEvent): void {
  const onCard = event.target instanceof Element && event.target.closest("a") !== null;
  if (event.pointerType !== "mouse" || event.button !== 0 || onCard) return;
  const start = { x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop };
  element.setPointerCapture(event.pointerId);
  const move = (moved: PointerEvent): void => {
    element.scrollLeft = start.x - moved.clientX;
    element.scrollTop = start.y - moved.clientY;
  };
  const end = (): void => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", end);
    element.removeEventListener("pointercancel", end);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", end);
  element.addEventListener("pointercancel", end);
}
