import { WEEKDAYS } from "../../engine/schemas/weekday.ts";
import type { Window } from "../../engine/schemas/window.ts";
import { partsOf } from "./typed.ts";

/** The send window as the form holds it. */
export interface WindowValues {
  on: boolean;
  days: readonly Window["days"][number][];
  from: string;
  to: string;
  /** Whose clock: the workflow's, the lead's, or that of `zone`. */
  clock: "workflow" | "lead" | "zone";
  zone: string;
  /** With commas or on lines of their own. */
  holidays: string;
}

const OFFICE: WindowValues = {
  on: false,
  days: WEEKDAYS.slice(0, 5),
  from: "09:00",
  to: "17:00",
  clock: "lead",
  zone: "",
  holidays: "",
};

/** Without a window: what is offered once it is switched on. */
export function windowValuesOf(window: Window | undefined): WindowValues {
  if (!window) return OFFICE;
  const { days, from, to, zone = "", holidays = [] } = window;
  return {
    on: true,
    days: [...days],
    from,
    to,
    clock: zone === "" ? "workflow" : zone === "lead" ? "lead" : "zone",
    zone: zone === "lead" ? "" : zone,
    holidays: holidays.join(", "),
  };
}

export function windowOf(values: WindowValues): { [name: string]: unknown } | undefined {
  if (!values.on) return undefined;
  const { days, from, to, clock } = values;
  const holidays = partsOf(values.holidays);
  return {
    days: WEEKDAYS.filter((day) => days.includes(day)),
    from: from.trim(),
    to: to.trim(),
    ...(holidays.length > 0 ? { holidays } : {}),
    ...(clock === "workflow" ? {} : { zone: clock === "lead" ? "lead" : values.zone.trim() }),
  };
}
