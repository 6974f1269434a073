import type { ComponentChildren, JSX } from "preact";
import type { MessageSummary } from "../../../engine/schemas/message.ts";
import { Badge, type Tone } from "./badge.tsx";
import { Icon } from "./icon.tsx";

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

/** Done as far as the workflow goes, but no mail server has it: "sent" would not be true. */
export function staysHere({ status, transport }: Pick<MessageSummary, "status" | "transport">): boolean {
  return status === "sent" && transport === "outbox";
}

/** Why, and what to do about it. */
export function KeptHere({ children }: { children?: ComponentChildren }): JSX.Element {
  return (
    <p class="notice mb-4 max-w-4xl" data-tone="info">
      <Icon name="mail" size={18} class="mt-0.5" />
      <span class="min-w-0 flex-1">
        Mail stays here and leaves for nobody: <code class="mono">LEADFLOW_SMTP_URL</code>{" "}
        names no mail server, or <code class="mono">LEADFLOW_SEND</code> is off. {children}
      </span>
    </p>
  );
}

/** What became of a message: its status, whether it was a test, opened, clicked. */
export function Marks({ message }: { message: MessageSummary }): JSX.Element {
  const { tone, word } = STATUS_TONES[message.status];
  return (
    <span class="inline-flex flex-wrap gap-1">
      {staysHere(message)
        ? <Badge title="It lies here and has left for nobody">kept here</Badge>
        : <Badge tone={tone}>{word}</Badge>}
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
