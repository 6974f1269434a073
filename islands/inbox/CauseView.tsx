import type { ComponentType, JSX } from "preact";
import { useState } from "preact/hooks";
import type { CauseCard } from "../../engine/schemas/inbox.ts";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import type { BulkDialogProps } from "../monitoring/BulkDialog.tsx";
import { callApi } from "../shared/api.ts";
import { editorPath, isAboutSecret, runsWords } from "./inbox_model.ts";
import type { ReplaceSecretProps } from "./ReplaceSecret.tsx";

interface CauseViewProps {
  card: CauseCard;
  now: number;
  /** May retry and ignore. */
  mayAct: boolean;
  /** May replace secrets. */
  maySecrets: boolean;
  owner: JSX.Element | null;
  onSettled(words: string): void;
  onRetrying(job: BulkJob): void;
}

/** All that failed for one cause: where, how to mend it, and all of them retried at once. */
export function CauseView(props: CauseViewProps): JSX.Element {
  const { card, now, owner } = props;
  const [first, ...others] = card.where;
  const titleId = `title-${card.id}`;
  return (
    <article class="card p-4" data-card={card.id} tabIndex={-1} aria-labelledby={titleId}>
      <header class="mb-3 flex flex-wrap items-start gap-x-3 gap-y-1">
        <div class="min-w-0 flex-1 basis-64">
          <h2 id={titleId} class="text-base break-words">{card.title}</h2>
          <p class="text-soft">
            {first ? <>{placeWords(card)} ·{" "}</> : null}
            {card.count === 1 ? null : (
              <>
                first <Time at={card.createdAt} now={now} />, last{" "}
              </>
            )}
            <Time at={card.lastAt} now={now} />
          </p>
        </div>
        <div class="flex flex-wrap items-center gap-1.5">
          {card.returned
            ? <Badge tone="warn" icon="reply" title={`Ignored by ${card.returned.by}`}>Came back</Badge>
            : null}
          <Badge tone="bad" icon="x">
            {card.count === 1 && !card.more ? "Failed" : `${runsWords(card)} failed`}
          </Badge>
        </div>
      </header>
      {card.description === card.title
        ? null
        : <p class="break-words whitespace-pre-wrap">{card.description}</p>}
      {others.length > 0 ? <Places card={card} /> : null}
      <CauseActions {...props} />
      {owner}
    </article>
  );
}

function placeWords({ where }: CauseCard): string {
  const [first, ...others] = where;
  if (!first) return "";
  const place = `${first.label} in ${first.workflowName}`;
  return others.length === 0 ? place : `${place} and ${others.length} more`;
}

function Places({ card }: { card: CauseCard }): JSX.Element {
  return (
    <ul class="mt-2 grid gap-1" aria-label="Where">
      {card.where.map((place) => (
        <li key={`${place.workflowId}.${place.nodeId}`} class="flex flex-wrap gap-x-2">
          <a class="link break-words" href={editorPath(place)}>{`${place.label} in ${place.workflowName}`}</a>
          <span class="text-soft tabular-nums">{place.count}</span>
        </li>
      ))}
    </ul>
  );
}

type Asking =
  | { what: "retry"; Dialog: ComponentType<BulkDialogProps> }
  | { what: "secret"; name: string; Dialog: ComponentType<ReplaceSecretProps> };

function CauseActions({ card, mayAct, maySecrets, onSettled, onRetrying }: CauseViewProps): JSX.Element {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [replaced, setReplaced] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [place] = card.where;
  const alone = card.count === 1 && !card.more;
  const close = (): void => setAsking(null);

  async function act(words: string, path: string, body: unknown): Promise<void> {
    setBusy(true);
    const result = await callApi("POST", path, { body });
    setBusy(false);
    if (result.ok) onSettled(words);
    else setProblem(result.problem);
  }
  async function retry(): Promise<void> {
    const { executionId, nodeId } = card.newest;
    if (alone) {
      return await act(`${card.title} — trying again`, `/api/monitoring/executions/${executionId}/retry`, {
        nodeId,
      });
    }
    const { BulkDialog } = await import("../monitoring/BulkDialog.tsx");
    setAsking({ what: "retry", Dialog: BulkDialog });
  }
  async function replace(name: string): Promise<void> {
    const { ReplaceSecret } = await import("./ReplaceSecret.tsx");
    setAsking({ what: "secret", name, Dialog: ReplaceSecret });
  }
  const secrets = maySecrets && isAboutSecret(card) ? card.secrets : [];
  return (
    <div class="mt-3 grid grid-cols-1 gap-3">
      {replaced
        ? (
          <p class="notice" data-tone="good" role="status">
            <Icon name="check" size={18} class="mt-0.5" /> {replaced} is replaced: retry now.
          </p>
        )
        : null}
      <div class="flex flex-wrap gap-2">
        {mayAct
          ? (
            <button
              type="button"
              class="button"
              data-outcome
              data-kind="primary"
              disabled={busy}
              onClick={retry}
            >
              <Icon name="rotate" /> {alone ? "Retry" : `Retry all ${card.more ? "" : `${card.count} `}…`}
              <Hint n={1} />
            </button>
          )
          : null}
        {secrets.map((name, i) => (
          <button
            key={name}
            type="button"
            class="button max-w-full"
            data-outcome
            onClick={() => replace(name)}
          >
            <Icon name="key" /> <span class="min-w-0 truncate">Replace {name} …</span> <Hint n={i + 2} />
          </button>
        ))}
        {place
          ? (
            <a class="button max-w-full" data-outcome href={editorPath(place)}>
              <Icon name="pencil" /> <span class="min-w-0 truncate">Edit {place.label}</span>{" "}
              <Hint n={secrets.length + (mayAct ? 2 : 1)} />
            </a>
          )
          : null}
        <a
          class="button"
          href={alone
            ? `/executions/${card.newest.executionId}`
            : `/executions?cause=${encodeURIComponent(card.id)}`}
        >
          {alone ? "See what happened" : "See them"}
        </a>
        {mayAct
          ? (
            <button
              type="button"
              class="button"
              disabled={busy}
              title="Until something fails for it again"
              onClick={() =>
                act(
                  `${card.title} — ignored until it comes back`,
                  `/api/inbox/${encodeURIComponent(card.id)}/ignore`,
                  {},
                )}
            >
              Ignore
            </button>
          )
          : null}
      </div>
      {problem ? <ErrorCard problem={problem} /> : null}
      {asking?.what === "retry"
        ? (
          <asking.Dialog
            action="retry"
            filter={{ cause: card.id }}
            workflow={null}
            onClose={close}
            onStarted={onRetrying}
          />
        )
        : null}
      {asking?.what === "secret"
        ? (
          <asking.Dialog
            name={asking.name}
            onClose={close}
            onReplaced={() => {
              setReplaced(asking.name);
              close();
            }}
          />
        )
        : null}
    </div>
  );
}

function Hint({ n }: { n: number }): JSX.Element | null {
  return n < 10 ? <span class="key-hint" aria-hidden="true">{n}</span> : null;
}
