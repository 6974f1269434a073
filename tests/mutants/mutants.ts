/** A planted bug, and the tests that must notice it. */
export interface Mutant {
  name: string;
  /** What users would lose if it were in the product. */
  loses: string;
  edits: readonly Edit[];
  noticedBy: Selection;
}

/** `find` stands in the file exactly once. */
export interface Edit {
  file: string;
  find: string;
  replace: string;
}

/** Some tests: files, and a part of their names; `env` narrows down those that play many stories. */
export interface Selection {
  file: string;
  filter?: string;
  env?: { readonly [name: string]: string };
}

const HELD = "engine/worker/held.ts";
const COMMIT = "engine/store/commit.ts";

/** One story, with every fault at each of its commits. */
function faultsOf(story: string): Selection {
  return {
    file: "tests/worker/crash_test.ts",
    filter: "a fault at every commit, queue off",
    env: { LEADFLOW_TEST_STORY: story },
  };
}

const COMMITS: readonly Mutant[] = [
  {
    name: "the head's versionstamp is not checked",
    loses: "A worker that slept through its lease writes over what the next one did",
    edits: [{
      file: "engine/store/executions.ts",
      find: "checks: [{ key: head, versionstamp: before?.versionstamp ?? null }, ...place.checks],",
      replace: "checks: [...before ? [] : [{ key: head, versionstamp: null }], ...place.checks],",
    }],
    noticedBy: { file: "tests/worker/lease_test.ts", filter: "a process that slept through its lease" },
  },
  {
    name: "answered before the commit",
    loses: "A webhook is told 202 for an execution that does not exist after a crash",
    edits: [{
      file: "engine/worker/worker.ts",
      find: "      return await this.store.commit(write);\n    }).catch(",
      replace:
        '      void this.store.commit(write);\n      return { ok: true, versionstamp: "" };\n    }).catch(',
    }],
    noticedBy: faultsOf("a row of effects"),
  },
  {
    name: "the due entry is deleted before the commit that replaces it",
    loses: "A crash in between leaves a wait that nothing will ever end",
    edits: [
      {
        file: HELD,
        find: "    const result = await this.#hands.withSlots(transition.started.length, async () => {",
        replace: `    if (before.state.due && before.state.due !== transition.next.due) {
      await this.#hands.store.commit({ name: "forget", deletes: [dueKey(this.id, before.state.due)] });
    }
    const result = await this.#hands.withSlots(transition.started.length, async () => {`,
      },
      {
        file: HELD,
        find: "import { loadExecutions, readMail, transitionWrite }",
        replace: "import { dueKey, loadExecutions, readMail, transitionWrite }",
      },
    ],
    noticedBy: faultsOf("retry, then success"),
  },
  {
    name: "an unknown commit counts as not applied",
    loses: "What was written and lost its answer is refused as stale, or written twice",
    edits: [{
      file: COMMIT,
      find: "        if (applied) return applied;\n",
      replace: "        void applied;\n",
    }],
    noticedBy: { file: "tests/store/committer_test.ts", filter: "that threw is read back" },
  },
  {
    name: "an unknown commit counts as applied",
    loses: "What was never written is answered as accepted",
    edits: [{
      file: COMMIT,
      find: "    if (entry.value === null) return null;\n    const record",
      replace: '    if (entry.value === null) return { ok: true, versionstamp: "" };\n    const record',
    }],
    noticedBy: { file: "tests/store/committer_test.ts", filter: "that threw is read back" },
  },
  {
    name: "two writes on one key share an atomic",
    loses: "Two deliveries under one idempotency key start two executions",
    edits: [
      {
        file: "engine/store/batch.ts",
        find: "      if (this.#written.has(key)) return false;\n      const known",
        replace: "      const known",
      },
      {
        file: "engine/store/batch.ts",
        find: "      if (this.#written.has(key) || this.#checked.has(key)) return false;\n",
        replace: "      void key;\n",
      },
    ],
    noticedBy: { file: "tests/triggers/intake_test.ts", filter: "100 times at once with one key" },
  },
  {
    name: "the idempotency record is written before the accepting commit",
    loses: "After a crash in between, the repeat is answered with an execution that is not there",
    edits: [{
      file: "engine/triggers/mod.ts",
      find: "    write.checks.push(...checks);\n    write.sets.push(...sets);\n  }",
      replace: '    if (!(await store.commit({ name: "accept", checks, sets })).ok) return null;\n  }',
    }],
    noticedBy: faultsOf("a row of effects"),
  },
];

const MAIL_AND_SIGNALS: readonly Mutant[] = [
  {
    name: "mail is applied and its due entry left",
    loses: "Every execution that ever got mail is looked at every second until it ends",
    edits: [{
      file: HELD,
      find: "[...mail.map((each) => each.key), ...emptied.map((each) => each.key)]",
      replace: "mail.map((each) => each.key)",
    }],
    noticedBy: { file: "tests/worker/mail_test.ts" },
  },
  {
    name: "mail is dropped before it is applied",
    loses: "A person's answer is gone after a crash, and the task waits for ever",
    edits: [{
      file: HELD,
      find: "      const committed = await this.#commit(commands, applied, mailDue);",
      replace:
        `      if (applied.length > 0) await this.#hands.store.commit({ name: "mail", deletes: applied });
      const committed = await this.#commit(commands, [], []);`,
    }],
    noticedBy: faultsOf("a task for a person"),
  },
  {
    name: "the clock is not checked when a wait registers",
    loses: "A signal that comes while its wait begins is never seen",
    edits: [{
      file: "engine/worker/hearing.ts",
      find: "  return [{ key: keys.clock(next.leadId), versionstamp: heard.clock }];",
      replace: "  void [keys, heard];\n  return [];",
    }],
    noticedBy: { file: "tests/worker/signals_test.ts", filter: "misses none of 1,000" },
  },
];

const TIME: readonly Mutant[] = [
  {
    name: "a wait fires a second early",
    loses: "A mail for nine o'clock leaves before nine",
    edits: [
      {
        file: "engine/core/commands.ts",
        find: "step.wakeAt === undefined || step.wakeAt > now)",
        replace: "step.wakeAt === undefined || step.wakeAt > now + 1_000)",
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
      find: "{ ...step, spent: (step.spent ?? 0) + 1 }",
      replace: "{ ...step, attempt: step.attempt - 1 }",
    }],
    noticedBy: { file: "tests/worker/lease_test.ts", filter: "a dead process's step is taken over" },
  },
];

const DECISIONS: readonly Mutant[] = [
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

const SHARES: readonly Mutant[] = [
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

/** What `deno task test:mutants` plants, one after the other. */
export const MUTANTS: readonly Mutant[] = [
  ...COMMITS,
  ...MAIL_AND_SIGNALS,
  ...TIME,
  ...DECISIONS,
  ...SHARES,
];
