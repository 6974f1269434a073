/** Adds golden histories: one for each story that is named, or for all when none is. See golden.ts. */
import { MORE_STORIES } from "../long/shapes.ts";
import { STORIES } from "../worker/stories.ts";
import { record, write } from "./golden.ts";

const names = Deno.args.length > 0 ? Deno.args : [...STORIES.keys(), ...MORE_STORIES.keys()];
for (const name of names) {
  const file = await write(await record(name));
  Deno.stdout.writeSync(new TextEncoder().encode(`${file}\n`));
}
