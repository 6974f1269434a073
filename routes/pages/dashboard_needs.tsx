import type { JSX } from "preact";
import type { Incident } from "../../engine/schemas/alert.ts";
import type { CauseCard, InboxCards, InboxItem } from "../../engine/schemas/inbox.ts";
import { Icon } from "./components/icon.tsx";
import { countWords } from "./components/metric_words.ts";

interface Need {
  icon: string;
  tone: "bad" | "warn" | "info";
  text: string;
  href?: string;
}

const INCIDENTS_SHOWN = 3;
const CAUSES_SHOWN = 3;

/** What waits for a person, in one line: failures by cause, all else by kind. Each part leads to the inbox. */
export function NeedsYou(
  { cards, incidents, now, zone }: {
    cards: InboxCards;
    /** Those that are open. */
    incidents: readonly Incident[];
    now: number;
    zone: string;
  },
): JSX.Element {
  const needs = [...incidentNeeds(incidents), ...needsOf(cards, now, zone)];
  return (
    <section class="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2" aria-labelledby="needs-you">
      <h2 id="needs-you">Needs you</h2>
      {needs.length === 0
        ? <p class="text-soft">Nothing needs you now.</p>
        : (
          <ul class="flex min-w-0 flex-wrap gap-2">
            {needs.map((one) => <NeedLink key={one.text} {...one} />)}
          </ul>
        )}
      {cards.nextCursor === null ? null : <a class="link text-sm" href="/inbox">and more</a>}
    </section>
  );
}

/** What is wrong as a whole, newest first: each leads to the incident, and from there to where it is mended. */
function incidentNeeds(incidents: readonly Incident[]): Need[] {
  const others = incidents.length - INCIDENTS_SHOWN;
  const shown = incidents.slice(0, INCIDENTS_SHOWN).map(({ title }) => title);
  const texts = others > 0 ? [...shown, `${others} more ${others === 1 ? "alert" : "alerts"}`] : shown;
  return texts.map((text): Need => ({ icon: "bell", tone: "bad", text, href: "/settings/alerts" }));
}

function NeedLink({ icon, tone, text, href = "/inbox" }: Need): JSX.Element {
  return (
    <li class="min-w-0">
      <a class="button max-w-full whitespace-normal" href={href} data-tone={tone}>
        <Icon name={icon} size={15} class="text-status" />
        <span class="min-w-0 break-words">{text}</span>
      </a>
    </li>
  );
}

/** What went wrong first, by cause, then what people are asked. */
export function needsOf({ causes, items }: InboxCards, now: number, zone: string): Need[] {
  const of = (is: (item: InboxItem) => boolean): InboxItem[] => items.filter(is);
  const others = causes.length - CAUSES_SHOWN;
  const uncertain = of(({ kind }) => kind === "uncertain");
  const approvals = of(({ approval }) => approval !== undefined);
  const calls = of(({ call }) => call !== undefined);
  const tasks = of(({ kind, approval, call }) => kind === "task" && !approval && !call);
  const needs: (Need | null)[] = [
    ...causes.slice(0, CAUSES_SHOWN).map(causeNeed),
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
