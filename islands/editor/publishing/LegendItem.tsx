import type { JSX } from "preact";
import { Icon } from "../../../routes/pages/components/icon.tsx";

/** How a difference looks, wherever it is shown: colour, icon and word. */
export const LOOK = {
  added: { icon: "plus", tone: "good", word: "Added" },
  changed: { icon: "pencil", tone: "warn", word: "Changed" },
  removed: { icon: "x", tone: "bad", word: "Removed" },
} as const;

/** One line of the legend. */
export function LegendItem({ kind }: { kind: keyof typeof LOOK }): JSX.Element {
  const { icon, tone, word } = LOOK[kind];
  return (
    <li class="change-kind" data-tone={tone}>
      <Icon name={icon} size={13} /> {word}
    </li>
  );
}
