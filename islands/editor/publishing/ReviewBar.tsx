import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";
import { useEditor } from "../editor_context.ts";
import { LegendItem } from "./LegendItem.tsx";
import type { Review, Which } from "./review.ts";

/** Over the canvas: that something else than the draft is drawn, what the colours mean, and the way back. */
export function ReviewBar({ review }: { review: Review }): JSX.Element | null {
  const { lookAt } = useEditor();
  if (review.kind !== "comparison" && review.kind !== "version") return null;
  return (
    <section class="review-bar" aria-label="What is drawn">
      <p class="flex-1 whitespace-nowrap" role="status">
        {review.kind === "version"
          ? `Version ${review.version}, to be looked at`
          : `${capital(wordsOf(review.before))} to ${wordsOf(review.after)}`}
      </p>
      {review.kind === "comparison"
        ? (
          <ul class="review-legend" aria-label="Legend">
            <LegendItem kind="added" />
            <LegendItem kind="changed" />
            <LegendItem kind="removed" />
          </ul>
        )
        : null}
      <button type="button" class="button" onClick={() => lookAt(null)}>
        <Icon name="pencil" size={14} />
        <span>
          Back <span class="review-wide">to the draft</span>
        </span>
        <kbd class="kbd">Esc</kbd>
      </button>
    </section>
  );
}

function wordsOf(which: Which): string {
  return which === "draft" ? "the draft" : `version ${which}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
