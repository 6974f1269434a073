const EVERY_MS = 10_000;
/** Dispatched on `document` by whatever knows that the inbox changed. */
export const INBOX_CHANGED = "leadflow:inbox";
/** Dispatched on `document` when the counts have been read again. */
export const INBOX_COUNTED = "leadflow:inbox-counted";

/**
 * Keeps the count beside "Inbox" in the navigation, and the one at the bell, true: every 10 s while the page is seen, and
 * at once when told.
 */
export function followInboxCount(root: Document): void {
  const inbox = root.querySelector<HTMLElement>("[data-inbox-count]");
  if (!inbox) return;
  const bell = root.querySelector<HTMLElement>("[data-alert-count]");
  const refresh = async (): Promise<void> => {
    if (root.hidden) return;
    const counts = await fetchCounts();
    if (counts === null) return;
    show(inbox, counts.count, "to do");
    if (bell) show(bell, counts.alerts, "open");
    root.dispatchEvent(new Event(INBOX_COUNTED));
  };
  setInterval(refresh, EVERY_MS);
  root.addEventListener("visibilitychange", refresh);
  root.addEventListener(INBOX_CHANGED, refresh);
}

function show(badge: HTMLElement, count: number, words: string): void {
  badge.textContent = count > 99 ? "99+" : String(count);
  badge.setAttribute("aria-label", `${count} ${words}`);
  badge.hidden = count === 0;
}

async function fetchCounts(): Promise<{ count: number; alerts: number } | null> {
  try {
    const response = await fetch("/inbox/count", { headers: { accept: "application/json" } });
    if (!response.ok) return null;
    const { count, alerts } = await response.json();
    return typeof count === "number" && typeof alerts === "number" ? { count, alerts } : null;
  } catch {
    // Offline: the last known counts stay, the next look corrects them.
    return null;
  }
}
