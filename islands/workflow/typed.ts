/** A number that a person typed; what is none stays the text, so that the answer names it. */
export function numberOf(text: string): number | string {
  const trimmed = text.trim();
  return trimmed === "" || Number.isNaN(Number(trimmed)) ? trimmed : Number(trimmed);
}

/** The parts of a text with commas or lines. */
export function partsOf(text: string): string[] {
  return text.split(/[,\n]/).map((part) => part.trim()).filter(Boolean);
}
