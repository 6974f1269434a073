import type { JSX } from "preact";
import type { MessageSummary } from "../../../engine/schemas/message.ts";
import { Badge, type Tone } from "./badge.tsx";

/** Which way a message went, in words. */
export const TRANSPORTS: { readonly [T in MessageSummary["transport"]]: string } = {
  outbox: "stayed in the outbox",
  smtp: "handed to the mail server",
};

const STATUS_TONES: { readonly [S in MessageSummary["status"]]: { tone: Tone; word: string } } = {
  sent: { tone: "plain", word: "sent" },
  held: { tone: "plain", word: "held" },
  refused: { tone: "bad", word: "refused" },
  uncertain: { tone: "warn", word: "not certain" },
};

/** What became of a message: its status, whether it was a test, opened, clicked. */
export function Marks({ message }: { message: MessageSummary }): JSX.Element {
  const { tone, word } = STATUS_TONES[message.status];
  return (
    <span class="inline-flex flex-wrap gap-1">
      <Badge tone={tone}>{word}</Badge>
      {message.test ? <Badge tone="warn">test</Badge> : null}
      {message.openedAt
        ? <Badge tone="good" icon="eye" title={message.openedAt}>opened{timesOf(message.opens)}</Badge>
        : null}
      {message.clickedAt
        ? (
          <Badge tone="good" icon="mouse-pointer-click" title={message.clickedAt}>
            clicked{timesOf(message.clicks)}
          </Badge>
        )
        : null}
    </span>
  );
}

function timesOf(count: number): string {
  return count > 1 ? ` ${count}×` : "";
}
