import type { Links } from "./links.ts";

const ESCAPES: { [char: string]: string } = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const ENTITIES: { [name: string]: string } = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  "#39": "'",
  "#38": "&",
  "#x26": "&",
};
const URL_IN_TEXT = /https?:\/\/[^\s<>"']+/gi;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

function unescapeHtml(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|apos|#39|#38|#x26);/gi,
    (whole, name) => ENTITIES[name.toLowerCase()] ?? whole,
  );
}

/** The HTML part of a mail that has text only: escaped paragraphs with clickable links. */
export function textToHtml(text: string): string {
  const paragraphs = text.replaceAll("\r\n", "\n").trim().split(/\n[ \t]*\n\s*/).map((paragraph) =>
    `<p>${linkified(paragraph).replaceAll("\n", "<br>\n")}</p>`
  );
  return `<!doctype html>\n<html><head><meta charset="utf-8"></head><body>\n${
    paragraphs.join("\n")
  }\n</body></html>\n`;
}

function linkified(text: string): string {
  let html = "";
  let from = 0;
  for (const found of text.matchAll(URL_IN_TEXT)) {
    const url = withoutTail(found[0]);
    html += `${escapeHtml(text.slice(from, found.index))}<a href="${escapeHtml(url)}">${escapeHtml(url)}</a>`;
    from = found.index + url.length;
  }
  return html + escapeHtml(text.slice(from));
}

/** A full stop or bracket that closes the sentence is not part of the address. */
function withoutTail(url: string): string {
  let end = url.length;
  while (end > 0 && ".,;:!?)]}*".includes(url.charAt(end - 1))) {
    if (url.charAt(end - 1) === ")" && url.slice(0, end).includes("(")) break;
    end--;
  }
  return url.slice(0, end);
}

/** Every http and https link of the HTML becomes a signed click link, and an open pixel goes before `</body>`. */
export function tracked(
  html: string,
  messageId: string,
  links: Pick<Links, "clickLink" | "openLink">,
): string {
  const rewritten = rewriteLinks(html, (url) => links.clickLink(messageId, url));
  const open = links.openLink(messageId);
  if (open === null) return rewritten;
  const pixel = `<img src="${escapeHtml(open)}" width="1" height="1" alt="" style="display:block;border:0">`;
  const end = rewritten.toLowerCase().lastIndexOf("</body");
  return end < 0 ? `${rewritten}${pixel}` : `${rewritten.slice(0, end)}${pixel}${rewritten.slice(end)}`;
}

/** Every link for which there is another address. One pass over the tags: linear, whatever the text. */
export function rewriteLinks(html: string, replace: (url: string) => string | null): string {
  const starts = /<(?:a|area)(?=[\s/])/gi;
  let out = "";
  let from = 0;
  for (let start = starts.exec(html); start !== null; start = starts.exec(html)) {
    const end = tagEnd(html, start.index);
    // A tag that never ends is the last thing in the document.
    if (end < 0) break;
    out += html.slice(from, start.index) + rewriteTag(html.slice(start.index, end), replace);
    from = end;
    starts.lastIndex = end;
  }
  return out + html.slice(from);
}

/** The index behind the tag's `>`, quotes passed over; -1 when there is none. */
function tagEnd(html: string, start: number): number {
  let quote = "";
  for (let i = start; i < html.length; i++) {
    const char = html.charAt(i);
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === ">") return i + 1;
    else if ((char === '"' || char === "'") && /=\s*$/.test(html.slice(Math.max(start, i - 8), i))) {
      quote = char;
    }
  }
  return -1;
}

// Attributes are taken in order, so that a text within a quoted value is never read as an attribute.
const ATTRIBUTE = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

function rewriteTag(tag: string, replace: (url: string) => string | null): string {
  for (const found of tag.matchAll(ATTRIBUTE)) {
    if (found[1]?.toLowerCase() !== "href") continue;
    const raw = found[2] ?? found[3] ?? found[4];
    const link = raw === undefined ? null : replace(unescapeHtml(raw.trim()));
    if (link === null) return tag;
    return `${tag.slice(0, found.index)}href="${escapeHtml(link)}"${
      tag.slice(found.index + found[0].length)
    }`;
  }
  return tag;
}
