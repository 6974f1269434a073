import type { Tokens } from "./tokens.ts";
import { createVoteLinks } from "./vote_links.ts";
import type { VoteLinks } from "./vote_links.ts";

export type LinkToken =
  | { kind: "open"; messageId: string }
  | { kind: "click"; messageId: string; url: string };

export interface Links {
  /** Address of the open pixel, or null while the house has no public address. */
  openLink(messageId: string): string | null;
  /** Address that counts a click and goes on to `url`; null for anything but http and https. */
  clickLink(messageId: string, url: string): string | null;
  /** What a token from a pixel or a link says; null when it is not ours. */
  readToken(token: string): LinkToken | null;
  /** What the address of a pixel or a link carries. */
  sign(link: LinkToken): string;
  /** With which approvers answer. */
  readonly votes: VoteLinks;
}

/** Signed links in mails: `<public>/t/o/<token>.gif` and `<public>/t/c/<token>`. */
export function createLinks(options: { tokens: Tokens; publicUrl: () => string }): Links {
  const { tokens } = options;
  const base = (): string => options.publicUrl().replace(/\/+$/, "");
  const sign = (link: LinkToken): string =>
    tokens.sign(
      link.kind === "open"
        ? { k: "open", m: link.messageId }
        : { k: "click", m: link.messageId, u: link.url },
    );
  return {
    sign,
    votes: createVoteLinks(options),
    openLink(messageId: string): string | null {
      return base() === "" ? null : `${base()}/t/o/${sign({ kind: "open", messageId })}.gif`;
    },
    clickLink(messageId: string, url: string): string | null {
      if (base() === "" || !isWebUrl(url)) return null;
      return `${base()}/t/c/${sign({ kind: "click", messageId, url })}`;
    },
    readToken(token: string): LinkToken | null {
      const payload = tokens.verify(token);
      if (payload === null || typeof payload.m !== "string") return null;
      if (payload.k === "open") return { kind: "open", messageId: payload.m };
      if (payload.k === "click" && typeof payload.u === "string" && isWebUrl(payload.u)) {
        return { kind: "click", messageId: payload.m, url: payload.u };
      }
      return null;
    },
  };
}

/** Is this an absolute http or https address? Others are never signed nor followed. */
function isWebUrl(url: string): boolean {
  if (url.length > 8_000 || !/^https?:\/\//i.test(url)) return false;
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.protocol === "http:" || parsed.protocol === "https:");
}
