import type { JSX } from "preact";
import type { Slice } from "./chart_shapes.ts";
import { countWords, shareWords } from "./metric_words.ts";

interface DonutProps {
  slices: readonly Slice[];
  /** What all slices are together, and its name. */
  total: number;
  name: string;
  hrefOf(slice: Slice): string;
}

/** A ring of parts and their list; each leads to what it counts. */
export function Donut({ slices, total, name, hrefOf }: DonutProps): JSX.Element {
  return (
    <div class="donut">
      <div class="relative mx-auto size-36">
        {/* The list beside it says the same and is reached by keyboard. */}
        <svg viewBox="-50 -50 100 100" width="100%" height="100%" aria-hidden="true">
          {slices.map((slice, index) => (
            <a key={slice.label} href={hrefOf(slice)} tabIndex={-1}>
              <path class="slice" data-slice={sliceColour(slice, index)} d={slice.path}>
                <title>{`${slice.label}: ${countWords(slice.count)}`}</title>
              </path>
            </a>
          ))}
        </svg>
        <p class="pointer-events-none absolute inset-0 grid content-center text-center">
          <span class="text-xl font-semibold tabular-nums">{countWords(total)}</span>
          <span class="text-sm text-soft">{name}</span>
        </p>
      </div>
      <ul class="grid min-w-0 grid-cols-1 gap-0.5">
        {slices.map((slice, index) => (
          <li key={slice.label}>
            <a
              class="flex min-h-11 items-center gap-2 rounded-control px-2 py-1 hover:bg-sunken sm:min-h-8"
              href={hrefOf(slice)}
            >
              <span class="slice-mark" data-slice={sliceColour(slice, index)} aria-hidden="true" />
              <span class="min-w-0 flex-1 break-words">{slice.label}</span>
              <span class="tabular-nums">{countWords(slice.count)}</span>
              <span class="w-14 text-right text-sm tabular-nums text-soft">
                {shareWords(total === 0 ? null : slice.count / total)}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function sliceColour({ cause }: Slice, index: number): string {
  return cause === null ? "rest" : String(index);
}
