/**
 * A host as Deno Deploy is: a request or the cron starts an instance when none runs; instances are stopped at any moment
 * by SIGINT and, after a grace, SIGKILL, while the next may run already. No queue, no locks: only leases tell.
 */
import { flow, hookNode, MAIL_NODE, waitNode } from "../e2e/flows.ts";
import type { Server } from "../helpers/server.ts";
import { chance } from "./chance.ts";
import { House } from "./house.ts";
import { doubles } from "./step_log.ts";

export interface DeployCounts {
  seed: number;
  rounds: number;
  instances: number;
  killed: number;
  accepted: number;
  /** What was accepted and has not completed in the end, or not with one mail and each step once. */
  lost: string[];
  doubled: string[];
}

/** The minute of the cron, compressed. */
const CRON_MS = 1_000;
/** A lease must be seen unchanged for 15 s before it is taken from a dead instance. */
const SETTLE_MS = 180_000;
const REQUESTS = 12;
const HASTY_MS = 60;

class Host {
  readonly #house: House;
  #instance: Promise<Server> | null = null;
  readonly #retiring: Promise<void>[] = [];
  instances = 0;
  killed = 0;

  constructor(house: House) {
    this.#house = house;
  }

  /** The instance that takes requests now, started if need be. */
  instance(): Promise<Server> {
    if (!this.#instance) this.instances++;
    this.#instance ??= this.#house.add();
    return this.#instance;
  }

  /** From now on requests go to another. */
  async retire(graceMs: number): Promise<void> {
    const server = await this.instance();
    this.#instance = null;
    this.#house.stopping(server);
    this.#retiring.push((async (): Promise<void> => {
      if (await server.retire(graceMs)) this.killed++;
    })());
  }

  async retired(): Promise<void> {
    await Promise.all(this.#retiring);
  }

  async tick(): Promise<void> {
    // A tick that meets a dying instance is lost, as any request.
    await fetch(`${(await this.instance()).url}/cron`).then((response) => response.text()).catch(() => {});
  }
}

/** Rounds of requests, each ended by stopping the instance; then as long as it takes for all to settle. */
export async function deploy(options: { rounds: number; seed: number }): Promise<DeployCounts> {
  const random = chance(options.seed);
  await using house = await House.open({ locks: false, env: { LEADFLOW_QUEUE: "off" } });
  const host = new Host(house);
  await (await host.instance()).publish(workflow());
  const accepted: string[] = [];
  const cron = setInterval(() => void host.tick(), CRON_MS);
  try {
    for (let round = 0; round < options.rounds; round++) {
      // While its answer is under way an instance may be told to stop.
      const requests = Array.from({ length: REQUESTS }, async () => {
        await pause(random() * 600);
        await (await host.instance()).hook("deploy", { email: `a${random()}@example.com` })
          .then((id) => accepted.push(id), () => {});
      });
      await pause(100 + random() * 500);
      // Half as it is there, half so hasty that most are killed before they have stopped.
      await host.retire(round % 2 === 0 ? 5_000 : random() * HASTY_MS);
      await Promise.all(requests);
    }
    await host.retired();
    const lost = await unfinished(host, accepted);
    const { instances, killed } = host;
    const counts = { ...options, instances, killed, accepted: accepted.length };
    return { ...counts, lost, doubled: doubles(house.lines) };
  } finally {
    clearInterval(cron);
    await host.retired();
  }
}

/** Webhook → slow → mail → wait → slow. */
function workflow(): unknown {
  return flow(
    "Deploy",
    [
      hookNode("deploy"),
      ["one", "slow", "One", { ms: 40 }],
      MAIL_NODE,
      waitNode(1),
      ["two", "slow", "Two", { ms: 40 }],
    ],
    [["hook", "one"], ["one", "mail"], ["mail", "pause"], ["pause", "two"]],
  );
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

async function all<T>(server: Server, path: string): Promise<T[]> {
  const found: T[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await server.api("GET", `${path}?limit=200${cursor && `&cursor=${cursor}`}`) as Page<T>;
    found.push(...page.items);
    cursor = page.nextCursor;
  }
  return found;
}

/** Those that are not completed, each with one mail, when nothing moves any more. */
async function unfinished(host: Host, accepted: readonly string[]): Promise<string[]> {
  const until = Date.now() + SETTLE_MS;
  for (;;) {
    const server = await host.instance();
    const executions = await all<{ id: string; status: string }>(server, "/api/monitoring/executions");
    const statuses = new Map(executions.map(({ id, status }) => [id, status]));
    const open = accepted.filter((id) => statuses.get(id) !== "completed");
    if (open.length > 0 && Date.now() < until) {
      await pause(500);
      continue;
    }
    const mails = new Map<string, number>();
    for (const { executionId: id } of await all<{ executionId: string }>(server, "/api/outbox")) {
      mails.set(id, (mails.get(id) ?? 0) + 1);
    }
    return [
      ...open.map((id) => `${id} is ${statuses.get(id) ?? "missing"}`),
      ...accepted.filter((id) => mails.get(id) !== 1).map((id) => `${id} has ${mails.get(id) ?? 0} mails`),
    ];
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
