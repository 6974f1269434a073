import type { JSX } from "preact";
import { inWords, isOpen } from "../../engine/core/window.ts";
import type { InboxItem } from "../../engine/schemas/inbox.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { Fact, telOf } from "../../routes/pages/components/lead_facts.tsx";

/** What whoever calls needs first: the number to press, when, and whose call it is. */
export function CallFacts({ call, now }: { call: NonNullable<InboxItem["call"]>; now: number }): JSX.Element {
  const { phone, owner, bestTime } = call;
  const dialled = /\d{3}/.test(phone.replace(/\D/g, ""));
  return (
    <div class="mb-3 grid gap-2" role="group" aria-label="The call">
      {dialled
        ? (
          <a class="button justify-self-start" href={telOf(phone)}>
            <Icon name="phone" /> {phone}
          </a>
        )
        : <p class="text-soft">{phone ? `No number to call: ${phone}` : "No phone number is known."}</p>}
      <dl class="facts">
        <Fact name="Best time">
          {bestTime
            ? (
              <>
                {inWords(bestTime.hours)} in {bestTime.zone}{" "}
                {isOpen(bestTime.hours, now, bestTime.zone) ? <Badge tone="good">now</Badge> : null}
              </>
            )
            : null}
        </Fact>
        <Fact name="Who calls">{owner}</Fact>
      </dl>
    </div>
  );
}
