import assert from "node:assert/strict";
import { targetsFor } from "../../islands/shared/jump_targets.ts";

const page = (name: string): { name: string; kind: string; href: string; icon: string } => ({
  name,
  kind: "Page",
  href: `/${name}`,
  icon: "x",
});

Deno.test("targetsFor() offers all pages for nothing, and pages, finds and the search for a text", () => {
  const pages = [page("Inbox"), page("Outbox"), page("Leads")];
  assert.deepEqual(targetsFor("  ", pages, []), pages);
  const found = [page("Boxing club")];
  const offered = targetsFor(" BOX ", pages, found);
  assert.deepEqual(offered.map(({ name }) => name), [
    "Inbox",
    "Outbox",
    "Boxing club",
    "Executions with “BOX”",
  ]);
  assert.equal(targetsFor("a&b=c", [], [])[0]?.href, "/executions?q=a%26b%3Dc");
});
