import type { ComponentChildren, JSX } from "preact";
import type { User } from "../../../engine/contract.ts";
import { Icon } from "./icon.tsx";

/** Pages of the navigation. */
export type NavKey =
  | "home"
  | "workflow"
  | "executions"
  | "inbox"
  | "leads"
  | "scheduling"
  | "outbox"
  | "data"
  | "settings";

interface NavItem {
  key: NavKey;
  href: string;
  icon: string;
  label: string;
}

/** The first four stay in sight on a phone. */
const NAV: readonly NavItem[] = [
  { key: "home", href: "/", icon: "gauge", label: "Dashboard" },
  { key: "workflow", href: "/workflow", icon: "workflow", label: "Workflows" },
  { key: "executions", href: "/executions", icon: "play", label: "Executions" },
  { key: "inbox", href: "/inbox", icon: "inbox", label: "Inbox" },
  { key: "leads", href: "/leads", icon: "users", label: "Leads" },
  {
    key: "scheduling",
    href: "/scheduling",
    icon: "calendar-clock",
    label: "Schedules",
  },
  { key: "outbox", href: "/outbox", icon: "mail", label: "Outbox" },
  { key: "data", href: "/collections", icon: "database", label: "Data" },
  { key: "settings", href: "/settings/secrets", icon: "key", label: "Secrets" },
];
const IN_SIGHT = 4;

export interface Crumb {
  label: string;
  href: string;
}

export interface FrameProps {
  user: User;
  /** May the person's role see this page? What would be refused is not offered. */
  offers(page: NavKey): boolean;
  nav: NavKey | null;
  inboxCount: number;
  /** Incidents that are open, and alerts that could not be delivered. */
  alertCount: number;
  crumbs: readonly Crumb[];
  /** The page's h1; null: the page draws its own. */
  heading: ComponentChildren | null;
  actions: ComponentChildren;
  wide: boolean;
  full: boolean;
  children: ComponentChildren;
}

/** Navigation, top bar and page head around a signed-in page. */
export function Frame(props: FrameProps): JSX.Element {
  return (
    <div class="frame">
      <a class="skip-link" href="#main">Skip to content</a>
      <Nav current={props.nav} inboxCount={props.inboxCount} offers={props.offers} />
      <div class="min-w-0">
        {props.full ? null : <TopBar user={props.user} crumbs={props.crumbs} alerts={props.alertCount} />}
        <main
          id="main"
          class={props.full ? "page-full" : "page"}
          data-wide={props.wide ? "" : undefined}
          tabIndex={-1}
        >
          {props.heading === null ? null : (
            <div class="page-head">
              <h1 class="min-w-0 flex-1 basis-40">{props.heading}</h1>
              {props.actions ? <div class="flex flex-wrap gap-2">{props.actions}</div> : null}
            </div>
          )}
          {props.children}
        </main>
      </div>
      <div id="announce" class="sr-only" role="status" />
    </div>
  );
}

/** A single column without navigation: set-up, sign-in, errors for nobody in particular. */
export function Plain(
  { heading, children }: { heading: ComponentChildren; children: ComponentChildren },
): JSX.Element {
  return (
    <main id="main" class="mx-auto grid min-h-dvh w-full max-w-md content-center gap-5 px-4 py-10">
      <p class="brand p-0">
        <Icon name="workflow" size={20} /> LeadFlow
      </p>
      <h1>{heading}</h1>
      {children}
    </main>
  );
}

function Nav(
  { current, inboxCount, offers }: {
    current: NavKey | null;
    inboxCount: number;
    offers: FrameProps["offers"];
  },
): JSX.Element {
  const offered = NAV.filter(({ key }) => offers(key));
  const link = (item: NavItem): JSX.Element => (
    <NavLink
      key={item.key}
      item={item}
      current={item.key === current}
      count={item.key === "inbox" ? inboxCount : null}
    />
  );
  return (
    <nav class="nav" aria-label="Main">
      <a class="brand" href="/">
        <Icon name="workflow" size={20} /> LeadFlow
      </a>
      {offered.slice(0, IN_SIGHT).map(link)}
      <div class="nav-rest">{offered.slice(IN_SIGHT).map(link)}</div>
      <details class="nav-more" data-menu>
        <summary>
          <Icon name="menu" size={20} />
          More
        </summary>
        <div class="nav-more-items">{offered.slice(IN_SIGHT).map(link)}</div>
      </details>
    </nav>
  );
}

function NavLink(
  { item, current, count }: { item: NavItem; current: boolean; count: number | null },
): JSX.Element {
  return (
    <a class="nav-link" href={item.href} data-name={item.label} aria-current={current ? "page" : undefined}>
      <Icon name={item.icon} size={18} />
      {item.label}
      {count === null
        ? null
        : (
          <span class="nav-count" data-inbox-count hidden={count === 0} aria-label={`${count} to do`}>
            {count > 99 ? "99+" : count}
          </span>
        )}
    </a>
  );
}

function TopBar(
  { user, crumbs, alerts }: { user: User; crumbs: readonly Crumb[]; alerts: number },
): JSX.Element {
  return (
    <header class="topbar">
      <nav aria-label="Breadcrumb" class="min-w-0 flex-1">
        <ol class="flex items-center gap-1 text-soft">
          {crumbs.map((crumb, i) => (
            <li key={crumb.href} class="flex min-w-0 items-center gap-1">
              <Icon name={i === 0 ? "chevron-left" : "chevron-right"} size={14} />
              <a class="truncate hover:text-ink" href={crumb.href}>{crumb.label}</a>
            </li>
          ))}
        </ol>
      </nav>
      <button type="button" class="button" data-jump title="Jump to a page, workflow or lead (Ctrl+K)">
        <Icon name="search" size={15} />
        <span class="max-sm:sr-only">Jump to</span>
        <kbd class="kbd max-sm:hidden">Ctrl+K</kbd>
      </button>
      <a class="icon-button bell" href="/settings/alerts" data-name="Alerts" title="Alerts">
        <Icon name="bell" size={18} />
        <span class="sr-only">Alerts</span>
        <span
          class="bell-count"
          data-tone="bad"
          data-alert-count
          hidden={alerts === 0}
          aria-label={`${alerts} open`}
        >
          {alerts > 99 ? "99+" : alerts}
        </span>
      </a>
      <button
        type="button"
        class="icon-button"
        data-scheme-switch
        aria-label="Colours: like the system. Change"
      >
        <Icon name="sun" size={18} />
      </button>
      <details class="menu" data-menu>
        <summary class="button">
          <Icon name="user" />
          <span class="topbar-name">{user.name}</span>
          <Icon name="chevron-down" size={14} />
        </summary>
        <div class="menu-items">
          <p class="px-2 py-1 text-soft">
            <span class="text-ink">{user.name}</span>
            <br />
            {user.email}
            <br />
            {user.role}
          </p>
          <button type="button" class="menu-item" data-sign-out>
            <Icon name="log-out" /> Sign out
          </button>
        </div>
      </details>
    </header>
  );
}
