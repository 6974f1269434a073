import { useRef, useState } from "preact/hooks";

type Field = HTMLInputElement | HTMLTextAreaElement;

interface Typing {
  value: string;
  onFocus(): void;
  onInput(event: { currentTarget: Field }): void;
  onBlur(): void;
}

/**
 * A text that is written here while the field has the focus and shown from outside otherwise: what comes back late or
 * otherwise spelt (1.0 as 1) never overwrites what is being typed, and undo stays the browser's own.
 */
export function useTyping(value: string, emit: (text: string) => void): Typing {
  const [typed, setTyped] = useState<string | null>(null);
  return {
    value: typed ?? value,
    onFocus: () => setTyped((text) => text ?? value),
    onInput: ({ currentTarget }) => {
      setTyped(currentTarget.value);
      emit(currentTarget.value);
    },
    onBlur: () => setTyped(null),
  };
}

/** Types a text into a field in place of what lies between the offsets, so that the browser's undo knows of it. */
export function typeInto(field: Field, text: string, from: number, to: number): void {
  field.focus();
  field.setSelectionRange(from, to);
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Stable keys for rows, so that a row keeps its focus and what is open in it when rows come, go and move. */
export function useRowKeys(count: number): {
  keys: readonly number[];
  remove(index: number): void;
  move(from: number, to: number): void;
} {
  const next = useRef(0);
  const keys = useRef<number[]>([]);
  while (keys.current.length < count) keys.current.push(next.current++);
  keys.current.length = count;
  return {
    keys: keys.current,
    remove: (index) => void keys.current.splice(index, 1),
    move: (from, to) => void keys.current.splice(to, 0, ...keys.current.splice(from, 1)),
  };
}
