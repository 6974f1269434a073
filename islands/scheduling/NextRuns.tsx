import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatLocal, isZone } from "../../engine/core/zone.ts";
import { Badge } from "../../routes/pages/components/badge.tsx";
import { DST_WORDS, type NextRun } from "./next_runs.ts";

interface NextRunsProps {
  items: readonly NextRun[];
  timezone: string;
  /** What is listed belongs to an expression that has changed since. */
  stale?: boolean;
  /** So many at first, the others on demand; absent: all. */
  few?: number | undefined;
}

/** The coming runs in the schedule's zone and, where it is another, in the viewer's; what clocks do is marked. */
export function NextRuns({ items, timezone, stale, few }: NextRunsProps): JSX.Element | null {
  const [all, setAll] = useState(false);
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const isOwn = own === timezone || !isZone(own);
  if (items.length === 0) return null;
  const shown = all || few === undefined ? items : items.slice(0, few);
  return (
    <div class={stale ? "opacity-60" : undefined}>
      <table class="w-full text-left text-[0.8125rem]" aria-label={`The next ${shown.length} runs`}>
        <thead class="text-soft">
          <tr>
            <th scope="col" class="py-1 pr-3 font-medium">
              {items.length === 1 ? "Only run" : `Next ${shown.length}`}, {cityOf(timezone)}
            </th>
            {isOwn ? null : <th scope="col" class="py-1 font-medium">For you, {cityOf(own)}</th>}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ at, local, dst }) => (
            <tr key={at} class="border-t border-line align-baseline">
              <td class="py-1 pr-3">
                <time dateTime={at}>{local}</time>{" "}
                {dst ? <Badge tone="warn" title={DST_WORDS[dst].title}>{DST_WORDS[dst].text}</Badge> : null}
              </td>
              {isOwn ? null : <td class="py-1 text-soft">{formatLocal(Date.parse(at), own)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < items.length
        ? (
          <button type="button" class="link min-h-8 text-[0.8125rem]" onClick={() => setAll(true)}>
            Show {items.length}
          </button>
        )
        : null}
    </div>
  );
}

/** "Zurich" of "Europe/Zurich". */
function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
}
