import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { INBOX_COUNTED } from "../shared/inbox_count.ts";

/** Something that waits for a person. */
export interface Need {
  icon: string;
  tone: "bad" | "warn" | "info";
  text: string;
  /** Absent: the inbox. */
  href?: string;
}

export interface Needs {
  items: Need[];
  /** There is more than could be summed up. */
  more: boolean;
}

/** What waits for a person, in one line; each part leads to where it is dealt with. As true as the count beside "Inbox". */
export function NeedsYou({ needs: first }: { needs: Needs }): JSX.Element {
  const { items, more } = useNeeds(first);
  return (
    <section class="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2" aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you</h2>
      {items.length === 0
        ? <p class="text-soft">Nothing needs you now.</p>
        : (
          <ul class="flex min-w-0 flex-wrap gap-2">
            {items.map((one) => <NeedLink key={one.text} {...one} />)}
          </ul>
        )}
      {more ? <a class="link text-sm" href="/inbox">and more</a> : null}
    </section>
  );
}

/** Asked for again whenever the frame has counted. */
function useNeeds(first: Needs): Needs {
  const [needs, setNeeds] = useState(first);
  useEffect(() => {
    const refresh = async (): Promise<void> => {
      try {
        const response = await fetch("/inbox/needs", { headers: { accept: "application/json" } });
        if (response.ok) setNeeds(await response.json());
      } catch {
        // Offline: what was known stays, the next look corrects it.
      }
    };
    document.addEventListener(INBOX_COUNTED, refresh);
    return () => document.removeEventListener(INBOX_COUNTED, refresh);
  }, []);
  return needs;
}

function NeedLink({ icon, tone, text, href = "/inbox" }: Need): JSX.Element {
  return (
    <li class="min-w-0">
      <a class="button max-w-full whitespace-normal" href={href} data-tone={tone}>
        <Icon name={icon} size={15} class="text-status" />
        <span class="min-w-0 break-words">{text}</span>
      </a>
    </li>
  );
}
