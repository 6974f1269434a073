/** Width of text in em, near enough to cut it where a card ends; SVG has no ellipsis of its own. */
function emWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (/[ilj.,:;'|!()\[\]tfr]/.test(char)) width += 0.32;
    else if (/[mwMW@%—…]/.test(char)) width += 0.88;
    else if (/[A-Z0-9{}_&]/.test(char)) width += 0.65;
    else if (char.charCodeAt(0) > 0x2e80) width += 1;
    else width += 0.54;
  }
  return width;
}

/** The text, cut with an ellipsis where it would be wider than `pixels` at the font size. */
export function fitText(text: string, pixels: number, fontSize: number): string {
  const room = pixels / fontSize;
  if (emWidth(text) <= room) return text;
  const chars = [...text];
  while (chars.length > 1 && emWidth(`${chars.join("")}…`) > room) chars.pop();
  return `${chars.join("").trimEnd()}…`;
}

/** How wide a label of an edge is drawn. */
export function labelWidth(text: string, fontSize: number): number {
  return Math.ceil(emWidth(text) * fontSize) + 14;
}
