const SHOWN_MS = 1_200;

/** Copies `data-copy` of whatever is clicked and says so on the element and to screen readers. */
export function copyOnClick(root: Document): void {
  root.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-copy]") : null;
    if (!button) return;
    event.preventDefault();
    await copyText(root, button.dataset.copy ?? "");
    button.dataset.copied = "";
    announce(root, "Copied");
    setTimeout(() => delete button.dataset.copied, SHOWN_MS);
  });
}

/** The clipboard needs a secure origin; on plain HTTP the selection of a hidden field does it. */
async function copyText(root: Document, text: string): Promise<void> {
  if (navigator.clipboard) return await navigator.clipboard.writeText(text);
  const field = root.createElement("textarea");
  field.value = text;
  root.body.append(field);
  field.select();
  root.execCommand("copy");
  field.remove();
}

/** Says a short text through the page's live region. */
export function announce(root: Document, text: string): void {
  const region = root.getElementById("announce");
  if (region) region.textContent = text;
}
