/** A commit that was applied and lost its answer is nobody else's: whoever made it is told so, and it happens once. */
import assert from "node:assert/strict";
import type { CommitName } from "../../engine/store/commit.ts";
import { ANN, openEngine } from "../helpers/engine.ts";
import type { Opened } from "../helpers/engine.ts";
import { large } from "../workflows/house.ts";

const EMAIL = "ann@example.com";

/** For each fault: the answer, and what `count` finds of it afterwards. */
async function once(
  name: CommitName,
  act: (house: Opened) => Promise<unknown>,
  count: (house: Opened) => Promise<number>,
  nth = 1,
): Promise<void> {
  for (const fault of ["thrown but applied", "thrown, not applied"] as const) {
    await using house = await openEngine();
    house.faults.arm({ name, nth, fault });
    await act(house);
    assert.ok(house.faults.fired, `${name} was never committed`);
    assert.equal(await count(house), 1, `${name}, ${fault}`);
  }
}

const leads = async ({ engine }: Opened): Promise<number> =>
  (await engine.leads.list({ limit: 10 })).items.length;
const workflows = async ({ engine }: Opened): Promise<number> =>
  (await engine.workflows.list({ limit: 10 })).items.length;
const signals = async (house: Opened, type: string): Promise<number> => {
  const [lead] = (await house.engine.leads.list({ limit: 10 })).items;
  const { items } = await house.engine.leads.signals(lead!.id, { limit: 10 });
  return items.filter((signal) => signal.type === type).length;
};

Deno.test("create() of a lead whose commit lost its answer gives the lead, and not 409 for its own address", async () => {
  await once("lead_create", async ({ engine }) => {
    const lead = await engine.leads.create({ email: EMAIL });
    assert.equal(lead.email, EMAIL);
    assert.equal("commit" in lead, false, "what is stored beside it is not shown");
    assert.deepEqual(await engine.leads.get(lead.id), lead);
  }, leads);
});

Deno.test("update() and signal() whose commit lost its answer happen once", async () => {
  await once("lead_update", async ({ engine }) => {
    const { id } = await engine.leads.create({ email: EMAIL });
    assert.equal((await engine.leads.update(id, { email: "new@example.com" })).email, "new@example.com");
  }, (house) => signals(house, "lead.updated"));
  await once("signal", async ({ engine }) => {
    const { id } = await engine.leads.create({ email: EMAIL });
    assert.equal((await engine.leads.signal(id, { type: "demo.asked" })).type, "demo.asked");
  }, (house) => signals(house, "demo.asked"));
});

Deno.test("create() of a workflow whose commit lost its answer gives the workflow, small or large", async () => {
  for (const nodes of [[], large(500, "a").nodes ?? []]) {
    // A large one is hidden first, then whole.
    for (const nth of nodes.length > 0 ? [1, 2] : [1]) {
      await once(
        "workflow_create",
        async ({ engine }) => {
          const workflow = await engine.workflows.create(
            { name: "One", nodes, edges: [], settings: {} },
            ANN,
          );
          assert.deepEqual([workflow.name, workflow.nodes.length], ["One", nodes.length]);
        },
        workflows,
        nth,
      );
    }
  }
});

Deno.test("save() whose commit lost its answer is no 412 about its own revision", async () => {
  await once("workflow_save", async ({ engine }) => {
    const { id, revision } = await engine.workflows.create({
      name: "One",
      nodes: [],
      edges: [],
      settings: {},
    }, ANN);
    const saved = await engine.workflows.save(id, revision, { name: "Two" }, ANN);
    assert.deepEqual([saved.name, saved.revision], ["Two", revision + 1]);
  }, workflows);
});
