/** Ends the session and goes to the sign-in page. */
export function signOutOnClick(root: Document): void {
  root.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-sign-out]") : null;
    if (!button) return;
    const response = await fetch("/api/session", { method: "DELETE" });
    if (response.ok || response.status === 401) location.assign("/login");
  });
}

/** Open menus (`details.menu`, the navigation's "More") close on a click elsewhere and on Escape. */
export function closeMenusOutside(root: Document): void {
  const open = (): NodeListOf<HTMLDetailsElement> => root.querySelectorAll("details[data-menu][open]");
  root.addEventListener("click", (event) => {
    for (const menu of open()) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      const held = menu.contains(root.activeElement);
      menu.open = false;
      if (held) menu.querySelector("summary")?.focus();
    }
  });
}
