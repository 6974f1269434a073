import { Hono } from "hono";
import { isZone } from "../../engine/core/zone.ts";
import { invalid } from "../../engine/errors.ts";
import type { Page } from "../../engine/schemas/problem.ts";
import type { Schedule } from "../../engine/schemas/schedule.ts";
import { ScheduleManager } from "../../islands/scheduling/ScheduleManager.tsx";
import { LIST_LIMIT } from "../../islands/scheduling/use_scheduling.ts";
import type { Week } from "../../islands/scheduling/week.ts";
import { scheduleFor } from "../api/payload.ts";
import { Island } from "./components/island.tsx";
import { type PageContext, type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { weekOf, zoneOfMost } from "./scheduling_week.ts";

/** So many schedules a calendar looks at. */
const MOST_IN_WEEK = 200;

/** `/scheduling`, and `/scheduling/week` for the calendar in another zone. */
export function schedulingPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const { scheduling } = deps.engine;
  pages.get("/scheduling", async (c) => {
    requireAction(c, deps, "schedule.see");
    const now = Date.now();
    const all = await scheduling.list({ limit: MOST_IN_WEEK });
    const { role } = userOf(c);
    return await renderPage(
      c,
      deps,
      { title: "Schedules", nav: "scheduling" },
      <Island
        name="scheduling/ScheduleManager"
        component={ScheduleManager}
        props={{
          first: firstOf(all, c),
          week: await weekFrom(all, zoneOfMost(all.items), now),
          may: { edit: deps.can(role, "schedule.edit"), run: deps.can(role, "schedule.run") },
          now,
        }}
      />,
    );
  });
  pages.get("/scheduling/week", async (c) => {
    requireAction(c, deps, "schedule.see");
    const zone = c.req.query("zone") ?? "UTC";
    if (!isZone(zone)) {
      const message = `There is no time zone "${zone.slice(0, 64)}"`;
      throw invalid(message, [{ path: "zone", message, accepted: "a name such as Europe/Zurich" }]);
    }
    c.header("cache-control", "no-store");
    return c.json(await weekFrom(await scheduling.list({ limit: MOST_IN_WEEK }), zone, Date.now()));
  });
  return pages;
}

function weekFrom({ items, nextCursor }: Page<Schedule>, zone: string, now: number): Promise<Week> {
  return weekOf(items, { zone, now, cutAt: nextCursor === null ? null : items.length });
}

/** The first page of the list; inputs are bodies, which not everybody may see. */
function firstOf(
  { items, nextCursor }: Page<Schedule>,
  c: PageContext,
): { items: Schedule[]; nextCursor: string | null } {
  const shown = items.slice(0, LIST_LIMIT);
  const last = shown.at(-1);
  return {
    items: shown.map((schedule) => scheduleFor(userOf(c), schedule)),
    nextCursor: items.length > LIST_LIMIT && last ? last.id : nextCursor,
  };
}
