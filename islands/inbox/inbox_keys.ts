/**
 * j and k go from card to card; 1–9 go to the card's outcome with that number, where Enter presses it. Two keys on
 * purpose: an answer cannot be taken back. a takes the card, which can. Returns the function that stops listening.
 */
export function moveOnKey(root: Document, list: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const cards = [...list.querySelectorAll<HTMLElement>("[data-card]")];
    const at = cards.findIndex((card) => card.contains(root.activeElement));
    if (event.key === "a") return cards[at]?.querySelector<HTMLElement>("[data-take]")?.click();
    const target = targetOf(event.key, cards, at);
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  };
  root.addEventListener("keydown", onKey);
  return () => root.removeEventListener("keydown", onKey);
}

function targetOf(key: string, cards: readonly HTMLElement[], at: number): HTMLElement | null {
  if (key === "j") return cards[Math.min(at + 1, cards.length - 1)] ?? null;
  if (key === "k") return cards[Math.max(at - 1, 0)] ?? null;
  if (!/^[1-9]$/.test(key)) return null;
  const card = cards[Math.max(at, 0)];
  return card?.querySelectorAll<HTMLElement>("[data-outcome]")[Number(key) - 1] ?? null;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement;
}
