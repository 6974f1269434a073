import type { LinkToken } from "./links.ts";
import { rewriteLinks } from "./tracking_html.ts";

const PIXEL = /<img\b[^>]*\ssrc="[^"]*\/t\/o\/[^"]*\.gif"[^>]*>/g;
const CLICK = /\/t\/c\/([A-Za-z0-9_-]+)$/;

/** The HTML as somebody may read it who is not the lead: no pixel, and links that lead where they say at once. */
export function untracked(html: string, readToken: (token: string) => LinkToken | null): string {
  return rewriteLinks(html.replace(PIXEL, ""), (url) => {
    const token = CLICK.exec(url)?.[1];
    const link = token === undefined ? null : readToken(token);
    return link?.kind === "click" ? link.url : null;
  });
}
