/** One server-sent event; `event` is "message" unless the server named it. */
export interface ServerEvent {
  id: string;
  event: string;
  data: string;
}

/**
 * Reads `text/event-stream` in pieces of any size (WHATWG HTML, 9.2.6). Events without an id or without
 * data are left out: ours all have both. A piece may end in the middle of a line, or between CR and LF.
 */
export function createSseParser(): (piece: string) => ServerEvent[] {
  let rest = "";
  let draft = { id: "", event: "", data: [] as string[] };
  return (piece) => {
    const found: ServerEvent[] = [];
    const text = rest + piece;
    // A lone CR at the very end may be the first half of CR LF: wait for what follows.
    const usable = text.endsWith("\r") ? text.slice(0, -1) : text;
    const lines = usable.split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + text.slice(usable.length);
    for (const line of lines) {
      if (line === "") {
        if (draft.id !== "" && draft.data.length > 0) {
          found.push({ id: draft.id, event: draft.event || "message", data: draft.data.join("\n") });
        }
        draft = { id: "", event: "", data: [] };
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "data") draft.data.push(value);
      else if (field === "event") draft.event = value;
      else if (field === "id" && !value.includes("\0")) draft.id = value;
    }
    return found;
  };
}

/**
 * Is cursor `a` after `b`? Cursors are `<seq>` in one execution's stream and `<versionstamp>.<index>` in the
 * stream of all; versionstamps have one length, so they sort as text.
 */
export function isAfter(a: string, b: string | null): boolean {
  if (b === null) return true;
  const [headA = "", indexA] = a.split(".");
  const [headB = "", indexB] = b.split(".");
  if (indexA === undefined || indexB === undefined) return Number(a) > Number(b);
  return headA === headB ? Number(indexA) > Number(indexB) : headA > headB;
}
