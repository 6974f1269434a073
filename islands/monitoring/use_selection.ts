import { useEffect, useRef, useState } from "preact/hooks";

/** Which rows of a list are selected, and how that changes. */
export interface Selection {
  has(id: string): boolean;
  /** Shift takes all from the row that was touched before up to this one along. */
  toggle(id: string, shift: boolean): void;
  /** All that are shown, or none where all were. */
  toggleAll(): void;
  clear(): void;
}

/** The rows as they stand from top to bottom after one of them was touched: pure. */
export function toggled(
  before: ReadonlySet<string>,
  ids: readonly string[],
  touch: { id: string; from: string | null },
): Set<string> {
  const next = new Set(before);
  const on = !before.has(touch.id);
  const [a, b] = [ids.indexOf(touch.from ?? touch.id), ids.indexOf(touch.id)];
  const along = a < 0 || b < 0 ? [touch.id] : ids.slice(Math.min(a, b), Math.max(a, b) + 1);
  for (const id of along) on ? next.add(id) : next.delete(id);
  return next;
}

/** Rows by id, so that a repainted or moved row stays selected; Escape lets all go. */
export function useSelection(ids: readonly string[]): Selection {
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set());
  const touched = useRef<string | null>(null);
  const any = chosen.size > 0;
  useEffect(() => {
    if (!any) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      choose(new Set());
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [any]);
  return {
    has: (id) => chosen.has(id),
    toggle: (id, shift) => {
      const from = shift ? touched.current : null;
      choose((before) => toggled(before, ids, { id, from }));
      touched.current = id;
    },
    toggleAll: () => choose(new Set(ids.every((id) => chosen.has(id)) ? [] : ids)),
    clear: () => choose(new Set()),
  };
}
