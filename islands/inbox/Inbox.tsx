import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CardOwner, InboxCards } from "../../engine/schemas/inbox.ts";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { ConnectionBar } from "../monitoring/ConnectionBar.tsx";
import { BulkProgress } from "../monitoring/BulkProgress.tsx";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";
import type { SourceState } from "../shared/event_source.ts";
import { INBOX_CHANGED } from "../shared/inbox_count.ts";
import { CauseView } from "./CauseView.tsx";
import { firstState, isCause, openCount, owned, refreshed, settledHere, taken } from "./inbox_model.ts";
import type { Card } from "./inbox_model.ts";
import { InboxCard } from "./InboxCard.tsx";
import { moveOnKey } from "./inbox_keys.ts";
import { OwnerField } from "./OwnerField.tsx";

const EVERY_MS = 5_000;

export interface InboxProps {
  cards: Card[];
  /** Epoch ms of drawing. */
  now: number;
  /** Whoever looks: approvals may be meant for others. */
  viewer?: { id: string; email: string };
  /** Whom a card can be given to; empty for whoever may not. */
  people?: CardOwner[];
  /** May answer, retry and ignore; whoever may not reads the cards. */
  mayAct?: boolean;
  maySecrets?: boolean;
  /** The card that an alert leads to. */
  focus?: string | null;
}

const NOBODY = { id: "", email: "" };

/** What needs a person, as cards: answered with one press, kept fresh while it is seen. */
export function Inbox(props: InboxProps): JSX.Element {
  const { cards, now: drawnAt, viewer = NOBODY, people = [], focus = null } = props;
  const { mayAct = true, maySecrets = false } = props;
  const [state, setState] = useState(() => firstState(cards));
  const [jobs, setJobs] = useState<ReadonlyMap<string, BulkJob>>(new Map());
  const list = useRef<HTMLDivElement>(null);
  const { now, source } = useRefreshed(drawnAt, (fresh) => setState((held) => refreshed(held, fresh)));
  useEffect(() => {
    if (!list.current) return;
    if (focus !== null) cardOf(list.current, focus)?.focus();
    return moveOnKey(document, list.current);
  }, []);

  const open = openCount(state);
  useEffect(() => {
    document.title = `${open ? `(${open}) ` : ""}Inbox · LeadFlow`;
  }, [open]);

  function settle(card: Card, words: string): void {
    const next = nextCardOf(list.current, card.id);
    setState((held) => settledHere(held, card, words));
    announce(document, words);
    document.dispatchEvent(new Event(INBOX_CHANGED));
    next?.focus();
  }
  function retrying(card: Card, job: BulkJob): void {
    setJobs((all) => new Map([...all, [card.id, job]]));
    settle(card, `${card.title} — retrying ${job.count}`);
  }
  const ownerOf = (card: Card): JSX.Element | null =>
    people.length === 0 ? null : (
      <OwnerField
        id={card.id}
        title={card.title}
        owner={card.owner}
        people={people}
        viewer={viewer.id}
        onOwned={(owner) => setState((held) => owned(held, card.id, owner))}
      />
    );

  return (
    <div class="grid grid-cols-1 gap-4" ref={list}>
      {state.gathered.length
        ? (
          <button type="button" class="button justify-self-start" onClick={() => setState(taken)}>
            <Icon name="plus" /> {state.gathered.length} new
          </button>
        )
        : null}
      {state.items.map((card) => {
        const settled = state.settled.get(card.id);
        if (settled) {
          return <SettledLine key={card.id} words={settled.words} card={card} job={jobs.get(card.id)} />;
        }
        return isCause(card)
          ? (
            <CauseView
              key={card.id}
              card={card}
              now={now}
              mayAct={mayAct}
              maySecrets={maySecrets}
              owner={ownerOf(card)}
              onSettled={(said) => settle(card, said)}
              onRetrying={(job) => retrying(card, job)}
            />
          )
          : (
            <InboxCard
              key={card.id}
              item={card}
              now={now}
              mayAct={mayAct}
              viewer={viewer.email}
              owner={ownerOf(card)}
              onSettled={(said) => settle(card, said)}
            />
          );
      })}
      {open === 0
        ? (
          <Empty icon="check" action={<a class="button" href="/executions">See executions</a>}>
            Nothing needs you now.
          </Empty>
        )
        : null}
      <ConnectionBar state={source} />
    </div>
  );
}

function SettledLine(
  { words, card, job }: { words: string; card: Card; job: BulkJob | undefined },
): JSX.Element {
  const [dismissed, setDismissed] = useState(false);
  if (job && !dismissed) return <BulkProgress job={job} onDismiss={() => setDismissed(true)} />;
  const after = isCause(card) ? "" : card.approval ? "Your vote counts." : "The execution goes on.";
  const executionId = isCause(card) ? card.newest.executionId : card.executionId;
  return (
    <p class="notice" data-tone="good">
      <Icon name="check" size={18} class="mt-0.5" />
      <span class="min-w-0 flex-1">
        {words}. {after}
      </span>
      {job ? null : <a class="link" href={`/executions/${executionId}`}>See it</a>}
    </p>
  );
}

/** Asks for the cards every few seconds while the page is seen; the present moment for ages and dues, and whether it got them. */
function useRefreshed(
  drawnAt: number,
  take: (cards: Card[]) => void,
): { now: number; source: SourceState } {
  const [now, setNow] = useState(drawnAt);
  const [source, setSource] = useState<SourceState>("open");
  useEffect(() => {
    const refresh = async (): Promise<void> => {
      if (document.hidden) return;
      const answer = await callApi<InboxCards>("GET", "/api/inbox/cards?limit=100");
      setNow(Date.now());
      const refused = !answer.ok && answer.problem.status >= 400 && answer.problem.status < 500;
      setSource(answer.ok ? "open" : refused ? "refused" : "lost");
      if (answer.ok) take([...answer.data.causes, ...answer.data.items]);
    };
    const timer = setInterval(refresh, EVERY_MS);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, []);
  return { now, source };
}

function cardsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[data-card]")];
}

function cardOf(list: HTMLElement, id: string): HTMLElement | undefined {
  return cardsOf(list).find((card) => card.dataset.card === id);
}

/** Where focus goes when a card leaves: the one behind it, else the one before. */
function nextCardOf(list: HTMLElement | null, id: string): HTMLElement | null {
  const cards = list ? cardsOf(list) : [];
  const at = cards.findIndex((card) => card.dataset.card === id);
  return cards[at + 1] ?? cards[at - 1] ?? null;
}
