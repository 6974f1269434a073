const EVERY_MS = 10_000;
/** Dispatched on `document` by whatever knows that the inbox changed. */
export const INBOX_CHANGED = "leadflow:inbox";

/** Keeps the count beside "Inbox" in the navigation true: every 10 s while the page is seen, and at once when told. */
export function followInboxCount(root: Document): void {
  const badge = root.querySelector<HTMLElement>("[data-inbox-count]");
  if (!badge) return;
  const refresh = async (): Promise<void> => {
    if (root.hidden) return;
    const count = await fetchCount();
    if (count === null) return;
    badge.textContent = count > 99 ? "99+" : String(count);
    badge.setAttribute("aria-label", `${count} to do`);
    badge.hidden = count === 0;
  };
  setInterval(refresh, EVERY_MS);
  root.addEventListener("visibilitychange", refresh);
  root.addEventListener(INBOX_CHANGED, refresh);
}

async function fetchCount(): Promise<number | null> {
  try {
    const response = await fetch("/inbox/count", { headers: { accept: "application/json" } });
    if (!response.ok) return null;
    const { count } = await response.json();
    return typeof count === "number" ? count : null;
  } catch {
    // Offline: the last known count stays, the next look corrects it.
    return null;
  }
}
