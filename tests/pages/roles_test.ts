/** What a role is refused is not offered to it: in the navigation, beside headings, on rows and cards. */
import assert from "node:assert/strict";
import { ROLES } from "../../engine/mod.ts";
import { inboxItem, lead, message, workflow } from "./sample_data.ts";
import { pageApp } from "./page_app.ts";

const data = {
  workflows: [workflow()],
  inbox: [inboxItem()],
  messages: [message()],
  leads: [lead()],
};

/** Addresses in the navigation. */
function offered(html: string): string[] {
  return [...new Set([...html.matchAll(/<a class="nav-link" href="([^"]+)"/g)].map(([, href]) => href!))];
}

Deno.test("Frame() offers each role the pages that it may see, and no other", async () => {
  const seen = new Map<string, string[]>();
  for (const role of ROLES) {
    const app = pageApp(data, { role });
    const links = offered((await app.get("/leads")).html);
    for (const link of links) {
      assert.equal((await app.get(link)).response.status, 200, `${role} is offered ${link}`);
    }
    seen.set(role, links);
  }
  const all = seen.get("owner")!;
  assert.equal(all.length, 9);
  for (const role of ROLES) {
    for (const link of all.filter((one) => !seen.get(role)!.includes(one))) {
      const { response } = await pageApp(data, { role }).get(link);
      assert.equal(response.status, 403, `${role} could see ${link} and is not offered it`);
    }
  }
  assert.deepEqual(all.filter((link) => !seen.get("viewer")!.includes(link)), [
    "/collections",
    "/settings/secrets",
  ]);
});

Deno.test("a viewer is offered no action that is refused; an owner is", async () => {
  const table: [path: string, offer: RegExp][] = [
    ["/leads", /data-island="leads\/LeadDialog"/],
    ["/leads/ld1", /data-island="leads\/LeadDialog"/],
    ["/workflow", /data-island="workflow\/ImportButton"/],
    ["/workflow", /<button[^>]*aria-label="Run /],
    ["/workflow", /aria-label="Publish /],
    ["/workflow", /> Delete …/],
    ["/inbox", /data-outcome/],
    ["/inbox", /Note for /],
    ["/outbox", /href="\/outbox\/m1"/],
  ];
  for (const [path, offer] of table) {
    const { html: owner } = await pageApp(data).get(path);
    assert.match(owner, offer, `${path} ${offer}`);
    const { html: viewer } = await pageApp(data, { role: "viewer" }).get(path);
    assert.doesNotMatch(viewer, offer, `${path} ${offer}`);
  }
});
