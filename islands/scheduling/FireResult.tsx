import type { JSX } from "preact";
import type { Fire } from "../../engine/schemas/schedule.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { type Status, STATUS_LOOK, StatusChip } from "../../routes/pages/components/status_chip.tsx";
import { Time } from "../../routes/pages/components/time.tsx";
import { FIRE_LOOK, severalWords } from "./fire_words.ts";

/** What became of a fire: its execution's status, else why there is none; with when, and the way to it. */
export function FireResult({ fire, now }: { fire: Fire; now: number }): JSX.Element {
  const { executionId, reason } = fire;
  // What was decided after the page was drawn was decided just now.
  const at = Math.max(now, Date.parse(fire.decidedAt));
  return (
    <span class="inline-block align-top">
      <FireMark fire={fire} /> {executionId
        ? (
          <a class="link" href={`/executions/${executionId}`}>
            <Time at={fire.decidedAt} now={at} />
          </a>
        )
        : (
          <span class="text-soft">
            <Time at={fire.decidedAt} now={at} />
          </span>
        )}
      {reason ? <span class="block text-soft break-words">{reason.text}</span> : null}
    </span>
  );
}

/** The execution's status where there is one, else what became of the occurrence. */
function FireMark({ fire }: { fire: Fire }): JSX.Element {
  const look = FIRE_LOOK[fire.outcome];
  const several = severalWords(fire);
  if (fire.executionId && isStatus(fire.status)) return <StatusChip status={fire.status} />;
  return <Badge tone={look.tone} icon={look.icon}>{several ? `${look.word} ${several}` : look.word}</Badge>;
}

export function isStatus(status: string | null | undefined): status is Status {
  return typeof status === "string" && Object.hasOwn(STATUS_LOOK, status);
}
