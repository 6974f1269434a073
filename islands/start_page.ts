import { h, hydrate, render } from "preact";
import type { IslandLoader } from "./registry.ts";
import { keepTimesFresh } from "./shared/fresh_times.ts";
import { copyOnClick } from "./shared/copy.ts";
import { followInboxCount } from "./shared/inbox_count.ts";
import { jumpOnKey } from "./shared/jump_key.ts";
import { switchScheme } from "./shared/scheme.ts";
import { tellZone } from "./shared/viewer_zone.ts";
import { closeMenusOutside, signOutOnClick } from "./shared/frame.ts";

/** Brings a page's islands to life and keeps its frame (times, copying, scheme, count) going. */
export function startPage(islands: { readonly [name: string]: IslandLoader }): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) {
    void bringToLife(element, islands);
  }
  copyOnClick(document);
  switchScheme(document);
  tellZone(document);
  signOutOnClick(document);
  closeMenusOutside(document);
  keepTimesFresh(document);
  followInboxCount(document);
  jumpOnKey(document);
}

async function bringToLife(
  element: HTMLElement,
  islands: { readonly [name: string]: IslandLoader },
): Promise<void> {
  const load = islands[element.dataset.island ?? ""];
  if (!load) return;
  const component = await load();
  const content = h(component, JSON.parse(element.dataset.props ?? "{}"));
  if (element.dataset.replace === undefined) hydrate(content, element);
  else {
    element.replaceChildren();
    render(content, element);
  }
  element.dataset.live = "";
}
