import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import { Empty } from "../../routes/pages/components/empty.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { callApi } from "../shared/api.ts";
import { announce } from "../shared/copy.ts";
import { INBOX_CHANGED } from "../shared/inbox_count.ts";
import { firstState, openCount, refreshed, settledHere, taken } from "./inbox_model.ts";
import { InboxCard } from "./InboxCard.tsx";
import { moveOnKey } from "./inbox_keys.ts";

const EVERY_MS = 5_000;

export interface InboxProps {
  items: InboxItem[];
  /** Epoch ms of drawing. */
  now: number;
  /** Address of whoever looks: approvals may be meant for others. */
  viewer?: string;
}

/** What needs a person, as cards: answered with one press, kept fresh while it is seen. */
export function Inbox({ items, now: drawnAt, viewer = "" }: InboxProps): JSX.Element {
  const [state, setState] = useState(() => firstState(items));
  const list = useRef<HTMLDivElement>(null);
  const now = useRefreshed(drawnAt, (fresh) => setState((held) => refreshed(held, fresh)));
  useEffect(() => {
    if (!list.current) return;
    return moveOnKey(document, list.current);
  }, []);

  const open = openCount(state);
  useEffect(() => {
    document.title = `${open ? `(${open}) ` : ""}Inbox · LeadFlow`;
  }, [open]);

  function settle(item: InboxItem, words: string): void {
    const next = nextCardOf(list.current, item.id);
    setState((held) => settledHere(held, item, words));
    announce(document, words);
    document.dispatchEvent(new Event(INBOX_CHANGED));
    next?.focus();
  }

  return (
    <div class="grid grid-cols-1 gap-4" ref={list}>
      {state.gathered.length
        ? (
          <button type="button" class="button justify-self-start" onClick={() => setState(taken)}>
            <Icon name="plus" /> {state.gathered.length} new
          </button>
        )
        : null}
      {state.items.map((item) => {
        const words = state.settled.get(item.id);
        return words === undefined
          ? (
            <InboxCard
              key={item.id}
              item={item}
              now={now}
              viewer={viewer}
              onSettled={(said) => settle(item, said)}
            />
          )
          : <SettledLine key={item.id} words={words} item={item} />;
      })}
      {open === 0
        ? (
          <Empty icon="check" action={<a class="button" href="/executions">See executions</a>}>
            Nothing needs you now.
          </Empty>
        )
        : null}
    </div>
  );
}

function SettledLine({ words, item }: { words: string; item: InboxItem }): JSX.Element {
  return (
    <p class="notice" data-tone="good">
      <Icon name="check" size={18} class="mt-0.5" />
      <span class="min-w-0 flex-1">
        {words}. {item.approval ? "Your vote counts." : "The execution goes on."}
      </span>
      <a class="link" href={`/executions/${item.executionId}`}>See it</a>
    </p>
  );
}

/** Asks for the list every few seconds while the page is seen; returns the present moment for ages and dues. */
function useRefreshed(drawnAt: number, take: (items: InboxItem[]) => void): number {
  const [now, setNow] = useState(drawnAt);
  useEffect(() => {
    const refresh = async (): Promise<void> => {
      if (document.hidden) return;
      const answer = await callApi<{ items: InboxItem[] }>("GET", "/api/inbox?limit=100");
      setNow(Date.now());
      if (answer.ok) take(answer.data.items);
    };
    const timer = setInterval(refresh, EVERY_MS);
    document.addEventListener("visibilitychange", refresh);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", refresh);
    };
  }, []);
  return now;
}

/** Where focus goes when a card leaves: the one behind it, else the one before. */
function nextCardOf(list: HTMLElement | null, id: string): HTMLElement | null {
  const cards = [...list?.querySelectorAll<HTMLElement>("[data-card]") ?? []];
  const at = cards.findIndex((card) => card.dataset.card === id);
  return cards[at + 1] ?? cards[at - 1] ?? null;
}
