import type { Mapped } from "../core/fits.ts";
import { shortId } from "../core/replay.ts";
import type { TakenStep } from "../core/replay.ts";
import { fitsWithin } from "../core/size.ts";
import type { ExecutionState, MessageMarks, StepState, Stored } from "../core/state.ts";
import type { MessageRecord } from "../messages/store.ts";
import type { Reason } from "../schemas/execution.ts";
import type { Json } from "../schemas/json.ts";
import { Bodies, readBody } from "../store/bodies.ts";
import type { Write } from "../store/commit.ts";
import { keys } from "../store/keys.ts";
import type { StepRecord } from "../store/records.ts";
import { encode } from "../store/store.ts";
import type { Store } from "../store/store.ts";
import type { Source } from "./replay_source.ts";

/** More than this of step records is stored before the head's commit, which would not hold it. */
const ALONG_BYTES = 120 * 1024;
const ALONG_STEPS = 150;
const PER_COMMIT = 200;
const PER_COMMIT_BYTES = 300 * 1024;

export interface TakenOver {
  steps: TakenStep[];
  bodies: Bodies;
}

/** The results of the plan's steps as steps of a new execution, their large values copied. Times are epoch ms. */
export async function takeOver(
  store: Store,
  source: Source,
  options: { input: Json | undefined; by: string; now: number },
): Promise<TakenOver> {
  const { ran, plan } = source;
  const bodies = new Bodies();
  const copy = async (stored: Stored | undefined): Promise<Stored | undefined> => {
    if (!stored || "json" in stored) return stored;
    return bodies.keep(await readBody(store, ran.state.id, stored), stored.ref);
  };
  const steps: TakenStep[] = [];
  if (plan.from.kind === "trigger") steps.push(await triggered(store, source, options, bodies));
  for (const { node, status } of plan.taken) {
    const before = ran.state.steps.get(node.id);
    if (status === "skipped" || !before) {
      steps.push({ nodeId: node.id, status });
    } else if (node.id === ran.state.trigger.nodeId && options.input !== undefined) {
      steps.push(await triggered(store, source, options, bodies));
    } else {
      const step = takenStep(source, before, node, options.now);
      const [input, output] = [await copy(step.input), await copy(step.output)];
      steps.push({
        nodeId: node.id,
        status,
        step: { ...step, ...(input ? { input } : {}), ...(output ? { output } : {}) },
      });
    }
  }
  return { steps, bodies };
}

/** What the trigger put out: as it arrived, or with an edited body. */
async function triggered(
  store: Store,
  { ran }: Source,
  { input, by, now }: { input: Json | undefined; by: string; now: number },
  bodies: Bodies,
): Promise<TakenStep> {
  const { nodeId } = ran.state.trigger;
  const stored = ran.state.steps.get(nodeId)?.output;
  const arrived = !stored
    ? null
    : "json" in stored
    ? stored.json
    : await readBody(store, ran.state.id, stored);
  const whole = typeof arrived === "object" && arrived !== null && !Array.isArray(arrived) ? arrived : {};
  const output = bodies.keep(input === undefined ? arrived : { ...whole, body: input }, `${nodeId}.1`);
  const reason: Reason = { code: "input_edited", text: `${by} edited the input` };
  const step: StepState = { visit: 1, attempt: 1, startedAt: now, endedAt: now, port: "out", output };
  return {
    nodeId,
    status: "completed",
    message: input === undefined ? "Triggered" : reason.text,
    step: input === undefined ? step : { ...step, reason },
  };
}

/** The step as it ended before, marked; its own reason stays readable in the words and the values compared. */
function takenStep(source: Source, before: StepState, node: Mapped["node"], now: number): StepState {
  const { ran } = source;
  const { output, port, failure, warnings } = before;
  const why = before.reason;
  const data = typeof why?.data === "object" && why.data !== null && !Array.isArray(why.data) ? why.data : {};
  // Without templates a config is its own input and is not stored; another version may have another config.
  const old = ran.graph.nodes[ran.graph.indexOf.get(node.id) ?? -1];
  const input = before.input ??
    (source.version.version !== ran.state.version && old && old.kind !== "trigger"
      ? { json: old.config }
      : undefined);
  return {
    visit: 1,
    attempt: 0,
    endedAt: now,
    takenOver: ran.state.id,
    ...(port === undefined ? {} : { port }),
    ...(input ? { input } : {}),
    ...(output ? { output } : {}),
    ...(failure ? { failure } : {}),
    ...(warnings ? { warnings } : {}),
    reason: {
      code: "taken_over",
      text: `Taken over from ${shortId(ran.state.id)}${why ? `: ${why.text}` : ""}`,
      data: { ...data, executionId: ran.state.id },
    },
  };
}

/**
 * What became of the mails of the steps taken over: conditions read it in the new execution too. What was opened after
 * the old one had settled stands with the message.
 */
export async function takenMessages(
  store: Store,
  { ran, plan }: Source,
): Promise<ExecutionState["messages"]> {
  const taken = plan.taken.flatMap(({ node }) => {
    const marks = ran.state.messages[node.id];
    return marks ? [[node.id, marks] as const] : [];
  });
  if (taken.length === 0) return {};
  const records = await store.getMany<MessageRecord>(taken.map(([, marks]) => keys.message(marks.id)));
  return Object.fromEntries(taken.map(([nodeId, marks], i): [string, MessageMarks] => {
    const record = records[i]?.value;
    const opened = marks.opened ?? record?.openedAt ?? undefined;
    const clicked = marks.clicked ?? record?.clickedAt ?? undefined;
    return [nodeId, {
      ...marks,
      ...(opened === undefined ? {} : { opened }),
      ...(clicked === undefined ? {} : { clicked }),
    }];
  }));
}

/** Step records that one commit with the head would not hold, and the commits that store them before it. */
export function storedBeside(
  executionId: string,
  taken: readonly TakenStep[],
): { beside: Map<string, StepState>; writes: Write[] } {
  const beside = new Map<string, StepState>();
  const steps = taken.flatMap(({ nodeId, step }) => step ? [[nodeId, step] as const] : []);
  if (steps.length <= ALONG_STEPS && fitsWithin(Object.fromEntries(steps) as unknown as Json, ALONG_BYTES)) {
    return { beside, writes: [] };
  }
  const writes: Write[] = [];
  let [sets, bytes]: [NonNullable<Write["sets"]>, number] = [[], 0];
  for (const [nodeId, step] of steps) {
    const value = encode({ v: 1, step } satisfies StepRecord);
    if (sets.length >= PER_COMMIT || bytes + value.byteLength > PER_COMMIT_BYTES) {
      writes.push({ name: "blob", sets });
      [sets, bytes] = [[], 0];
    }
    sets.push({ key: keys.step(executionId, nodeId), value });
    bytes += value.byteLength;
    beside.set(nodeId, step);
  }
  return { beside, writes: [...writes, { name: "blob", sets }] };
}
