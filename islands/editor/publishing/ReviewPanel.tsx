import type { JSX } from "preact";
import { Comparison } from "./Comparison.tsx";
import type { Review } from "./review.ts";
import { VersionPanel } from "./VersionPanel.tsx";
import { VersionHistory } from "./VersionHistory.tsx";

/** Beside the canvas, what belongs to what is looked at. */
export function ReviewPanel({ review }: { review: Review }): JSX.Element | null {
  switch (review.kind) {
    case "comparison":
      return <Comparison review={review} />;
    case "version":
      return <VersionPanel version={review.version} />;
    case "versions":
      return <VersionHistory />;
    case "publish":
      return null;
    default:
      return review satisfies never;
  }
}
