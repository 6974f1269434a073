import assert from "node:assert/strict";
import type { Engine } from "../../engine/mod.ts";
import type { Message } from "../../engine/schemas/message.ts";
import type { CommitName } from "../../engine/store/commit.ts";
import { keys } from "../../engine/store/keys.ts";
import { SAMPLE } from "../../engine/workflows/sample.ts";
import { ANN, chain, edge, hook, hookNode, isOver, node, statuses } from "../helpers/engine.ts";
import { wholeList } from "../helpers/whole_list.ts";
import type { FakeServer } from "../messages/smtp_fixture.ts";
import type { Story, World } from "./crash_fixture.ts";

const HOUR_MS = 3_600_000;

const LEAD = { email: "ann@example.com", firstName: "Ann", company: "Acme", score: 72 };

/** Triggers once, however often it has to be asked. */
export async function trigger(world: World, path: string): Promise<string> {
  const accepted = await world.ask((engine) => hook(engine, path, LEAD, { key: "delivery-1" }));
  return world.executionId = accepted.executionId;
}

async function only(engine: Engine): Promise<string> {
  const items = await wholeList(engine);
  assert.equal(items.length, 1, "one delivery, one execution");
  return items[0]!.id;
}

/** All of them: on a busy machine one page ends before the list does. */
async function mails(engine: Engine): Promise<Message[]> {
  const found: Message[] = [];
  for (let cursor: string | null = null;;) {
    const page = await engine.messages.list({ limit: 10, ...(cursor ? { cursor } : {}) });
    for (const { id } of page.items) found.push(await engine.messages.get(id));
    if (page.nextCursor === null) return found;
    cursor = page.nextCursor;
  }
}

export async function ended(world: World): Promise<void> {
  await world.until((engine) => isOver(engine, world.executionId));
}

export async function settledAs(
  world: World,
  status: string,
  steps: { [nodeId: string]: string },
): Promise<void> {
  assert.equal(await only(world.engine), world.executionId);
  assert.equal((await world.engine.executions.get(world.executionId)).status, status);
  assert.deepEqual(await statuses(world.engine, world.executionId), steps);
}

/** Answers the one task in the inbox, unless that has been done before a death. */
export async function answer(world: World, outcome: string): Promise<void> {
  await world.until(async (engine) =>
    await isOver(engine, world.executionId) || await engine.inbox.count() === 1
  );
  await world.ask(async (engine) => {
    const [item] = (await engine.inbox.list({ limit: 10 })).items;
    if (item) await engine.inbox.complete(item.id, { outcome }, ANN).catch(ignoreAnswered);
  });
}

/** A commit that was applied though it threw is answered with "done already". */
function ignoreAnswered(error: unknown): void {
  if (!(error instanceof Error && "status" in error && error.status === 409)) throw error;
}

const sample = { nodes: SAMPLE.nodes, edges: SAMPLE.edges };

const opened: Story = {
  ...sample,
  async play(world): Promise<void> {
    await trigger(world, "cold-outreach");
    await world.until(async (engine) => (await mails(engine)).length === 1);
    await world.ask(async (engine) => {
      const [mail] = await mails(engine);
      const token = /\/t\/o\/([^"]+)\.gif/.exec(mail!.html)?.[1];
      assert.equal(await engine.messages.opened(token!), true);
    });
    await answer(world, "Interested");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      start: "skipped",
      first_mail: "completed",
      pause: "completed",
      opened: "completed",
      call: "completed",
      second_mail: "skipped",
      stage: "completed",
    });
    assert.deepEqual((await mails(world.engine)).map(({ nodeId }) => nodeId), ["first_mail"]);
    assert.equal((await world.engine.leads.list({ limit: 10 })).items.length, 1);
    assert.equal(await world.engine.inbox.count(), 0);
  },
};

