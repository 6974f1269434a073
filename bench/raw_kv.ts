import { z } from "zod";

/** What the database alone does, one commit after the other. */
export const RawKvResult = z.object({
  /** Commits of 3 sets a second: what a naive engine could do at best. */
  small: z.number(),
  /** Commits of 300 sets a second. */
  large: z.number(),
});
export type RawKvResult = z.infer<typeof RawKvResult>;

const SECONDS = 3;
const VALUE = new TextEncoder().encode(JSON.stringify({ text: "x".repeat(190) }));

async function commitsPerSecond(kv: Deno.Kv, name: string, mutations: number): Promise<number> {
  const start = performance.now();
  let commits = 0;
  for (; performance.now() - start < SECONDS * 1_000; commits++) {
    const atomic = kv.atomic();
    for (let i = 0; i < mutations; i++) atomic.set([name, commits, i], VALUE);
    await atomic.commit();
  }
  return commits / ((performance.now() - start) / 1_000);
}

/** The argument is the database file. */
async function measureRawKv(path: string): Promise<RawKvResult> {
  const kv = await Deno.openKv(path);
  await kv.set(["warm", 0], VALUE);
  const small = await commitsPerSecond(kv, "small", 3);
  const large = await commitsPerSecond(kv, "large", 300);
  kv.close();
  return { small, large };
}

if (import.meta.main) {
  const result = await measureRawKv(Deno.args[0] ?? "");
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result)));
}
