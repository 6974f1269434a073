import { isOpen, nextOpen } from "../core/window.ts";
import { isZone } from "../core/zone.ts";
import { invalid, issuesOf } from "../errors.ts";
import { AlertSettings } from "../schemas/alert.ts";
import type { QuietHours } from "../schemas/alert.ts";
import { HOUR_MS, MINUTE_MS } from "../schemas/duration_units.ts";
import { WEEKDAYS } from "../schemas/weekday.ts";
import { keys } from "../store/keys.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { AlertDeps } from "./deps.ts";

const KEY = keys.meta("alert_settings");
const QUARTER_MS = 900_000;
const LONGEST_QUIET_MS = 8 * 86_400_000;

/** How alerts are told; while nobody has said anything: by e-mail to owners and admins, at once. */
export async function readSettings(store: Store): Promise<AlertSettings> {
  const { v: _v, ...stored } = (await store.get<{ v: 1 }>(KEY))?.value ?? { v: 1 };
  const parsed = AlertSettings.safeParse(stored);
  return parsed.success ? parsed.data : AlertSettings.parse({});
}

/** 422 naming the field. */
export async function saveSettings({ store, clock }: AlertDeps, input: unknown): Promise<AlertSettings> {
  const parsed = AlertSettings.safeParse(input);
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    throw invalid(issues[0]?.message ?? "No settings", issues);
  }
  const settings = parsed.data;
  const refuse = (path: string, message: string, accepted: string): never => {
    throw invalid(message, [{ path, message, accepted }]);
  };
  if (!isZone(settings.timezone)) {
    refuse("timezone", `There is no time zone "${settings.timezone}"`, "a name such as Europe/Zurich");
  }
  const ids = settings.channels.map(({ id }) => id);
  const twice = ids.findIndex((id, i) => ids.indexOf(id) !== i);
  if (twice >= 0) refuse(`channels.${twice}.id`, `Two channels have the id "${ids[twice]}"`, "one id each");
  const { quiet } = settings;
  if (quiet && quiet.from === quiet.to) {
    refuse("quiet.to", `The quiet hours begin and end at ${quiet.from}`, "another time than `from`");
  }
  if (quiet && quietUntil(quiet, clock.now(), settings.timezone) === null) {
    refuse(
      "quiet",
      "With these hours it is always quiet: nobody would ever be told",
      "some time that is not",
    );
  }
  await store.commit({ name: "alert", sets: [{ key: KEY, value: encode({ v: 1, ...settings }) }] });
  return settings;
}

/** The first moment from `at` on that is not quiet; null: there is none in eight days. */
export function quietUntil(hours: QuietHours, at: number, zone: string): number | null {
  if (!isOpen(hours, at, zone)) return at;
  // Clocks of all zones agree on quarters of an hour; the end itself may lie between two.
  let quarter = Math.floor(at / QUARTER_MS) * QUARTER_MS;
  while (isOpen(hours, Math.max(at, quarter), zone)) {
    quarter += QUARTER_MS;
    if (quarter - at > LONGEST_QUIET_MS) return null;
  }
  let end = quarter;
  while (end - MINUTE_MS > at && !isOpen(hours, end - MINUTE_MS, zone)) end -= MINUTE_MS;
  return end;
}

/** When something that is known now is told. */
export function tellAt(settings: AlertSettings, now: number, urgent: boolean): number {
  if (urgent) return now;
  const gathered = digestAt(settings, now);
  return settings.quiet ? quietUntil(settings.quiet, gathered, settings.timezone) ?? gathered : gathered;
}

function digestAt({ digest, digestAt, timezone }: AlertSettings, now: number): number {
  if (digest === "off") return now;
  if (digest === "hourly") return Math.ceil(now / HOUR_MS) * HOUR_MS;
  const minutes = (Number(digestAt.slice(0, 2)) * 60 + Number(digestAt.slice(3)) + 1) % 1_440;
  const two = (value: number): string => String(value).padStart(2, "0");
  const to = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return nextOpen({ days: [...WEEKDAYS], from: digestAt, to }, now, timezone) ?? now;
}
