import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Something that can be put into a text. */
export interface Suggestion {
  /** What is typed for it. */
  text: string;
  label: string;
  /** Beside the label: a sample value, what a filter does. */
  detail?: string | undefined;
  group?: string | undefined;
}

/** What fits at the caret, and what of the text it would stand in place of. */
export interface Completion {
  from: number;
  to: number;
  items: readonly Suggestion[];
  /** Which of them is marked first; the first where nothing is said. */
  active?: number;
}

const MOST = 60;

/** Those that fit what is typed so far: beginnings first, then names that contain it. */
export function matching(items: readonly Suggestion[], typed: string): Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return items.slice(0, MOST);
  const begins: Suggestion[] = [];
  const contains: Suggestion[] = [];
  for (const item of items) {
    const label = item.label.toLowerCase();
    if (label.startsWith(wanted)) begins.push(item);
    else if (label.includes(wanted) || item.group?.toLowerCase().includes(wanted)) contains.push(item);
  }
  return [...begins, ...contains].slice(0, MOST);
}

interface ListProps {
  id: string;
  label: string;
  items: readonly Suggestion[];
  active: number;
  onPick(item: Suggestion): void;
}

/** A list of suggestions; the field that it belongs to keeps the focus and names the active one. */
export function SuggestionList({ id, label, items, active, onPick }: ListProps): JSX.Element {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => list.current?.children[active]?.scrollIntoView({ block: "nearest" }), [active]);
  return (
    <ul id={id} ref={list} role="listbox" aria-label={label} class="insp-suggestions nowheel">
      {items.map((item, i) => (
        <li
          key={item.text}
          id={`${id}-${i}`}
          role="option"
          aria-selected={i === active}
          data-first={item.group !== items[i - 1]?.group && item.group ? item.group : undefined}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onPick(item)}
        >
          <span class="insp-suggestion-label">{item.label}</span>
          {item.detail ? <span class="insp-suggestion-detail">{item.detail}</span> : null}
        </li>
      ))}
    </ul>
  );
}

interface Completing {
  open: boolean;
  /** For the field. */
  attributes: {
    "aria-autocomplete": "list";
    "aria-haspopup": "listbox";
    "aria-controls"?: string;
    "aria-activedescendant"?: string;
  };
  show(completion: Completion | null): void;
  close(): void;
  /** True when the key was for the list. */
  onKeyDown(event: KeyboardEvent): boolean;
  list: JSX.Element | null;
}

/** A list of suggestions below a field, moved through by arrows, taken by Enter or Tab, left by Escape. */
export function useCompletion(
  id: string,
  { label, onPick }: { label: string; onPick(item: Suggestion, at: Completion): void },
): Completing {
  const [completion, setCompletion] = useState<Completion | null>(null);
  const [active, setActive] = useState(0);
  const items = completion?.items ?? [];
  const open = completion !== null && items.length > 0;
  const at = Math.min(active, Math.max(0, items.length - 1));
  const pick = (item: Suggestion | undefined): void => {
    setCompletion(null);
    if (item && completion) onPick(item, completion);
  };
  return {
    open,
    attributes: {
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      ...(open ? { "aria-controls": id, "aria-activedescendant": `${id}-${at}` } : {}),
    },
    show: (next) => {
      setCompletion(next);
      setActive(next?.active ?? 0);
    },
    close: () => setCompletion(null),
    onKeyDown: (event) => {
      if (!open || event.isComposing) return false;
      const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
      if (step !== 0) setActive((at + step + items.length) % items.length);
      else if (event.key === "Enter" || event.key === "Tab") pick(items[at]);
      else if (event.key === "Escape") setCompletion(null);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
    list: open ? <SuggestionList id={id} label={label} items={items} active={at} onPick={pick} /> : null,
  };
}
