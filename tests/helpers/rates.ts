/** The most that began in any period: every period that is as full as can be ends with a start. */
export function mostIn(starts: readonly number[], periodMs: number): number {
  const sorted = [...starts].sort((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [last, at] of sorted.entries()) {
    while (sorted[first]! <= at - periodMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}
