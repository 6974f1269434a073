/** The pages of the team's own records. */
import assert from "node:assert/strict";
import { pageApp } from "./page_app.ts";

const AT = "2026-11-22T09:00:00.000Z";
const EVIL = `</script><img src=x onerror=alert(1)>"'`;
const collections = [{ name: "customers", count: 2, indexes: ["company"], createdAt: AT }];
const records = [
  { key: "ann@example.com", value: { company: "Acme", note: EVIL }, createdAt: AT, updatedAt: AT },
  { key: EVIL, value: "x".repeat(500), createdAt: AT, updatedAt: AT },
];

Deno.test("/collections says what is there, and what to do while nothing is", async () => {
  const { html } = await pageApp({ collections }).get("/collections");
  assert.match(html, /href="\/collections\/customers"/);
  assert.match(html, />2<\/td>/);
  assert.match(html, /company/);
  const { html: none } = await pageApp().get("/collections");
  assert.match(none, /class="empty"/);
});

Deno.test("/collections/:name lists records, pages on with the search in the address, and shows one as a tree", async () => {
  const app = pageApp({ collections, records, nextCursor: "k 1" });
  const { html } = await app.get("/collections/customers");
  assert.match(html, /record=ann%40example\.com/);
  assert.match(html, /cursor=k\+1/);
  assert.match(html, /<option value="company"/);
  assert.doesNotMatch(html, /<img/);
  assert.ok(html.includes("x".repeat(100)) && !html.includes("x".repeat(200)), "long values are cut");
  const { html: found } = await app.get("/collections/customers?field=company&value=Acme");
  assert.match(found, /field=company&amp;value=Acme&amp;cursor=/);
  const { html: one } = await app.get(
    `/collections/customers?${new URLSearchParams({ record: "ann@example.com" })}`,
  );
  assert.match(one, /data-island="collections\/DeleteRecord"/);
  assert.match(one, /Acme/);
  assert.doesNotMatch(one, /<img/);
});

Deno.test("/collections is not for whoever may not see bodies, and deleting not for whoever may not edit", async () => {
  const refused = await pageApp({ collections }, { refuse: "collection.see" }).get("/collections");
  assert.equal(refused.response.status, 403);
  const reader = pageApp({ collections, records }, { refuse: "collection.edit" });
  const { html } = await reader.get("/collections/customers?record=ann%40example.com");
  assert.doesNotMatch(html, /DeleteRecord/);
});
