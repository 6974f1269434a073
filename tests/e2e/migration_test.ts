/** Executions of an older version in a real browser: where they stand, keep or move, and what became of them. */
import assert from "node:assert/strict";
import { go, seen } from "../helpers/browser.ts";
import { looksWell } from "../helpers/looks.ts";
import { free, oneHouse } from "../helpers/one_house.ts";
import { textOf } from "../helpers/server.ts";
import { flow, hookNode, waitNode } from "./flows.ts";

const house = oneHouse();

const call = (id: string, title: string): readonly [string, string, string, Record<string, unknown>] => [
  id,
  "task",
  title,
  { title, outcomes: ["Reached"] },
];

Deno.test(
  "/workflow/:id/running shows where executions of an older version stand, moves them once the number is confirmed, and says so",
  free,
  async () => {
    const { page } = house.owner;
    const first = flow(
      "Sequence",
      [hookNode("sequence"), waitNode(3_600), call("old", "Old call")],
      [["hook", "pause"], ["pause", "old"]],
    );
    const id = await house.server.publish(first);
    const all = [
      await house.server.hook("sequence", { i: 1 }),
      await house.server.hook("sequence", { i: 2 }),
    ];
    await go(page, `/workflow/${id}/running`);
    await seen(page.getByText("Nothing under way runs an older version than 1."));

    const { revision } = await house.server.api("GET", `/api/workflow/${id}`) as { revision: number };
    const second = flow(
      "Sequence",
      [hookNode("sequence"), waitNode(3_600), call("new", "New call")],
      [["hook", "pause"], ["pause", "new"]],
    );
    await house.server.api("PUT", `/api/workflow/${id}`, second, { "if-match": `"${revision}"` });
    await house.server.api("POST", `/api/workflow/${id}/publish`, {});

    await go(page, `/workflow/${id}/running`);
    await seen(page.getByRole("heading", { name: "2 executions run an older version" }));
    const row = page.getByRole("table").getByRole("row").filter({ hasText: "Take a breath" });
    assert.deepEqual(
      (await row.getByRole("cell").allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim()),
      [
        "1",
        "Take a breath pause",
        "2",
        "all",
      ],
    );
    assert.ok(
      await page.getByRole("radio", { name: /^Keep/ }).isChecked(),
      "nothing happens unless it is chosen",
    );
    assert.equal(await page.getByRole("button", { name: /^(Move|Restart) \d/ }).count(), 0);
    await page.getByRole("radio", { name: /^Restart/ }).check();
    await seen(page.getByRole("button", { name: "Restart 2 executions" }));
    await page.getByRole("radio", { name: /^Move/ }).check();
    await looksWell(page, "migration");
    // One is cancelled meanwhile: what was shown is not what is there.
    await house.server.api("POST", `/api/monitoring/executions/${all[1]}/cancel`, {});
    await house.server.settled(all[1]!);
    house.owner.foresee("status of 409");
    await page.getByRole("button", { name: "Move 2 executions" }).click();
    await seen(page.getByText("1 executions can move by now, not 2: look again"));
    await seen(page.getByRole("heading", { name: "1 execution runs an older version" }));
    await page.getByRole("button", { name: "Move 1 execution" }).click();
    await seen(page.getByRole("region", { name: "Bulk action" }).getByText("Finished: 1 of 1 moved"));
    await page.getByRole("button", { name: "Dismiss" }).click();
    await seen(page.getByText("Nothing under way runs an older version than 2."));

    const moved = await house.server.api("GET", `/api/monitoring/executions/${all[0]}`);
    assert.equal(textOf(moved, "status"), "waiting");
    await go(page, `/executions/${all[0]}`);
    await seen(page.getByText("Ann Lee moved it from version 1 to version 2"));
    await seen(page.getByText("v2", { exact: true }));
    await seen(page.getByText("began in v1"));
  },
);
