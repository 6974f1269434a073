import type { JSX } from "preact";
import type { Would } from "../../../engine/schemas/simulation.ts";
import { JsonTree } from "../../../routes/pages/components/json_tree.tsx";

/** What would have left the house: the mail as it reads, the request, the record. */
export function WouldPart({ would }: { would: Would }): JSX.Element {
  switch (would.kind) {
    case "mail":
      return <Mail mail={would} />;
    case "http":
      return (
        <section class="would" aria-label="Request">
          <p class="mono break-all">
            <strong>{would.method}</strong> {would.url}
          </p>
          <p class="text-soft">{would.called ? "It was really called." : "It was not called."}</p>
          {would.body === null || would.body === "" ? null : <pre class="would-text mono">{would.body}</pre>}
        </section>
      );
    case "data":
      return (
        <section class="would" aria-label="Record">
          <p>{`Would ${would.action} ${would.key} in ${would.collection}`}</p>
          {would.value === null ? null : <JsonTree value={would.value} />}
        </section>
      );
    default:
      return would satisfies never;
  }
}

function Mail({ mail }: { mail: Would & { kind: "mail" } }): JSX.Element {
  const rows = [["To", mail.to], ["Cc", mail.cc], ["Bcc", mail.bcc]] as const;
  return (
    <section class="would" aria-label="Mail">
      {rows.map(([name, people]) =>
        people.length === 0 ? null : (
          <p key={name} class="break-words">
            <span class="text-soft">{name}</span> {people.join(", ")}
          </p>
        )
      )}
      <p class="font-medium break-words">{mail.subject}</p>
      <pre class="would-text">{mail.text}</pre>
    </section>
  );
}