const unopened: Story = {
  ...sample,
  async play(world): Promise<void> {
    await trigger(world, "cold-outreach");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      start: "skipped",
      first_mail: "completed",
      pause: "completed",
      opened: "completed",
      call: "skipped",
      second_mail: "completed",
      stage: "skipped",
    });
    const sent = (await mails(world.engine)).map(({ nodeId }) => nodeId);
    assert.deepEqual(sent.sort(), ["first_mail", "second_mail"]);
  },
};

/** Every step ran; again only where its process died, and always under one key. */
export function ranOnce(world: World, expected: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const { nodeId, key, executionId } of world.probe.calls) {
    assert.equal(key, `${executionId}.${nodeId}.1`);
    counts.set(nodeId, (counts.get(nodeId) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [...expected].sort());
  const repeats = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
  // A death can take the results of all steps that were under way, and nothing else repeats one.
  const underWay = world.deaths === 0 ? 0 : expected.length;
  assert.ok(repeats <= underWay, `${repeats} repeats after ${world.deaths} deaths`);
}

const row: Story = {
  nodes: [hookNode("go"), node("a", "probe"), node("b", "probe"), node("c", "probe")],
  edges: chain("hook", "a", "b", "c"),
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      a: "completed",
      b: "completed",
      c: "completed",
    });
    ranOnce(world, ["a", "b", "c"]);
    assert.ok(world.probe.calls.length <= 3 + world.deaths, "a death repeats the one step it met");
  },
};

const fan: Story = {
  nodes: [hookNode("go"), node("a", "probe"), node("b", "probe"), node("c", "probe"), node("join", "probe")],
  edges: [...["a", "b", "c"].flatMap((id) => [edge("hook", id), edge(id, "join")])],
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      a: "completed",
      b: "completed",
      c: "completed",
      join: "completed",
    });
    ranOnce(world, ["a", "b", "c", "join"]);
  },
};

const errorPort: Story = {
  nodes: [hookNode("go"), node("a", "probe"), node("mend", "probe"), node("never", "probe")],
  edges: [...chain("hook", "a", "never"), edge("a", "mend", "error")],
  answer: ({ nodeId }) =>
    nodeId === "a"
      ? { kind: "fail", failure: { code: "http_401", message: "Unauthorized", status: 401 } }
      : { kind: "done" },
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      a: "failed",
      mend: "completed",
      never: "skipped",
    });
    ranOnce(world, ["a", "mend"]);
    assert.equal(await world.engine.inbox.count(), 0);
  },
};

const retried: Story = {
  nodes: [hookNode("go"), node("a", "probe"), node("b", "probe")],
  edges: chain("hook", "a", "b"),
  answer: ({ nodeId, attempt }) =>
    nodeId === "a" && attempt === 1
      ? { kind: "fail", failure: { code: "http_503", message: "Service Unavailable", status: 503 } }
      : { kind: "done" },
  async play(world): Promise<void> {
    await trigger(world, "go");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", { hook: "completed", a: "completed", b: "completed" });
    assert.equal(new Set(world.probe.calls.map(({ key }) => key)).size, 2);
    assert.ok(world.probe.calls.length <= 3 + world.deaths);
  },
};

const person: Story = {
  nodes: [
    hookNode("go"),
    node("ask", "task", { title: "Call {{ lead.firstName }}", outcomes: ["Yes", "No"] }),
    node("yes", "probe"),
    node("no", "probe"),
  ],
  edges: [...chain("hook", "ask"), edge("ask", "yes", "Yes"), edge("ask", "no", "No")],
  async play(world): Promise<void> {
    await trigger(world, "go");
    await answer(world, "Yes");
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      ask: "completed",
      yes: "completed",
      no: "skipped",
    });
    ranOnce(world, ["yes"]);
    assert.equal(await world.engine.inbox.count(), 0);
  },
};

const BOTH = ["ann@example.com", "bob@example.com"];

