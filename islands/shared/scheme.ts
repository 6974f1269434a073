const KEY = "leadflow_scheme";
const YEAR_S = 31_536_000;
/** System first, so that a first click on a light system gives dark. */
const NEXT: { readonly [scheme: string]: string } = { "": "light", light: "dark", dark: "" };
const WORDS: { readonly [scheme: string]: string } = { "": "like the system", light: "light", dark: "dark" };

/**
 * The switch between system, light and dark. Kept in localStorage (for this browser) and in a cookie (so that the
 * server draws the right scheme and nothing flashes).
 */
export function switchScheme(root: Document): void {
  const button = root.querySelector<HTMLElement>("[data-scheme-switch]");
  const stored = localStorage.getItem(KEY);
  if (stored !== null && stored !== (root.documentElement.dataset.scheme ?? "")) apply(root, stored);
  if (!button) return;
  name(root, button);
  button.addEventListener("click", () => {
    apply(root, NEXT[root.documentElement.dataset.scheme ?? ""] ?? "");
    name(root, button);
  });
}

function apply(root: Document, scheme: string): void {
  if (scheme === "light" || scheme === "dark") root.documentElement.dataset.scheme = scheme;
  else delete root.documentElement.dataset.scheme;
  localStorage.setItem(KEY, scheme);
  root.cookie = `${KEY}=${scheme}; path=/; max-age=${scheme ? YEAR_S : 0}; samesite=lax`;
}

function name(root: Document, button: HTMLElement): void {
  const words = WORDS[root.documentElement.dataset.scheme ?? ""];
  button.setAttribute("aria-label", `Colours: ${words}. Change`);
  button.title = `Colours: ${words}`;
}
