import { getCookie } from "hono/cookie";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ComponentChildren, JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { type Crumb, Frame, type NavKey, Plain } from "./components/layout.tsx";
import { type Manifest, type PageAction, type PageContext, type PageDeps, userOf } from "./deps.ts";

/** What the pages of the navigation ask for; the dashboard is everybody's. */
const NAV_ACTIONS: { readonly [K in Exclude<NavKey, "home">]: PageAction } = {
  workflow: "workflow.see",
  executions: "execution.see",
  inbox: "inbox.see",
  leads: "lead.see",
  scheduling: "schedule.see",
  outbox: "message.see",
  data: "collection.see",
  settings: "secret.see",
};

export interface PageOptions {
  /** Of the tab, before " · LeadFlow"; carries the state: "● Waiting · Ann Lee". */
  title: string;
  nav: NavKey | null;
  /** The h1; absent: the title; null: the page draws its own. */
  heading?: ComponentChildren | null;
  /** Where the page lies; the page itself is not among them. */
  crumbs?: readonly Crumb[];
  /** Buttons beside the heading. */
  actions?: ComponentChildren;
  /** Uses the whole width: graphs and timelines. */
  wide?: boolean;
  /** Fills the window beside the navigation, without top bar: the editor has its own. */
  full?: boolean;
  status?: ContentfulStatusCode;
}

/** A whole page for a signed-in person: frame, navigation with the inbox count, and the islands' scripts. */
export async function renderPage(
  c: PageContext,
  deps: PageDeps,
  options: PageOptions,
  body: ComponentChildren,
): Promise<Response> {
  const user = userOf(c);
  const [inboxCount, alerts] = await Promise.all([deps.engine.inbox.count(), deps.engine.alerts.count()]);
  const content = renderToString(
    <Frame
      user={user}
      offers={(page) => page === "home" || deps.can(user.role, NAV_ACTIONS[page])}
      nav={options.nav}
      inboxCount={inboxCount}
      alertCount={alerts.open + alerts.undelivered}
      crumbs={options.crumbs ?? []}
      heading={options.heading === undefined ? options.title : options.heading}
      actions={options.actions}
      wide={options.wide ?? false}
      full={options.full ?? false}
    >
      {body}
    </Frame>,
  );
  return answer(c, deps.manifest, options.title, content, options.status ?? 200);
}

/** A page without navigation, for whoever is not signed in. */
export function renderPlain(
  c: PageContext,
  deps: PageDeps,
  options: { title: string; heading?: string; status?: ContentfulStatusCode },
  body: ComponentChildren,
): Response | Promise<Response> {
  const content = renderToString(<Plain heading={options.heading ?? options.title}>{body}</Plain>);
  return answer(c, deps.manifest, options.title, content, options.status ?? 200);
}

function answer(
  c: PageContext,
  manifest: Manifest,
  title: string,
  content: string,
  status: ContentfulStatusCode,
): Response | Promise<Response> {
  const scheme = getCookie(c, "leadflow_scheme");
  const head = renderToString(<Head title={title} manifest={manifest} islands={islandsIn(content)} />);
  const schemeAttribute = scheme === "light" || scheme === "dark" ? ` data-scheme="${scheme}"` : "";
  c.header("cache-control", "no-store");
  return c.html(
    `<!doctype html><html lang="en"${schemeAttribute}>${head}<body>${content}</body></html>`,
    status,
  );
}

interface HeadProps {
  title: string;
  manifest: Manifest;
  islands: readonly string[];
}

function Head({ title, manifest, islands }: HeadProps): JSX.Element {
  const client = islands.some((name) => name.startsWith("editor/"))
    ? "islands/editor_client"
    : "islands/client";
  const entries = [client, ...islands.map((name) => `islands/${name}`)];
  const preloads = new Set(
    entries.flatMap((entry) => [manifest[entry], ...(manifest[`imports/${entry}`] ?? "").split(" ")]),
  );
  return (
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · LeadFlow`}</title>
      <link rel="stylesheet" href={manifest["style"]} />
      {areaStyles(manifest, islands).map((path) => <link key={path} rel="stylesheet" href={path} />)}
      <link rel="icon" type="image/svg+xml" href={manifest["icon"]} />
      {[...preloads].filter(Boolean).map((path) => <link key={path} rel="modulepreload" href={path} />)}
      <script type="module" src={manifest[client]} />
    </head>
  );
}

/** Style sheets of the areas whose islands are on the page. */
function areaStyles(manifest: Manifest, islands: readonly string[]): string[] {
  const areas = new Set(islands.map((name) => name.split("/")[0] ?? ""));
  return [...areas].flatMap((area) => manifest[`style/${area}`] ?? []);
}

/** Names of the islands on a rendered page, so that their chunks load at once. */
function islandsIn(content: string): string[] {
  return [...new Set([...content.matchAll(/ data-island="([\w/]+)"/g)].map((match) => match[1] ?? ""))];
}
