import { Buffer } from "node:buffer";
import type { ApiRoute } from "./define.ts";

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
body { max-width: 60rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h2 { margin-top: 2.5rem; font-size: 1.1rem; }
article { border-top: 1px solid color-mix(in oklch, currentcolor 20%, transparent); padding: .75rem 0; }
h3 { margin: 0; font: 600 .95rem ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0 0; font-size: .9rem; }
dt { font-family: ui-monospace, monospace; }
dd { margin: 0; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin: 0 0 .3rem 1rem; } }
a { color: light-dark(oklch(0.5 0.2 275), oklch(0.78 0.13 275)); }
`;

/** The readable form of the table; its only style is in the page and allowed by its hash. */
export async function docsPage(table: readonly ApiRoute[]): Promise<Response> {
  const groups = new Map<string, ApiRoute[]>();
  for (const route of table) {
    const group = route.path.split("/")[2] ?? "";
    groups.set(group, [...groups.get(group) ?? [], route]);
  }
  const sections = [...groups].map(([name, routes]) =>
    `<section><h2 id="${escape(name)}">${escape(name)}</h2>${routes.map(article).join("")}</section>`
  );
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>API · LeadFlow</title>
<style>${STYLE}</style></head><body><main><h1>LeadFlow API</h1>
<p>JSON in and out. Sign in, or send a token as <code>Authorization: Bearer …</code>. Errors are problems (RFC 9457),
lists answer <code>{ items, nextCursor }</code>. For programs: <a href="/api/openapi.json">openapi.json</a>.</p>
${sections.join("")}</main></body></html>`;
  return new Response(html, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        `default-src 'none'; style-src 'sha256-${await styleHash()}'; base-uri 'none'; frame-ancestors 'none'`,
    },
  });
}

function article(route: ApiRoute): string {
  const rows = [
    ...Object.keys(route.query?.shape ?? {}).map((name) => [`?${name}=`, "query"]),
    ...Object.entries(route.headers ?? {}),
    ...(route.body ? [["body", `JSON: ${Object.keys(shapeOf(route.body)).join(", ")}`]] : []),
    ...Object.entries(route.answers).map(([status, answer]) => [status, answer.description]),
    ["action", route.action],
  ];
  const list = rows.map(([term = "", text = ""]) => `<dt>${escape(term)}</dt><dd>${escape(text)}</dd>`).join(
    "",
  );
  return `<article><h3>${route.method.toUpperCase()} ${escape(route.path)}</h3><p>${
    escape(route.summary)
  }</p><dl>${list}</dl></article>`;
}

function shapeOf(schema: object): object {
  return "shape" in schema && typeof schema.shape === "object" && schema.shape !== null ? schema.shape : {};
}

async function styleHash(): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE))).toString(
    "base64",
  );
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
