import type { ComponentChildren, JSX } from "preact";
import { Icon } from "../../routes/pages/components/icon.tsx";

/** A list in the form: its values, and what a problem says of a path. */
export interface RowsProps<T> {
  values: readonly T[];
  onValues(values: readonly T[]): void;
  issueOf(path: string, which?: "itself"): string | undefined;
}

interface ListProps<T> extends RowsProps<T> {
  /** What one of them is called. */
  name: string;
  children: (value: T, at: number) => ComponentChildren;
}

/** Each value in a box of its own, with what takes it away. */
export function Rows<T>({ values, onValues, name, children }: ListProps<T>): JSX.Element {
  return (
    <>
      {values.map((value, at) => (
        <div
          key={at}
          class="card grid grid-cols-[minmax(0,1fr)_auto] gap-2 p-3"
          role="group"
          aria-label={`${name} ${at + 1}`}
        >
          <div class="min-w-0">{children(value, at)}</div>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove ${name} ${at + 1}`}
            onClick={() => onValues(values.filter((_, index) => index !== at))}
          >
            <Icon name="x" size={16} />
          </button>
        </div>
      ))}
    </>
  );
}

/** The button that adds one more. */
export function AddRow({ label, onAdd }: { label: string; onAdd(): void }): JSX.Element {
  return (
    <button type="button" class="button justify-self-start" onClick={onAdd}>
      <Icon name="plus" size={14} /> {label}
    </button>
  );
}
