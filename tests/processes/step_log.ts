/** What ran where and when, in one file that many processes append to. */
export interface LogLine {
  what: "start" | "end" | "abort" | "kill" | "stop";
  /** Epoch ms. */
  at: number;
  pid: number;
  /** Of a step: the same for all its attempts. */
  key?: string;
  attempt?: number;
}

/** One short write at the file's end is whole, whoever writes beside. */
export function writeLine(file: string, line: LogLine): void {
  Deno.writeTextFileSync(file, `${JSON.stringify(line)}\n`, { append: true });
}

export function readLines(file: string): LogLine[] {
  return Deno.readTextFileSync(file).split("\n").filter(Boolean).map((text): LogLine => JSON.parse(text));
}

/** Attempts that began while another of the same step was under way in a process that lived, and attempts run twice. */
export function doubles(lines: readonly LogLine[]): string[] {
  const found: string[] = [];
  const under = new Map<string, { pid: number; attempt: number }>();
  const seen = new Set<string>();
  const ending = new Set<number>();
  for (const { what, pid, key = "", attempt = 0 } of lines) {
    if (what === "kill" || what === "stop") ending.add(pid);
    else if (what === "start") {
      if (seen.has(`${key} ${attempt}`)) found.push(`attempt ${attempt} of ${key} ran twice`);
      seen.add(`${key} ${attempt}`);
      const other = under.get(key);
      if (other && !ending.has(other.pid)) {
        found.push(`${key}: attempt ${attempt} in ${pid} beside attempt ${other.attempt} in ${other.pid}`);
      }
      under.set(key, { pid, attempt });
    } else if (under.get(key)?.attempt === attempt) under.delete(key);
  }
  return found;
}

/** The most steps that each process had under way at once. */
export function mostAtOnce(lines: readonly LogLine[]): Map<number, number> {
  const now = new Map<number, number>();
  const most = new Map<number, number>();
  for (const { what, pid } of lines) {
    if (what === "kill" || what === "stop") continue;
    const count = (now.get(pid) ?? 0) + (what === "start" ? 1 : -1);
    now.set(pid, count);
    most.set(pid, Math.max(most.get(pid) ?? 0, count));
  }
  return most;
}

/** For each step under way when its process was killed: ms until it began again; Infinity when it never did. */
export function resumedAfter(lines: readonly LogLine[]): number[] {
  const under = new Map<string, number>();
  const lost = new Map<string, number>();
  const gaps: number[] = [];
  for (const { what, at, pid, key = "" } of lines) {
    if (what === "start") {
      under.set(key, pid);
      const since = lost.get(key);
      if (since !== undefined) gaps.push(at - since);
      lost.delete(key);
    } else if (what === "kill") {
      for (const [each, owner] of under) if (owner === pid) lost.set(each, at);
    } else under.delete(key);
  }
  return [...gaps, ...[...lost].map(() => Infinity)];
}
