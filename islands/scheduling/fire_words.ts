import type { Fire, Schedule } from "../../engine/schemas/schedule.ts";
import type { Tone } from "../../routes/pages/components/badge.tsx";

interface Look {
  word: string;
  icon: string;
  tone: Tone;
}

/** What became of an occurrence: word, icon and tone, the same in the list and in the history. */
export const FIRE_LOOK: { readonly [outcome in Fire["outcome"]]: Look } = {
  fired: { word: "Fired", icon: "play", tone: "good" },
  made_up: { word: "Made up", icon: "redo", tone: "good" },
  backfilled: { word: "Back-filled", icon: "rotate", tone: "good" },
  by_hand: { word: "By hand", icon: "user", tone: "good" },
  skipped: { word: "Skipped", icon: "skip", tone: "plain" },
  missed: { word: "Missed", icon: "alert", tone: "warn" },
  held: { word: "Held", icon: "pause", tone: "plain" },
  refused: { word: "Not enrolled", icon: "user-check", tone: "warn" },
  failed: { word: "Not started", icon: "x", tone: "bad" },
};

export const STATE_LOOK: { readonly [state in Schedule["state"]]: Look & { title: string } } = {
  active: { word: "On", icon: "check", tone: "good", title: "It fires" },
  paused: { word: "Paused", icon: "pause", tone: "plain", title: "It does not fire until it is resumed" },
  ended: { word: "Ended", icon: "stop", tone: "plain", title: "No occurrence is left" },
  unpublished: {
    word: "Not live",
    icon: "circle-dashed",
    tone: "warn",
    title: "Only drawn: it begins when its workflow is published",
  },
};

/** "3 times until Mon 23 Nov 2026, 09:00" of several in a row; null of one. */
export function severalWords(fire: Pick<Fire, "count">): string | null {
  return fire.count > 1 ? `${fire.count} times` : null;
}

/** What a schedule is called: its own name, else its workflow's. */
export function nameOf({ label, workflowName }: Pick<Schedule, "label" | "workflowName">): string {
  return label || workflowName;
}
