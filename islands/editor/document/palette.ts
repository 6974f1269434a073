import type { NodeDescriptor } from "../../../engine/nodes/define.ts";

type Searched = Pick<NodeDescriptor, "type" | "title" | "description" | "category" | "keywords">;

/**
 * The node types that a search finds, best first; every word of it must be found. A title counts most, then the
 * type, the words that people use for it, the category, the description; one slip of the finger in a word of four letters or more is forgiven. An empty
 * search finds all, as they come.
 */
export function searchTypes<T extends Searched>(descriptors: readonly T[], text: string): T[] {
  const wanted = wordsOf(text);
  if (wanted.length === 0) return [...descriptors];
  return descriptors
    .map((descriptor) => ({ descriptor, score: scoreOf(descriptor, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.descriptor.title.localeCompare(b.descriptor.title))
    .map(({ descriptor }) => descriptor);
}

function wordsOf(text: string): string[] {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "").slice(0, 10);
}

function scoreOf(
  { type, title, description, category, keywords }: Searched,
  wanted: readonly string[],
): number {
  const places: readonly (readonly [words: string[], weight: number])[] = [
    [wordsOf(title), 100],
    [wordsOf(type), 60],
    [keywords.flatMap(wordsOf), 50],
    [wordsOf(category), 40],
    [description.length > 0 ? allWords(description) : [], 15],
  ];
  let total = 0;
  for (const word of wanted) {
    const best = Math.max(
      ...places.map(([words, weight]) =>
        Math.max(0, ...words.map((each, index) => likeness(word, each) * weight * (index === 0 ? 1.1 : 1)))
      ),
    );
    if (best === 0) return 0;
    total += best;
  }
  const whole = wordsOf(title).join(" ");
  return whole.startsWith(wanted.join(" ")) ? total + 50 : total;
}

function allWords(text: string): string[] {
  return text.normalize("NFKD").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** 1: the same; less for the beginning of a word, its inside and a slip; 0: something else. */
function likeness(wanted: string, word: string): number {
  if (word === wanted) return 1;
  if (word.startsWith(wanted)) return 0.8;
  if (wanted.length >= 3 && word.includes(wanted)) return 0.5;
  if (wanted.length < 4) return 0;
  // While a word is being typed, the slip may be in the part that is there.
  const slips = Math.min(distance(wanted, word), distance(wanted, word.slice(0, wanted.length)));
  return slips <= (wanted.length >= 8 ? 2 : 1) ? 0.4 : 0;
}

/** Letters to change, add, leave out or swap with their neighbour. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let [older, previous]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const options = [
        (previous[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (previous[j - 1] ?? 0) + (same ? 0 : 1),
      ];
      row.push(Math.min(...options, swapped ? (older[j - 2] ?? 0) + 1 : Infinity));
    }
    [older, previous] = [previous, row];
  }
  return previous[b.length] ?? 3;
}
