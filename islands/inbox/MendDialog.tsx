import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { InboxCards } from "../../engine/schemas/inbox.ts";
import type { BulkJob } from "../../engine/schemas/mending.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { ErrorCard } from "../../routes/pages/components/error_card.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { BulkProgress } from "../monitoring/BulkProgress.tsx";
import { callApi } from "../shared/api.ts";
import { Dialog } from "../shared/Dialog.tsx";
import { INBOX_CHANGED } from "../shared/inbox_count.ts";
import { CauseView } from "./CauseView.tsx";
import type { Card } from "./inbox_model.ts";
import { isCause } from "./inbox_model.ts";
import { InboxCard } from "./InboxCard.tsx";

export interface MendDialogProps {
  executionId: string;
  /** `viewer` is the address of whoever looks: approvals may be meant for others. */
  may: { answer: boolean; secrets: boolean; viewer: string };
  onClose(): void;
  /** The execution goes on. */
  onActed(): void;
}

/** All that is retried together is looked at so often until this execution is among what was. */
const LOOK_MS = 1_000;

/** The inbox's cards of one execution, where it is looked at: what it asks, or all that failed as it did. */
export function MendDialog(props: MendDialogProps): JSX.Element {
  const { executionId, may, onClose, onActed } = props;
  const { cards, problem, read } = useCards(executionId);
  const [said, setSaid] = useState<string | null>(null);
  const [job, setJob] = useState<BulkJob | null>(null);
  const settled = (words: string): void => {
    setSaid(words);
    document.dispatchEvent(new Event(INBOX_CHANGED));
    onActed();
    void read();
  };
  const waits = job !== null && cards !== null && cards.some(isCause);
  useEffect(() => {
    if (job && !waits) onActed();
    if (!waits) return;
    const timer = setInterval(read, LOOK_MS);
    return () => clearInterval(timer);
  }, [waits]);
  const close = (): void => {
    // It may have failed again meanwhile: that is news, too.
    if (job) onActed();
    onClose();
  };
  const shown = { now: Date.now(), mayAct: may.answer, owner: null, onSettled: settled };
  return (
    <Dialog open title="In the inbox" onClose={close}>
      <div class="grid gap-4">
        {said
          ? (
            <p class="notice" data-tone="good" role="status">
              <Icon name="check" class="mt-0.5" /> {said}
            </p>
          )
          : null}
        {job ? <BulkProgress job={job} onDismiss={close} /> : null}
        {problem ? <ErrorCard problem={problem} /> : null}
        {job ? null : cards?.map((card) =>
          isCause(card)
            ? (
              <CauseView
                key={card.id}
                card={card}
                maySecrets={may.secrets}
                onRetrying={setJob}
                {...shown}
              />
            )
            : <InboxCard key={card.id} item={card} viewer={may.viewer} {...shown} />
        )}
        {cards?.length === 0 && !said && !job
          ? <p>Nothing of this execution is in the inbox: it was answered, retried or ignored.</p>
          : null}
      </div>
    </Dialog>
  );
}

function useCards(
  executionId: string,
): { cards: Card[] | null; problem: Problem | null; read(): Promise<void> } {
  const [cards, setCards] = useState<Card[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const read = async (): Promise<void> => {
    const query = new URLSearchParams({ executionId });
    const answer = await callApi<InboxCards>("GET", `/api/inbox/cards?${query}`);
    if (answer.ok) setCards([...answer.data.items, ...answer.data.causes]);
    setProblem(answer.ok ? null : answer.problem);
  };
  useEffect(() => void read(), [executionId]);
  return { cards, problem, read };
}
