import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component whose code comes when it is first drawn, or when `prefetch` is called; until then nothing is there. */
export interface Later<P> {
  (props: P): JSX.Element | null;
  prefetch(): void;
}

/** Keeps what is not needed at once out of a page's first scripts. */
export function later<P extends object>(load: () => Promise<ComponentType<P>>): Later<P> {
  let found: ComponentType<P> | null = null;
  let coming: Promise<void> | null = null;
  const fetched = (): Promise<void> =>
    coming ??= load().then(
      (component) => void (found = component),
      // Without a connection: the next one who needs it asks again.
      () => void (coming = null),
    );
  function Awaited(props: P): JSX.Element | null {
    const [, redraw] = useState(0);
    // Whenever it is drawn anew: what did not come without a connection comes with the next change.
    useEffect(() => {
      if (!found) void fetched().then(() => found && redraw(1));
    });
    const Component = found;
    return Component ? <Component {...props} /> : null;
  }
  Awaited.prefetch = (): void => void fetched();
  return Awaited;
}
