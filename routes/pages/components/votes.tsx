import type { JSX } from "preact";
import type { Approval } from "../../../engine/schemas/approval.ts";
import { Icon } from "./icon.tsx";
import { Time } from "./time.tsx";

interface VotesProps {
  approval: Approval;
  /** Epoch ms. */
  now: number;
}

/** Who has to approve, who has answered and how, and whom no mail reached. */
export function Votes({ approval, now }: VotesProps): JSX.Element {
  const { approvers, votes, unasked } = approval;
  return (
    <section class="grid gap-1" aria-label="Votes">
      <p class="text-soft">{ruleWords(approval)}</p>
      {votes.map(({ by, choice, at, note }) => (
        <p key={by + at} class="break-words">
          <Icon name={choice === "approved" ? "check" : "x"} size={15} /> {by} {choice}{" "}
          <span class="text-soft">
            <Time at={at} now={now} />
          </span>
          {note && `: ${note}`}
        </p>
      ))}
      {approvers.filter((address) => !votes.some(({ by }) => by === address)).map((address) => (
        <p key={address} class="break-words text-soft">
          <Icon name="clock" size={15} /> {address} has not answered
          {unasked.map(({ to, why }) =>
            to === address ? ` — not mailed: ${why}` : ""
          )}
        </p>
      ))}
    </section>
  );
}

/** "2 of 3 have to approve; one who declines is enough." */
function ruleWords({ approvers, needed, veto }: Approval): string {
  const among = approvers.length > needed ? ` of ${approvers.length}` : "";
  return `${needed}${among} ${needed > 1 ? "have" : "has"} to approve${
    veto ? "; one who declines is enough" : ""
  }`;
}
