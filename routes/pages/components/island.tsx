import type { ComponentChildren, ComponentType, JSX } from "preact";

interface IslandProps<P> {
  /** Key of `islands/registry.ts`: the island's path below `islands/`, without its ending. */
  name: string;
  component: ComponentType<P>;
  /** Must survive JSON: it travels in an attribute and the browser starts from it. */
  props: P;
  class?: string;
}

/** An island: rendered here, brought to life in the browser by `islands/client.ts`. */
export function Island<P extends object>(
  { name, component: Component, props, class: className }: IslandProps<P>,
): JSX.Element {
  return (
    <div data-island={name} data-props={JSON.stringify(props)} class={className}>
      <Component {...props} />
    </div>
  );
}

interface BrowserIslandProps<P> {
  name: string;
  props: P;
  class?: string;
  /** What stands there until the island has come, and without scripts. */
  children: ComponentChildren;
}

/** An island that only a browser can render; it takes the place of what is shown meanwhile. */
export function BrowserIsland<P extends object>(
  { name, props, class: className, children }: BrowserIslandProps<P>,
): JSX.Element {
  return (
    <div data-island={name} data-props={JSON.stringify(props)} data-replace="" class={className}>
      {children}
    </div>
  );
}
