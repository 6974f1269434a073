import type { JSX } from "preact";
import { Icon } from "../../../../routes/pages/components/icon.tsx";

interface RowToolsProps {
  /** What the row is called: "Case 2". */
  name: string;
  index: number;
  count: number;
  onMove?(to: number): void;
  onRemove(): void;
}

/** Moves a row up or down, or takes it away. */
export function RowTools({ name, index, count, onMove, onRemove }: RowToolsProps): JSX.Element {
  return (
    <span class="insp-tools">
      {onMove && count > 1
        ? (
          <>
            <button
              type="button"
              class="icon-button insp-up"
              aria-label={`Move ${name} up`}
              disabled={index === 0}
              onClick={() => onMove(index - 1)}
            >
              <Icon name="chevron-down" size={14} />
            </button>
            <button
              type="button"
              class="icon-button"
              aria-label={`Move ${name} down`}
              disabled={index === count - 1}
              onClick={() => onMove(index + 1)}
            >
              <Icon name="chevron-down" size={14} />
            </button>
          </>
        )
        : null}
      <button type="button" class="icon-button" aria-label={`Remove ${name}`} onClick={onRemove}>
        <Icon name="x" size={14} />
      </button>
    </span>
  );
}

/** Alt and an arrow move the row that has the focus. */
export function moveByKeys(
  event: KeyboardEvent,
  { index, count, onMove }: { index: number; count: number; onMove(to: number): void },
): void {
  const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
  if (!event.altKey || step === 0) return;
  event.preventDefault();
  event.stopPropagation();
  const to = index + step;
  if (to >= 0 && to < count) onMove(to);
}

/** The list with one of its items elsewhere. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const copy = [...list];
  copy.splice(to, 0, ...copy.splice(from, 1));
  return copy;
}
