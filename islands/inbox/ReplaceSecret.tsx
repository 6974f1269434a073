import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { SecretForm, type SecretLine } from "../settings/SecretForm.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";

export interface ReplaceSecretProps {
  name: string;
  onClose(): void;
  onReplaced(): void;
}

/** A new value for the secret that a cause is about, with the hosts that it has. */
export function ReplaceSecret({ name, onClose, onReplaced }: ReplaceSecretProps): JSX.Element {
  const [secret, setSecret] = useState<SecretLine | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const load = async (): Promise<void> => {
      const answer = await callApi<{ items: SecretLine[] }>("GET", "/api/secrets");
      if (!answer.ok) return setProblem(answer.problem);
      // A step may name a secret that nobody has stored: here it can be.
      const none: SecretLine = { name, hosts: [], updatedAt: null, from: "team", variable: null };
      setSecret(answer.data.items.find((one) => one.name === name) ?? none);
    };
    void load();
  }, [name]);
  return (
    <Dialog open title={`Replace ${name}`} onClose={onClose}>
      {problem ? <ErrorCard problem={problem} /> : null}
      {secret ? <SecretForm secret={secret} onSaved={onReplaced} /> : null}
    </Dialog>
  );
}
