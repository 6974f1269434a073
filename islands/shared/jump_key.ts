/** Ctrl+K, or the button beside it, opens the way to any page, workflow and lead. Its code comes when it is first asked for. */
export function jumpOnKey(root: Document): void {
  // The editor has no such button, and commands of its own behind the same keys.
  if (root.querySelector("[data-jump]") === null) return;
  const open = async (): Promise<void> => (await import("./Jump.tsx")).openJump(root);
  root.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-jump]")) void open();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void open();
  });
}
