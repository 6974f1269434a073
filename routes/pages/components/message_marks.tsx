import type { JSX } from "preact";
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
function staysHere({ status, transport }: Pick<MessageSummary, "status" | "transport">): boolean {
  return status === "sent" && transport === "outbox";
}

/** Why, what to do about it, and that reading it is not without consequence. */
export function KeptHere({ which }: { which: "one" | "several" }): JSX.Element {
  return (
    <p class="notice mb-4 max-w-4xl" data-tone="info">
      <Icon name="mail" size={18} class="mt-0.5" />
      <span class="min-w-0 flex-1">
        {which === "one" ? "This mail stays here and has" : "Mail that stays here has"} left for nobody:{" "}
        <code class="mono">LEADFLOW_SMTP_URL</code> named no mail server, or{" "}
        <code class="mono">LEADFLOW_SEND</code> was off. So that a workflow can be tried to its end,{" "}
        <strong>reading {which === "one" ? "it" : "such a mail"} here counts as the lead's opening</strong>,
        and a click on a link in it as the lead's click. What a mail server has counts only where the lead
        reads it.
      </span>
    </p>
  );
}

/** Of a message that others have, or nobody should: why reading it here is without consequence. */
export function ReadsAlone({ message }: { message: MessageSummary }): JSX.Element {
  const why = message.test
    ? "A test: nobody got it."
    : message.status === "refused"
    ? "It was refused: nobody got it."
    : message.leadId === null
    ? "It went out."
    : "The lead has it.";
  return (
    <p class="mb-4 text-soft">
      {why} Reading it here counts nothing: no opening, no click.
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
