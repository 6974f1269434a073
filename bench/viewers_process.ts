import { z } from "zod";

/** Who looks on, and at what. */
export const ViewersPlan = z.object({
  port: z.number().int(),
  /** Open lists of executions. */
  lists: z.number().int(),
  execution: z.object({ id: z.string(), viewers: z.number().int() }).optional(),
});

const ViewersResult = z.object({
  events: z.number(),
  resets: z.number(),
  /** Times that a list was read. */
  readings: z.number(),
  /** From the event's own time, which is before its commit, until it was read: ms. */
  p50: z.number(),
  p99: z.number(),
});
export type ViewersResult = z.infer<typeof ViewersResult>;

/** People who look on, in a process of their own. */
export class ViewersProcess {
  readonly #child: Deno.ChildProcess;
  readonly #words: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#words = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves when all of them are connected. */
  static async start(plan: z.infer<typeof ViewersPlan>): Promise<ViewersProcess> {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", new URL("viewers_program.ts", import.meta.url).pathname, JSON.stringify(plan)],
      cwd: new URL("../", import.meta.url),
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const started = new ViewersProcess(child);
    await started.#line();
    return started;
  }

  /** They close their windows; what they saw. */
  async leave(): Promise<ViewersResult> {
    await this.#child.stdin.close();
    const result = ViewersResult.parse(JSON.parse(await this.#line()));
    await this.#child.status;
    return result;
  }

  async #line(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#words.read();
      if (done) throw new Error("The viewers ended before they were told to");
      this.#text += value;
    }
  }
}
