/** Times and durations in words: pure, for the server and the browser alike. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "412 ms", "3.2 s", "4 min 10 s", "2 d 3 h": the two largest units that say something. */
export function durationWords(ms: number): string {
  const value = Math.max(0, Math.round(ms));
  if (value < SECOND) return `${value} ms`;
  if (value < 10 * SECOND) return `${(Math.floor(value / 100) / 10).toFixed(1).replace(/\.0$/, "")} s`;
  if (value < MINUTE) return `${Math.floor(value / SECOND)} s`;
  if (value < HOUR) return pair(value, MINUTE, "min", SECOND, "s");
  if (value < DAY) return pair(value, HOUR, "h", MINUTE, "min");
  return pair(value, DAY, "d", HOUR, "h");
}

function pair(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small);
  const head = `${Math.floor(ms / large)} ${largeName}`;
  return rest ? `${head} ${rest} ${smallName}` : head;
}

/** "just now", "5 min ago", "in 14 h", and a date beyond 30 days. */
export function relativeTime(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  const distance = Math.abs(at - now);
  if (distance > 30 * DAY) return iso.slice(0, 10);
  const words = coarse(distance);
  if (words === null) return at > now ? "in a moment" : "just now";
  return at > now ? `in ${words}` : `${words} ago`;
}

function coarse(distance: number): string | null {
  if (distance < 2 * SECOND) return null;
  if (distance < MINUTE) return `${Math.floor(distance / SECOND)} s`;
  if (distance < HOUR) return `${Math.floor(distance / MINUTE)} min`;
  if (distance < DAY) return `${Math.floor(distance / HOUR)} h`;
  return `${Math.floor(distance / DAY)} d`;
}

/** "Sun 22 Nov 2026, 19:14:07 UTC"; the browser passes its own zone. */
export function exactTime(iso: string, timeZone = "UTC"): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  return new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone,
    timeZoneName: "short",
  }).format(at);
}
