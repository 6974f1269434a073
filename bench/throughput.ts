import { z } from "zod";
import { freshServer, LEADLESS, MAIN, post, ratioOf, runLoad, runLoadOn, WITH_EMAIL } from "./bench.ts";
import type { Bench } from "./bench.ts";
import { fiveNodes, publish } from "./graphs.ts";
import { cpu, oddities, quantiles, rate, whole } from "./report.ts";
import type { Findings, Row } from "./report.ts";
import { ServerProcess } from "./server_process.ts";

const TARGET = 4_000;
/** So long the load is on before the server is killed. */
const UNDER_LOAD_MS = 1_500;
const LOADS = [
  { name: "five nodes, 10 connections", connections: 10, body: LEADLESS },
  { name: "five nodes, 50 connections", connections: 50, body: LEADLESS, target: TARGET },
  { name: "the same, each creates a lead", connections: 50, body: WITH_EMAIL },
];

/**
 * (a) Executions a second, everything saved. Then the server is killed under load and started again: whatever it had
 * answered is stored and completed.
 */
export async function throughput(bench: Bench): Promise<Findings> {
  const rows: Row[] = [];
  const idFiles: string[] = [];
  const server = await freshServer(bench, "a");
  try {
    const workflowId = await publish(server, fiveNodes("five", "node"));
    for (const [i, { name, connections, body, target }] of LOADS.entries()) {
      bench.say(`(a) ${name}`);
      const idsFile = `${bench.folder}/a${i}.ids`;
      idFiles.push(idsFile);
      const result = await runLoadOn(server, {
        request: post("five", body),
        connections,
        warmUp: { ms: 2_000 },
        measure: { ms: 6_000 },
        idsFile,
        firstNumber: i * 1_000_000,
      });
      rows.push({
        section: "a",
        what: name,
        measured: `${rate(result.perSecond)}, ${quantiles(result)}${cpu(result)}${oddities(result)}`,
        target: target ? rate(target) : "",
        ...(target ? { reached: result.perSecond >= target } : {}),
        ...ratioOf(bench, result.perSecond),
      });
    }
    bench.say("(a) killing the server under load");
    idFiles.push(await killUnderLoad(bench, server, workflowId));
    const { row, failures } = await verifyAfterRestart(bench, workflowId, await idsIn(idFiles));
    return { rows: [...rows, row], failures };
  } finally {
    await server.stop();
  }
}

async function killUnderLoad(bench: Bench, server: ServerProcess, workflowId: string): Promise<string> {
  const idsFile = `${bench.folder}/killed.ids`;
  const before = await newest(server, workflowId);
  const loading = runLoad({
    port: server.port,
    request: post("five", LEADLESS),
    connections: 50,
    measure: { ms: 10_000 },
    idsFile,
    firstNumber: 9_000_000,
  });
  // The load has begun when there is something new.
  while (await newest(server, workflowId) === before) await new Promise((resolve) => setTimeout(resolve, 50));
  await new Promise((resolve) => setTimeout(resolve, UNDER_LOAD_MS));
  await server.kill();
  const { broken } = await loading;
  if (broken === 0) throw new Error("The server was killed, and no connection broke");
  return idsFile;
}

async function idsIn(files: readonly string[]): Promise<Set<string>> {
  const texts = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  return new Set(texts.flatMap((text) => text.split("\n").filter(Boolean)));
}

async function newest(server: ServerProcess, workflowId: string): Promise<string | undefined> {
  const path = `/api/monitoring/executions?workflowId=${workflowId}&limit=1`;
  return ListPage.parse(await server.api("GET", path)).items[0]?.id;
}

const ListPage = z.object({
  items: z.array(z.object({ id: z.string(), status: z.string() })),
  nextCursor: z.string().nullable(),
});

/** Reads every execution through the API, newest first. */
async function storedStatuses(server: ServerProcess, workflowId: string): Promise<Map<string, string>> {
  const statuses = new Map<string, string>();
  for (let cursor: string | null = ""; cursor !== null;) {
    const query = `workflowId=${workflowId}&limit=200${
      cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""
    }`;
    const page: z.infer<typeof ListPage> = ListPage.parse(
      await server.api("GET", `/api/monitoring/executions?${query}`),
    );
    for (const { id, status } of page.items) statuses.set(id, status);
    cursor = page.nextCursor;
  }
  return statuses;
}

async function verifyAfterRestart(
  bench: Bench,
  workflowId: string,
  answered: ReadonlySet<string>,
): Promise<{ row: Row; failures: string[] }> {
  bench.say(`(a) looking for ${whole(answered.size)} answered executions after the restart`);
  await using server = await ServerProcess.start({ entry: MAIN, kv: `${bench.folder}/a.db` });
  const stored = await storedStatuses(server, workflowId);
  let lost = 0;
  let unfinished = 0;
  for (const id of answered) {
    const status = stored.get(id);
    if (status === undefined) lost++;
    else if (status !== "completed") unfinished++;
  }
  return {
    row: {
      section: "a",
      what: "answered, then SIGKILL under load",
      measured: `${whole(answered.size)} answered, ${whole(lost)} lost, ${whole(unfinished)} not completed`,
      target: "0 lost",
      reached: lost + unfinished === 0,
    },
    failures: lost + unfinished === 0
      ? []
      : [`Of ${answered.size} answered executions, ${lost} are lost and ${unfinished} are not completed`],
  };
}
