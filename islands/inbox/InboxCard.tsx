import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import { Votes } from "../../routes/pages/components/votes.tsx";
import { callApi } from "../shared/api.ts";
import { mayAnswer, outcomeWords } from "./inbox_model.ts";
import { CallFacts } from "./CallFacts.tsx";
import { KnownLead } from "./KnownLead.tsx";

interface InboxCardProps {
  item: InboxItem;
  now: number;
  /** May answer tasks of the team. */
  mayAct: boolean;
  /** Address of whoever looks. */
  viewer: string;
  owner: JSX.Element | null;
  onSettled: (words: string) => void;
}

const KINDS: {
  readonly [K in InboxItem["kind"]]: { icon: string; word: string; tone: "info" | "warn" | "bad" };
} = {
  task: { icon: "list-checks", word: "To do", tone: "info" },
  uncertain: { icon: "alert", word: "Not certain", tone: "warn" },
  failed: { icon: "x", word: "Failed", tone: "bad" },
};

const CALL = { icon: "phone", word: "To call", tone: "info" } as const;

/** One thing that needs a person: what to do, who it is about, and the answers. */
export function InboxCard({ item, now, mayAct, viewer, owner, onSettled }: InboxCardProps): JSX.Element {
  const kind = item.call ? CALL : KINDS[item.kind];
  const titleId = `title-${item.id}`;
  return (
    <article class="card p-4" data-card={item.id} tabIndex={-1} aria-labelledby={titleId}>
      <header class="mb-3 flex flex-wrap items-start gap-x-3 gap-y-1">
        <div class="min-w-0 flex-1 basis-64">
          <h2 id={titleId} class="text-base break-words">{item.title}</h2>
          <p class="text-soft">
            <a class="link" href={`/executions/${item.executionId}`}>{item.workflowName}</a> ·{" "}
            <Time at={item.createdAt} now={now} />
          </p>
        </div>
        <div class="flex flex-wrap gap-1.5">
          {item.call && item.call.priority !== "normal"
            ? (
              <Badge tone={item.call.priority === "high" ? "bad" : "plain"}>
                {item.call.priority === "high" ? "High priority" : "Low priority"}
              </Badge>
            )
            : null}
          {item.dueAt ? <Due at={item.dueAt} now={now} /> : null}
          <Badge tone={kind.tone} icon={kind.icon}>{kind.word}</Badge>
        </div>
      </header>
      <div class={item.lead ? "inbox-columns" : ""}>
        <div class="min-w-0">
          {item.call ? <CallFacts call={item.call} now={now} /> : null}
          <p class="break-words whitespace-pre-wrap">{item.description}</p>
          {item.kind === "uncertain" ? <WhatToDecide /> : null}
          {item.approval
            ? (
              <div class="mt-3">
                <Votes approval={item.approval} now={now} />
              </div>
            )
            : null}
        </div>
        {item.lead ? <KnownLead lead={item.lead} /> : null}
        <div class="min-w-0">
          {!mayAct
            ? <p class="text-soft">Operators and above answer this.</p>
            : mayAnswer(item, viewer)
            ? <Answers item={item} onSettled={onSettled} />
            : <p class="text-soft">Only the approvers can answer this.</p>}
        </div>
      </div>
      {owner}
    </article>
  );
}

/** What each answer leads to, before one is given. */
function WhatToDecide(): JSX.Element {
  return (
    <p class="mt-2 text-soft">
      Nobody knows whether it arrived. Sent: it did, and the execution goes on. Send again: it may arrive
      twice. Skip: the execution goes on without it.
    </p>
  );
}

function Due({ at, now }: { at: string; now: number }): JSX.Element {
  const late = Date.parse(at) < now;
  return (
    <Badge tone={late ? "bad" : "plain"} icon="clock">
      {late ? "was due " : "due "}
      <Time at={at} now={now} />
    </Badge>
  );
}

function Answers({ item, onSettled }: { item: InboxItem; onSettled: (words: string) => void }): JSX.Element {
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function answer(words: string, path: string, body: unknown): Promise<void> {
    setBusy(true);
    const result = await callApi("POST", path, { body });
    setBusy(false);
    if (result.ok) onSettled(words);
    else setProblem(result.problem);
  }
  return (
    <>
      <label class="block">
        <span class="sr-only">Note for {item.title}</span>
        <textarea
          class="input"
          rows={1}
          maxLength={5_000}
          placeholder="Note (optional)"
          value={note}
          onInput={(e) => setNote(e.currentTarget.value)}
        />
      </label>
      <Buttons problem={problem}>
        {item.outcomes.map((outcome, index) => (
          <Outcome
            key={outcome.id}
            index={index}
            label={outcome.label}
            busy={busy}
            onClick={() =>
              answer(outcomeWords(item, outcome), `/api/inbox/${encodeURIComponent(item.id)}/complete`, {
                outcome: outcome.id,
                ...(note.trim() ? { note: note.trim() } : {}),
              })}
          />
        ))}
      </Buttons>
    </>
  );
}

function Buttons(
  { problem, children }: {
    problem: Problem | null;
    children: JSX.Element | (JSX.Element | JSX.Element[])[] | JSX.Element[];
  },
): JSX.Element {
  return (
    <div class="mt-3 grid gap-3">
      <div class="flex flex-wrap gap-2">{children}</div>
      {problem ? <ErrorCard problem={problem} /> : null}
    </div>
  );
}

interface OutcomeProps {
  index: number;
  label: string;
  icon?: string;
  busy: boolean;
  onClick: () => void;
}

function Outcome({ index, label, icon, busy, onClick }: OutcomeProps): JSX.Element {
  return (
    <button
      type="button"
      class="button"
      data-outcome
      data-kind={index === 0 ? "primary" : undefined}
      disabled={busy}
      onClick={onClick}
    >
      {icon ? <Icon name={icon} /> : null}
      {label}
      {index < 9 ? <span class="key-hint" aria-hidden="true">{index + 1}</span> : null}
    </button>
  );
}
