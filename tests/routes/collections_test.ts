/** /api/collections over the real app: names, values and keys as they stand in addresses. */
import assert from "node:assert/strict";
import { indexValueOf } from "../../engine/schemas/collection.ts";
import { useApp } from "./app_fixture.ts";

const RECORDS = "/api/collections/customers/records";

Deno.test("PUT /api/collections/:name/records/:key is 201 for a new record and 200 for one that was there", () =>
  useApp(async ({ ask, engine }) => {
    const put = (key: string, json: unknown): Promise<Response> =>
      ask(`${RECORDS}/${key}`, { method: "PUT", as: "token", json });
    assert.equal((await put("ann", { value: { a: 1 } })).status, 200);
    assert.equal((await put(encodeURIComponent("a/b c"), { value: null, indexes: ["email"] })).status, 201);
    assert.deepEqual(engine.changes, [
      'collection.put customers ann {"value":{"a":1},"mode":"replace","indexes":[]}',
      'collection.put customers a/b c {"value":null,"mode":"replace","indexes":["email"]}',
    ]);
    for (
      const wrong of [{}, { value: 1, mode: "add" }, { value: 1, indexes: ["a..b"] }, { value: 1, more: 1 }]
    ) {
      assert.equal((await put("ann", wrong)).status, 422, JSON.stringify(wrong));
    }
    assert.equal(engine.changes.length, 2);
  }));

Deno.test("GET /api/collections/:name/records finds by field and value together, by number where it is one", () =>
  useApp(async ({ ask, engine }) => {
    const found = await ask(`${RECORDS}?field=seats&value=5`, { as: "token" });
    assert.equal((await found.json()).items[0].key, "ann");
    await ask(`${RECORDS}?field=name&value=Acme`, { as: "token" });
    assert.deepEqual(engine.changes, ["collection.find seats 5", 'collection.find name "Acme"']);
    const half = await ask(`${RECORDS}?field=seats`, { as: "token" });
    assert.equal(half.status, 422);
    assert.deepEqual((await half.json()).issues.map(({ path }: { path: string }) => path), ["value"]);
    assert.equal((await ask(`${RECORDS}?limit=201`, { as: "token" })).status, 400);
    assert.equal((await ask(RECORDS, { as: "token" })).status, 200);
    assert.equal((await ask("/api/collections", { as: "token" })).status, 200);
    assert.equal((await (await ask("/api/collections/customers", { as: "token" })).json()).count, 1);
  }));

Deno.test("DELETE /api/collections/:name/records/:key is 204", () =>
  useApp(async ({ ask, engine }) => {
    const gone = await ask(`${RECORDS}/ann`, { method: "DELETE", as: "token" });
    assert.deepEqual([gone.status, await gone.text()], [204, ""]);
    assert.deepEqual(engine.changes, ["collection.remove customers ann"]);
  }));

Deno.test("indexValueOf() reads JSON scalars, and all else as text", () => {
  const cases: [string, unknown][] = [
    ["5", 5],
    ["-1.5", -1.5],
    ["true", true],
    ['"5"', "5"],
    ["Acme", "Acme"],
    ["null", "null"],
    ["[1]", "[1]"],
    ["", ""],
  ];
  for (const [text, value] of cases) assert.equal(indexValueOf(text), value, text);
});
