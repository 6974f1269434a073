import { h, hydrate } from "preact";
import { islands } from "./registry.ts";
import { keepTimesFresh } from "./shared/fresh_times.ts";
import { copyOnClick } from "./shared/copy.ts";
import { followInboxCount } from "./shared/inbox_count.ts";
import { switchScheme } from "./shared/scheme.ts";
import { closeMenusOutside, signOutOnClick } from "./shared/frame.ts";

/** The one entry of every page: brings islands to life and keeps the frame (times, copying, scheme, count) going. */
async function hydrateIsland(element: HTMLElement): Promise<void> {
  const load = islands[element.dataset.island ?? ""];
  if (!load) return;
  const component = await load();
  hydrate(h(component, JSON.parse(element.dataset.props ?? "{}")), element);
  element.dataset.live = "";
}

for (const element of document.querySelectorAll<HTMLElement>("[data-island]")) hydrateIsland(element);
copyOnClick(document);
switchScheme(document);
signOutOnClick(document);
closeMenusOutside(document);
keepTimesFresh(document);
followInboxCount(document);
