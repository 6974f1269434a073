import { getCookie } from "hono/cookie";
import { isZone } from "../../engine/core/zone.ts";
import type { PageContext } from "./deps.ts";

/** By whose clock a page is drawn: the zone in the address, the viewer's as their browser told it, else UTC. */
export function zoneOf(c: PageContext): string {
  const asked = new URL(c.req.url).searchParams.get("timezone") ?? "";
  if (isZone(asked)) return asked;
  const told = getCookie(c, "leadflow_zone") ?? "";
  return isZone(told) ? told : "UTC";
}

/** The zone where it is known; null where times have to say that they are UTC. */
export function knownZoneOf(c: PageContext): string | null {
  const zone = zoneOf(c);
  return zone === "UTC" ? null : zone;
}
