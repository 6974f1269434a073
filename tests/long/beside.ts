/** Something else happens beside each commit of a story: it is cancelled, or its workflow changes under it. */
import type { Story } from "../worker/crash_fixture.ts";
import { pooled, Prepared, World } from "../worker/crash_fixture.ts";
import { oracle } from "../helpers/oracle.ts";

export interface Beside {
  /** Begun before the commit is made, so that both are under way at once; done before `check`. */
  act(world: World): Promise<void>;
  /** What must hold in the end, beside the oracle. */
  check(world: World): Promise<void>;
  /** The story may be kept from its end. */
  breaksOff?: boolean;
}

/** Plays the story once for each of its commits, with the act beside it; how many times that was. */
export async function besideEveryCommit(story: Story, make: () => Beside): Promise<number> {
  const prepared = await Prepared.of(story);
  const commits = Array.from({ length: await commitsOf(story, prepared) }, (_, i) => i + 1);
  let acts = 0;
  await pooled(commits, async (nth) => {
    if (await once(story, prepared, nth, make())) acts++;
  });
  return acts;
}

async function commitsOf(story: Story, prepared: Prepared): Promise<number> {
  let commits = 0;
  await inWorld(story, prepared, async (world) => {
    world.house.faults.onCommit = (nth) => commits = nth;
    await story.play(world);
  });
  return commits;
}

/** False: what comes at once went together this time, and there were fewer commits. */
async function once(story: Story, prepared: Prepared, nth: number, beside: Beside): Promise<boolean> {
  let begun = false;
  await inWorld(story, prepared, async (world) => {
    const acting = Promise.withResolvers<void>();
    world.house.faults.onCommit = (commit) => {
      if (commit !== nth || begun) return;
      begun = true;
      beside.act(world).then(acting.resolve, acting.reject);
    };
    try {
      await story.play(world);
    } catch (error) {
      if (!beside.breaksOff) throw error;
    }
    if (!begun) return;
    await acting.promise;
    await world.house.settle();
    await beside.check(world);
    await world.house.settle();
    await oracle(world.store(), { recount: !story.forgets });
  }, nth);
  return begun;
}

/** A fresh copy of the prepared database with an engine on it, closed behind the test. */
async function inWorld(
  story: Story,
  prepared: Pick<Prepared, "copy">,
  test: (world: World) => Promise<void>,
  nth = 0,
): Promise<void> {
  const real = await prepared.copy();
  const world = new World(real, { queue: false, ...story.options }, null);
  if (story.answer) world.probe.answer = story.answer;
  await world.open();
  world.house.faults.arm(null);
  try {
    await test(world);
  } catch (error) {
    throw new Error(`beside commit ${nth}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    if (!world.house.faults.dead) await world.engine.stop();
    world.house.die();
    real.close();
  }
}
