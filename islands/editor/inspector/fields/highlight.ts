/** What a piece of code is; `plain` is everything else. */
export type TokenKind = "comment" | "text" | "number" | "word" | "plain";

export interface Token {
  kind: TokenKind;
  text: string;
}

const WORDS =
  "await|async|break|case|catch|class|const|continue|default|delete|do|else|export|extends|false|finally|for|function|if|import|in|instanceof|let|new|null|of|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|yield";
const JAVASCRIPT = new RegExp(
  [
    "(?<comment>//[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$))",
    "(?<text>\"(?:\\\\[\\s\\S]|[^\"\\\\\\n])*\"?|'(?:\\\\[\\s\\S]|[^'\\\\\\n])*'?|`(?:\\\\[\\s\\S]|[^`\\\\])*`?)",
    "(?<number>\\b\\d[\\w.]*)",
    `(?<word>\\b(?:${WORDS})\\b)`,
  ].join("|"),
  "g",
);
const HTML = /(?<comment><!--[\s\S]*?(?:-->|$))|(?<text>\{\{[^{}]*\}\})|(?<word><\/?[a-zA-Z][^<>]*>?)/g;

export type Language = "javascript" | "html";

/** The code cut into coloured pieces, which together are the code again; knows just enough to make it readable. */
export function tokensOf(code: string, language: Language): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of code.matchAll(language === "html" ? HTML : JAVASCRIPT)) {
    if (match.index > at) tokens.push({ kind: "plain", text: code.slice(at, match.index) });
    tokens.push({ kind: kindOf(match.groups ?? {}), text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < code.length) tokens.push({ kind: "plain", text: code.slice(at) });
  return tokens;
}

function kindOf(groups: { [name: string]: string | undefined }): TokenKind {
  const kinds: readonly TokenKind[] = ["comment", "text", "number", "word"];
  return kinds.find((kind) => groups[kind] !== undefined) ?? "plain";
}
