import type { ComponentChildren, JSX } from "preact";
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
        <Line key={by + at} icon={choice === "approved" ? "check" : "x"}>
          {by} {choice}{" "}
          <span class="text-soft">
            <Time at={at} now={now} />
          </span>
          {note && `: ${note}`}
        </Line>
      ))}
      {approvers.filter((address) => !votes.some(({ by }) => by === address)).map((address) => (
        <Line key={address} icon="clock">
          {address} <span class="text-soft">has not answered</span>
          {unasked.map(({ to, why }) =>
            to === address ? ` — not mailed: ${why}` : ""
          )}
        </Line>
      ))}
    </section>
  );
}

function Line({ icon, children }: { icon: string; children: ComponentChildren }): JSX.Element {
  return (
    <p class="flex items-start gap-2">
      <Icon name={icon} size={15} class="mt-1 shrink-0" />
      <span class="min-w-0 break-words">{children}</span>
    </p>
  );
}

/** "2 of 3 have to approve; one who declines is enough." */
function ruleWords({ approvers, needed, veto }: Approval): string {
  const among = approvers.length > needed ? ` of ${approvers.length}` : "";
  return `${needed}${among} ${needed > 1 ? "have" : "has"} to approve${
    veto ? "; one who declines is enough" : ""
  }`;
}
