import { exactTime, relativeTime } from "../../routes/pages/components/time_words.ts";

const EVERY_MS = 1_000;

/**
 * Keeps every `<time data-relative>` true and puts its title into the viewer's zone. Writes into the text node
 * itself, so that an island that rendered it finds its own node again.
 */
export function keepTimesFresh(root: Document): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const refresh = (): void => {
    if (root.hidden) return;
    const now = Date.now();
    for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-relative]")) {
      const words = relativeTime(element.dateTime, now);
      const text = element.firstChild;
      if (text && text.nodeValue !== words) text.nodeValue = words;
      const title = exactTime(element.dateTime, zone);
      if (element.title !== title) element.title = title;
    }
  };
  refresh();
  setInterval(refresh, EVERY_MS);
  root.addEventListener("visibilitychange", refresh);
}