/** Two approvers vote by the links of their mails, in whatever order these arrive. */
const approval: Story = {
  nodes: [
    hookNode("go"),
    node("ask", "approval", { title: "Go on?", approvers: BOTH.join(), needed: 2 }),
    node("yes", "probe"),
    node("no", "probe"),
  ],
  edges: [...chain("hook", "ask"), edge("ask", "yes", "approved"), edge("ask", "no", "declined")],
  async play(world): Promise<void> {
    await trigger(world, "go");
    for (const address of BOTH) {
      const mailTo = async (engine: Engine): Promise<Message | undefined> =>
        (await mails(engine)).find(({ to }) => to[0] === address);
      await world.until(async (engine) => await mailTo(engine) !== undefined);
      await world.ask(async (engine) => {
        const token = /Approve: \S+\/a\/(\S+)/.exec((await mailTo(engine))!.text)?.[1];
        // Asked again after a death it may say that the vote was there.
        assert.equal((await engine.approvals.vote(token!, { note: "" }))?.link.state, "answered");
      });
    }
    await ended(world);
  },
  async after(world): Promise<void> {
    await settledAs(world, "completed", {
      hook: "completed",
      ask: "completed",
      yes: "completed",
      no: "skipped",
    });
    ranOnce(world, ["yes"]);
    const { steps } = await world.engine.executions.get(world.executionId);
    const { votes = [] } = steps.find(({ nodeId }) => nodeId === "ask")?.approval ?? {};
    assert.deepEqual(
      votes.map(({ by, choice }) => `${by} ${choice}`).sort(),
      BOTH.map((by) => `${by} approved`),
    );
    assert.equal(await world.engine.inbox.count(), 0);
    assert.equal((await mails(world.engine)).length, 2);
  },
};

/** A mail handed to a real server, and a step behind it. After a death nobody knows, so a person says what to do. */
export function mailThatLeaves(server: FakeServer): Story {
  const seen = new Set<string>();
  return {
    nodes: [
      hookNode("go"),
      node("mail", "email", { to: "{{ lead.email }}", subject: "{{ execution.id }}", text: "Hello" }),
      node("after", "probe"),
    ],
    edges: chain("hook", "mail", "after"),
    async play(world): Promise<void> {
      await trigger(world, "go");
      const asked = async (engine: Engine): Promise<boolean> => await engine.inbox.count() === 1;
      await world.until(
        async (engine) => await isOver(engine, world.executionId) || await asked(engine),
        HOUR_MS,
      );
      if (await world.ask(asked)) {
        const [item] = (await world.ask((engine) => engine.inbox.list({ limit: 10 }))).items;
        assert.equal(item?.kind, "uncertain");
        assert.equal(world.deaths, 1, "only a death leaves it uncertain");
        seen.add(world.executionId);
        await answer(world, "sent");
      }
      await ended(world);
    },
    async after(world): Promise<void> {
      await settledAs(world, "completed", { hook: "completed", mail: "completed", after: "completed" });
      const sent = server.received.filter(({ data }) => data.includes(`Subject: ${world.executionId}`));
      assert.ok(sent.length === 1 || sent.length === 0 && seen.has(world.executionId), `${sent.length} sent`);
      const ledger = await world.store().get<{ state: string }>(keys.ledger(world.executionId, "mail", 1));
      assert.equal(ledger?.value.state, seen.has(world.executionId) ? "resolved" : "sent");
    },
  };
}

/** By the names that failures show. */
export const STORIES: ReadonlyMap<string, Story> = new Map(Object.entries({
  "mail opened": opened,
  "mail not opened": unopened,
  "a row of effects": row,
  "fan-out and join": fan,
  "an error port": errorPort,
  "retry, then success": retried,
  "a task for a person": person,
  "an approval by two": approval,
}));

/** Names of commits that these stories meet with every fault; the others are met by names_test.ts. */
export const STORY_NAMES: readonly CommitName[] = [
  "accept",
  "settle",
  "wait",
  "retry",
  "wake",
  "claim",
  "mail",
  "vote",
  "deliver",
  "tracking",
];
