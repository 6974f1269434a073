/** A house with a workflow that fails when told to, and a channel whose messages lie in the outbox. */
import type { Incident } from "../../engine/schemas/alert.ts";
import type { MessageSummary } from "../../engine/schemas/message.ts";
import { chain, hook, hookNode, node, openEngine, publish } from "../helpers/engine.ts";
import type { Opened, OpenOptions } from "../helpers/engine.ts";
import { FAILS } from "./stories.ts";

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
export const MAIL = { id: "mail", kind: "email", to: ["ann@example.com"] };

export async function openHouse(options: OpenOptions = {}): Promise<Opened> {
  const house = await openEngine(options);
  house.probe.answer = (context, say) => say === "bad" ? FAILS(context, say) : { kind: "done" };
  if (!options.real) await house.engine.alerts.saveSettings({ channels: [MAIL] });
  return house;
}

export async function workflow(house: Opened, path: string): Promise<string> {
  const nodes = [hookNode(path), node("a", "probe", { say: "{{ trigger.body.say }}" }, { label: "Call" })];
  return await publish(house.engine, nodes, chain("hook", "a"));
}

/** Runs it so often, each to its end. */
export async function runs(house: Opened, path: string, say: "good" | "bad", times: number): Promise<void> {
  // What completed and what failed in the same millisecond has no order.
  house.clock.advance(2);
  for (let i = 0; i < times; i++) await hook(house.engine, path, { say });
  await house.until(async () => (await house.store.keys({ selector: { prefix: ["live"] } })).length === 0);
}

/** Time passes, minute by minute, as it does for a process that is awake. */
export async function pass(house: Opened, ms: number): Promise<void> {
  const end = house.clock.now + ms;
  while (house.clock.now < end) {
    house.clock.advanceTo(Math.min(end, house.clock.now + MINUTE));
    await house.settle();
    // What one look writes falls due at once.
    for (let i = 0; i < 5; i++) {
      house.clock.advance(1_001);
      await house.settle();
    }
  }
}

/** Subjects, oldest first. */
export async function told({ engine }: Opened): Promise<string[]> {
  return (await messages({ engine })).map(({ subject }) => subject).reverse();
}

export async function messages({ engine }: Pick<Opened, "engine">): Promise<MessageSummary[]> {
  const { items } = await engine.messages.list({ limit: 100 });
  return items.filter(({ nodeId }) => nodeId === "alert");
}

export async function incidents({ engine }: Opened, status?: Incident["status"]): Promise<Incident[]> {
  return (await engine.alerts.incidents({ limit: 100, status })).items;
}
