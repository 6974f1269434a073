import type { JSX } from "preact";
import type { Figure } from "../../engine/schemas/metrics.ts";
import { Badge } from "./components/badge.tsx";
import { countWords, shareWords } from "./components/metric_words.ts";
import { durationWords } from "./components/time_words.ts";

/** What LeadFlow set out to reach, measured; without a case there is nothing to tell. */
export function FiguresSection({ figures }: { figures: readonly Figure[] }): JSX.Element {
  return (
    <section aria-labelledby="figures">
      <h2 id="figures" class="mb-1">Goals</h2>
      <p class="mb-2 text-soft">What LeadFlow set out to reach, and how near it comes here.</p>
      <dl class="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {figures.map((figure) => <FigureCard key={figure.id} figure={figure} />)}
      </dl>
    </section>
  );
}

function FigureCard({ figure }: { figure: Figure }): JSX.Element {
  const { title, value, unit, target, better, count, basis } = figure;
  return (
    <div class="card grid content-start gap-1 px-4 py-3">
      <dt class="text-soft">{title}</dt>
      <dd class="flex flex-wrap items-baseline gap-x-3">
        {value === null ? <span class="text-soft">No data yet</span> : (
          <>
            <span class="text-lg font-semibold tabular-nums">{valueWords(value, unit)}</span>
            <Badge tone={isReached(figure) ? "good" : "warn"} icon={isReached(figure) ? "check" : "alert"}>
              {isReached(figure) ? "reached" : "not reached"}
            </Badge>
          </>
        )}
        <span class="text-sm text-soft">
          {`${better === "higher" ? "at least" : "at most"} ${valueWords(target, unit)}`}
        </span>
      </dd>
      <dd class="text-sm text-soft">{count === 0 ? basis : `${basis} (${countWords(count)} counted)`}</dd>
    </div>
  );
}

function isReached({ value, target, better }: Figure): boolean {
  if (value === null) return false;
  return better === "higher" ? value >= target : value <= target;
}

function valueWords(value: number, unit: Figure["unit"]): string {
  if (unit === "share") return shareWords(value);
  return unit === "ms" ? durationWords(value) : `${value.toFixed(1)} of 5`;
}
