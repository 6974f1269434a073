import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { CardOwner } from "../../engine/schemas/inbox.ts";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";

interface OwnerFieldProps {
  id: string;
  title: string;
  owner: CardOwner | undefined;
  people: readonly CardOwner[];
  /** Id of whoever looks. */
  viewer: string;
  onOwned(owner: CardOwner | null): void;
}

/** Whose card it is: mine with one press, or anybody's. */
export function OwnerField({ id, title, owner, people, viewer, onOwned }: OwnerFieldProps): JSX.Element {
  const [refused, setRefused] = useState<string | null>(null);
  async function give(userId: string | null): Promise<void> {
    const path = `/api/inbox/${encodeURIComponent(id)}/owner`;
    const answer = await callApi<{ owner: CardOwner | null }>("PUT", path, { body: { userId } });
    setRefused(answer.ok ? null : answer.problem.detail);
    if (!answer.ok) return;
    onOwned(answer.data.owner);
    announce(
      document,
      answer.data.owner ? `${title}: ${answer.data.owner.name} has it` : `${title}: nobody has it`,
    );
  }
  // Somebody who has gone, or the token, may own it still.
  const known = owner === undefined || people.some(({ userId }) => userId === owner.userId);
  return (
    <div class="mt-3 flex flex-wrap items-center gap-2 border-t border-line pt-3 text-sm">
      <label class="flex items-center gap-2">
        <span class="text-soft">
          Owner <span class="sr-only">of {title}</span>
        </span>
        <select
          class="input w-auto"
          value={owner?.userId ?? ""}
          onChange={(event) => give(event.currentTarget.value || null)}
        >
          <option value="">Nobody</option>
          {known || !owner ? null : <option value={owner.userId}>{owner.name}</option>}
          {people.map(({ userId, name }) => (
            <option key={userId} value={userId}>{userId === viewer ? `${name} (you)` : name}</option>
          ))}
        </select>
      </label>
      {owner?.userId === viewer
        ? null
        : (
          <button type="button" class="button" data-take onClick={() => give("me")}>
            Take it <span class="key-hint" aria-hidden="true">a</span>
          </button>
        )}
      {refused ? <span class="field-error" role="alert">{refused}</span> : null}
    </div>
  );
}
