import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 5_000;

interface Said {
  text: string;
  /** The same words said twice are said twice. */
  turn: number;
}

/** One line at the lower edge that says what just happened, and goes away. */
export function useSnack(): { said: Said | null; say(text: string): void } {
  const [said, setSaid] = useState<Said | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return { said, say: (text) => setSaid((before) => ({ text, turn: (before?.turn ?? 0) + 1 })) };
}

export function Snack({ said }: { said: Said | null }): JSX.Element {
  return (
    <div class="editor-snack" role="status">
      {said ? <p key={said.turn}>{said.text}</p> : null}
    </div>
  );
}
