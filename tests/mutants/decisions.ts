import type { Mutant } from "./mutant.ts";

/** When things happen, and how often. */
export const TIME: readonly Mutant[] = [
  {
    name: "a wait fires a second early",
    loses: "A mail for nine o'clock leaves before nine",
    edits: [
      {
        file: "engine/core/commands.ts",
        find: "step.wakeAt > now",
        replace: "step.wakeAt > now + 1_000",
      },
      {
        file: "engine/core/conclude.ts",
        find: "at = Math.min(at, wakeAt ?? Infinity);",
        replace: "at = Math.min(at, (wakeAt ?? Infinity) - 1_000);",
      },
    ],
    noticedBy: { file: "tests/worker/waits_test.ts", filter: "never early" },
  },
  {
    name: "the retry's pause has no cap",
    loses: "The tenth attempt comes after days instead of an hour",
    edits: [{
      file: "engine/core/retry.ts",
      find:
        "  return Math.min(policy.maxBackoffMs, policy.backoffMs * policy.backoffMultiplier ** (attempt - 1));",
      replace: "  return policy.backoffMs * policy.backoffMultiplier ** (attempt - 1);",
    }],
    noticedBy: { file: "tests/core/retry_test.ts" },
  },
  {
    name: "a lease is taken over without waiting for it",
    loses: "A process whose clock is ahead steals what another is at work on, and steps run twice",
    edits: [{
      file: "engine/worker/takeover.ts",
      find: "now - seen.since >= LEASE_MS",
      replace: "now - seen.since >= 0",
    }],
    noticedBy: { file: "tests/worker/lease_test.ts", filter: "steals no lease" },
  },
  {
    name: "an attempt is counted after its run",
    loses: "Attempts that died are forgotten: two runs both say that they are the first",
    edits: [{
      file: "engine/core/commands.ts",
      find: "        spent: (step.spent ?? 0) + 1,\n",
      replace: "        attempt: step.attempt - 1,\n",
    }],
    noticedBy: { file: "tests/worker/lease_test.ts", filter: "a dead process's step is taken over" },
  },
];

/** What an execution does next. */
export const DECISIONS: readonly Mutant[] = [
  {
    name: "a skip is not carried on",
    loses: "Behind the way not taken, everything stays pending and the execution never ends",
    edits: [{
      file: "engine/core/advance.ts",
      find: 'else if (port !== undefined || status === "skipped") inputs.lost++;',
      replace: "else if (port !== undefined) inputs.lost++;",
    }],
    noticedBy: { file: "tests/core/machine_test.ts", filter: "settles every execution" },
  },
  {
    name: "a join forgets a failed branch",
    loses: "A join waits for ever for a branch that has failed",
    edits: [{
      file: "engine/core/advance.ts",
      find: "      inputs.lost++;\n      inputs.blocked = true;",
      replace: "      if (node.join) inputs.open++;\n      else inputs.lost++;\n      inputs.blocked = true;",
    }],
    noticedBy: { file: "tests/worker/join_test.ts", filter: "without a branch that failed" },
  },
  {
    name: "an uncertain send is retried",
    loses: "A mail that may have arrived is sent again without anybody's word",
    edits: [{
      file: "engine/core/outcome.ts",
      find: "  if (outcome.uncertain) {",
      replace: "  if (!outcome) {",
    }],
    noticedBy: { file: "tests/worker/timeout_test.ts", filter: "was under way at its time-out is uncertain" },
  },
  {
    name: "a send whose process died is run again",
    loses: "A mail that was handed over before a crash is sent twice",
    edits: [{
      file: "engine/core/commands.ts",
      find: "    if (step.outside) {",
      replace: "    if (!step) {",
    }],
    noticedBy: { file: "tests/worker/crash_test.ts", filter: "of a mail that leaves" },
  },
  {
    name: "a cancel starts queued steps",
    loses: 'After "Cancelled" another mail goes out',
    edits: [
      {
        file: "engine/core/machine.ts",
        find: "  if (draft.state.cancelling || lacksSlot(draft.state)) return;",
        replace: "  if (lacksSlot(draft.state)) return;",
      },
      {
        file: "engine/core/commands.ts",
        find: 'draft.withStatus("pending", "queued", "waiting", "retrying")',
        replace: 'draft.withStatus("pending", "waiting", "retrying")',
      },
    ],
    noticedBy: { file: "tests/core/machine_test.ts", filter: "with a cancel at any point" },
  },
];

/** Children and slots. */
export const SHARES: readonly Mutant[] = [
  {
    name: "a child's id forgets its index",
    loses: "A loop over a list runs its first item only",
    edits: [{
      file: "engine/worker/children.ts",
      find: "nodeId, String(visit), String(index));",
      replace: "nodeId, String(visit), String(index && 0));",
    }],
    noticedBy: { file: "tests/worker/children_test.ts", filter: "for_each runs one child per item" },
  },
  {
    name: "the process's slots are not given back",
    loses: "After 64 steps a process does nothing any more",
    edits: [{ file: "engine/worker/room.ts", find: "    this.#free += slots;\n", replace: "" }],
    noticedBy: { file: "tests/worker/stop_test.ts", filter: "steps beyond the slots" },
  },
  {
    name: "a workflow's slot is not given back",
    loses: "A workflow with a limit of five runs five times and never again",
    edits: [{
      file: "engine/store/places.ts",
      find: "      parts.deletes.push(keys.slot(workflowId, was));\n",
      replace: "",
    }],
    noticedBy: { file: "tests/worker/limit_test.ts", filter: "two at once, the others in the queue" },
  },
];
