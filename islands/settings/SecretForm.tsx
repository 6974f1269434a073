import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { callApi } from "../shared/api.ts";
import { isShownBy, issueFor } from "../shared/issues.ts";

/** What may be seen of a secret. */
export interface SecretLine {
  name: string;
  hosts: string[];
  /** Null: never stored. */
  updatedAt: string | null;
  from: "team" | "environment";
  /** Of the environment: where it is from; of a stored one: what it wins over. */
  variable: string | null;
}

/** Adds a secret, or replaces the given one's value and hosts. */
export function SecretForm(
  { secret, onSaved }: { secret?: SecretLine; onSaved: (line: SecretLine) => void },
): JSX.Element {
  const [name, setName] = useState(secret?.name ?? "");
  const [value, setValue] = useState("");
  const [hosts, setHosts] = useState(secret?.hosts.join(", ") ?? "");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    setBusy(true);
    const body = { value, hosts: hosts.split(/[\s,]+/).filter(Boolean) };
    const answer = await callApi<SecretLine>("PUT", `/api/secrets/${encodeURIComponent(name.trim())}`, {
      body,
    });
    setBusy(false);
    if (answer.ok) onSaved(answer.data);
    else setProblem(answer.problem);
  }
  return (
    <form class="grid gap-4" onSubmit={submit} autocomplete="off">
      <Field id="secret-name" label="Name" error={issueFor(problem, "name")}>
        <input
          {...fieldAttributes("secret-name", { hint: false, error: issueFor(problem, "name") })}
          class="input mono"
          required
          readOnly={secret !== undefined}
          value={name}
          onInput={(e) => setName(e.currentTarget.value)}
        />
      </Field>
      <Field
        id="secret-value"
        label="Value"
        error={issueFor(problem, "value")}
        hint="At least 4 characters. Never shown again, not even here."
      >
        <input
          {...fieldAttributes("secret-value", { hint: true, error: issueFor(problem, "value") })}
          class="input mono"
          type="password"
          autocomplete="new-password"
          required
          value={value}
          onInput={(e) => setValue(e.currentTarget.value)}
        />
      </Field>
      <Field
        id="secret-hosts"
        label="Hosts"
        error={issueFor(problem, "hosts")}
        hint="The only ones it may be sent to, with commas. Leave empty for a key that checks incoming webhooks."
      >
        <input
          {...fieldAttributes("secret-hosts", { hint: true, error: issueFor(problem, "hosts") })}
          class="input mono"
          placeholder="api.example.com"
          value={hosts}
          onInput={(e) => setHosts(e.currentTarget.value)}
        />
      </Field>
      {problem && !isShownBy(problem, ["name", "value", "hosts"]) ? <ErrorCard problem={problem} /> : null}
      <button type="submit" class="button justify-self-start" data-kind="primary" disabled={busy}>
        {busy ? "Saving …" : "Save"}
      </button>
    </form>
  );
}
