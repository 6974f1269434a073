import { Duration, durationMs } from "./duration.ts";

/** What node types that send one request have in common. */
const MAX_TIMEOUT_MS = 120_000;

/** How long an answer is waited for. */
export const RequestTimeout = Duration.refine(
  (duration) => durationMs(duration) >= 1 && durationMs(duration) <= MAX_TIMEOUT_MS,
  "up to 2 minutes",
).default({ value: 30, unit: "seconds" }).meta({
  title: "Give up after",
  description: "30 seconds unless set; 2 minutes at most.",
  format: "duration",
});

/** The host that an attempt calls, for rates; none where the address is no address. */
export function hostsOf(url: string): string[] {
  const host = URL.parse(url)?.hostname;
  return host ? [host] : [];
}

/** What is wrong with the address in a config, which may be a template: `who` needs one. */
export function addressProblems(
  url: string,
  who: string,
): { path: string; message: string; accepted: string }[] {
  if (url.trim() === "") return [{ path: "url", message: `${who} needs an address`, accepted: "https://…" }];
  return /^\s*(https?:|\{\{)/i.test(url)
    ? []
    : [{ path: "url", message: "Only http and https go out", accepted: "https://…" }];
}
