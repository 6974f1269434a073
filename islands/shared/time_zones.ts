import { isZone, localDate, offsetAt } from "../../engine/core/zone.ts";

/** A zone to choose. */
export interface ZoneChoice {
  text: string;
  label: string;
  /** "UTC+1": its offset at that moment. */
  detail: string;
}

const FIRST = ["Europe/Zurich", "Europe/Berlin", "America/New_York", "Asia/Tokyo"];
const MOST = 40;

/** "UTC+1", "UTC−3:30". */
export function offsetWords(zone: string, at: number): string {
  const minutes = Math.round(offsetAt(zone, at) / 60_000);
  if (minutes === 0) return "UTC";
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? "−" : "+"}${hours}${rest === 0 ? "" : `:${String(rest).padStart(2, "0")}`}`;
}

/**
 * Zones whose name contains what is typed, with their offset now: cities that begin with it come before others. While
 * nothing is typed: the four that are asked for most, the viewer's own, and the rest.
 */
export function zonesMatching(typed: string, at: number, own: string | null = null): ZoneChoice[] {
  const wanted = typed.trim().toLowerCase().replaceAll(" ", "_");
  const all = [
    ...new Set([...FIRST, ...own === null ? [] : [own], "UTC", ...Intl.supportedValuesOf("timeZone")]),
  ];
  const cityBegins = (zone: string): boolean =>
    zone.toLowerCase().slice(zone.lastIndexOf("/") + 1).startsWith(wanted);
  const fitting = all.filter((zone) => zone.toLowerCase().includes(wanted));
  const ordered = wanted === ""
    ? fitting
    : [...fitting.filter(cityBegins), ...fitting.filter((zone) => !cityBegins(zone))];
  // An offset needs a formatter of its own for each zone: only for those that are seen.
  return ordered.slice(0, MOST).filter(isZone).map((zone) => ({
    text: zone,
    label: zone,
    detail: offsetWords(zone, at),
  }));
}

/** "17:32" as clocks there show it. */
export function timeThere(zone: string, at: number): string {
  return localDate(at, zone).toISOString().slice(11, 16);
}
