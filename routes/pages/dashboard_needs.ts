import { Hono } from "hono";
import type { Incident } from "../../engine/schemas/alert.ts";
import type { CauseCard, InboxCards, InboxItem } from "../../engine/schemas/inbox.ts";
import type { Need, Needs } from "../../islands/monitoring/NeedsYou.tsx";
import { countWords } from "./components/metric_words.ts";
import { type PageDeps, type PageEnv, requireAction } from "./deps.ts";
import { zoneOf } from "./zone.ts";

const INCIDENTS_SHOWN = 3;
const CAUSES_SHOWN = 3;
/** What waits is summed up by kind; whoever has more than this goes to the inbox. */
const LOOKED_AT = 50;

/** `/inbox/needs`: what the dashboard's first line says, for the page that stays open. */
export function needsPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/inbox/needs", async (c) => {
    requireAction(c, deps, "inbox.see");
    c.header("cache-control", "no-store");
    return c.json(await readNeeds(deps, zoneOf(c)));
  });
  return pages;
}

/** What waits for a person: what is wrong as a whole, failures by cause, all else by kind. */
export async function readNeeds({ engine }: Pick<PageDeps, "engine">, zone: string): Promise<Needs> {
  const [cards, incidents] = await Promise.all([
    engine.inbox.cards({ limit: LOOKED_AT }),
    engine.alerts.open(),
  ]);
  const needs = needsOf(cards, Date.now(), zone);
  const causes = new Set(needs.map(({ href }) => href));
  const uncertain = cards.items.some(({ kind }) => kind === "uncertain");
  // An incident that leads to what is named anyway is no second thing to do.
  const others = incidents.filter(({ kind, link }) =>
    !causes.has(link) && !(uncertain && kind === "uncertain")
  );
  return { items: [...incidentNeeds(others), ...needs], more: cards.nextCursor !== null };
}

/** What is wrong as a whole, newest first: each leads to the incident, and from there to where it is mended. */
function incidentNeeds(incidents: readonly Incident[]): Need[] {
  const others = incidents.length - INCIDENTS_SHOWN;
  const shown = incidents.slice(0, INCIDENTS_SHOWN).map(({ title }) => title);
  const texts = others > 0 ? [...shown, `${others} more ${others === 1 ? "alert" : "alerts"}`] : shown;
  return texts.map((text): Need => ({ icon: "bell", tone: "bad", text, href: "/settings/alerts" }));
}

/** What went wrong first, by cause, then what people are asked. */
export function needsOf({ causes, items }: InboxCards, now: number, zone: string): Need[] {
  const of = (is: (item: InboxItem) => boolean): InboxItem[] => items.filter(is);
  const others = causes.length - CAUSES_SHOWN;
  const most = [...causes].sort((a, b) => b.count - a.count).slice(0, CAUSES_SHOWN);
  const uncertain = of(({ kind }) => kind === "uncertain");
  const approvals = of(({ approval }) => approval !== undefined);
  const calls = of(({ call }) => call !== undefined);
  const tasks = of(({ kind, approval, call }) => kind === "task" && !approval && !call);
  const needs: (Need | null)[] = [
    ...most.map(causeNeed),
    others > 0
      ? { icon: "alert", tone: "bad", text: `${others} more ${others === 1 ? "cause" : "causes"}` }
      : null,
    need(uncertain, "mail", "warn", ["uncertain send", "uncertain sends"]),
    need(approvals, "user-check", "info", ["approval", "approvals"]),
    need(calls, "phone", "info", ["call", "calls"], due(calls, now, zone)),
    need(tasks, "list-checks", "info", ["task", "tasks"], due(tasks, now, zone)),
  ];
  return needs.filter((one) => one !== null);
}

/** "50 failed — 401 from api.example.com". */
function causeNeed({ id, count, more, title }: CauseCard): Need {
  const many = `${countWords(count)}${more ? " and more" : ""}`;
  const href = `/inbox?card=${encodeURIComponent(id)}`;
  return { icon: "alert", tone: "bad", text: `${many} failed — ${title}`, href };
}

function need(
  items: readonly InboxItem[],
  icon: string,
  tone: Need["tone"],
  [one, many]: readonly [string, string],
  more = "",
): Need | null {
  if (items.length === 0) return null;
  return { icon, tone, text: `${items.length} ${items.length === 1 ? one : many}${more}` };
}

/** ", 3 due today": those that are late are due today too. */
function due(items: readonly InboxItem[], now: number, zone: string): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  const today = day.format(now);
  const count = items.filter(({ dueAt }) => dueAt !== null && day.format(Date.parse(dueAt)) <= today).length;
  return count === 0 ? "" : `, ${count} due today`;
}
