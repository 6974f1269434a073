import type { ComponentChildren, JSX } from "preact";

/** One line over the canvas: what is painted there, and how to end it. */
export function Bar({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return <section class="canvas-bar" aria-label={label}>{children}</section>;
}
