/** What publishing would begin and change, in words: pure. */
import type { PublishPreview } from "../../../engine/schemas/preview.ts";
import { numberWords } from "../../monitoring/bulk_words.ts";
import type { DocumentDiff } from "../document/diff.ts";
import type { SaveState } from "../draft_world.ts";

/** "At least 1,204 leads match now: score is at least 70". */
export function matchingWords({ count, more, words }: NonNullable<PublishPreview["matchingLeads"]>): string {
  const number = numberWords(count);
  if (more && count === 0) return `No lead matches among the newest; there are more: ${words}`;
  if (more) return `At least ${number} ${count === 1 ? "lead matches" : "leads match"} now: ${words}`;
  if (count === 0) return `No lead matches now: ${words}`;
  return `${number} ${count === 1 ? "lead matches" : "leads match"} now: ${words}`;
}

/** What becomes of executions under way; `live` is the version that is live before. */
export function runningWords({ total, more }: PublishPreview["running"], live: number | null): string | null {
  if (total === 0) return null;
  const [one, least] = [total === 1 && !more, more ? "At least " : ""];
  const head = `${least}${numberWords(total)} ${one ? "execution is" : "executions are"} under way`;
  if (live === 1) return `${head} in version 1, and ${one ? "goes" : "go"} on in it.`;
  return `${head}, and ${one ? "goes" : "go"} on in the version that ${one ? "it" : "they"} began with.`;
}

/** "2 nodes added, 1 changed, 3 moved; settings changed": empty when the documents say the same. */
export function countWords({ nodes, edges, notes, settings, name }: DocumentDiff): string {
  const counted = (list: readonly { kind: string }[], what: string): string[] => {
    let noun = what;
    return ["added", "changed", "removed", "moved"].flatMap((kind) => {
      const count = list.filter((each) => each.kind === kind).length;
      if (count === 0) return [];
      const words = `${count}${noun && ` ${count === 1 ? noun : `${noun}s`}`} ${kind}`;
      noun = "";
      return [words];
    });
  };
  const parts = [
    counted(nodes, "node").join(", "),
    counted(edges, "edge").join(", "),
    counted(notes, "note").join(", "),
    settings.length ? "settings changed" : "",
    name ? "renamed" : "",
  ];
  return parts.filter(Boolean).join("; ");
}

/** Why the draft could not be saved, and with it nothing else. */
export function unsavedWords(state: SaveState): string {
  if (state.kind === "refused") return `The draft is not saved: ${state.detail}`;
  if (state.kind === "conflict") return "Somebody else changed the same: choose first what holds.";
  return "The draft is not saved: there is no connection. It goes on by itself once there is one.";
}
