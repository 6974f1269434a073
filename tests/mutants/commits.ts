import { faultsOf } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";

const HELD = "engine/worker/held.ts";
const COMMIT = "engine/store/commit.ts";

/** What one commit holds, and what stands in it. */
export const COMMITS: readonly Mutant[] = [
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
        find: "    const result = await this.#hands.room.taken(transition, async () => {",
        replace: `    if (before.state.due && before.state.due !== transition.next.due) {
      await this.#hands.store.commit({ name: "forget", deletes: [dueKey(this.id, before.state.due)] });
    }
    const result = await this.#hands.room.taken(transition, async () => {`,
      },
      {
        file: HELD,
        find: "import { loadExecutions, transitionWrite }",
        replace: "import { dueKey, loadExecutions, transitionWrite }",
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
      file: "engine/store/applied.ts",
      find: "  if (entry.value === null) return null;\n  const record",
      replace: '  if (entry.value === null) return { ok: true, versionstamp: "" };\n  const record',
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
    noticedBy: { file: "tests/store/committer_test.ts", filter: "200 writes at once under one key" },
  },
  {
    name: "two atomics that are under way at once share a key",
    loses: "What was to follow on a key comes before it, where the database is over a network",
    edits: [{
      file: COMMIT,
      find: "if (batch.meets(write)) return false;",
      replace: "if (batch.meets(write) && false) return false;",
    }],
    noticedBy: { file: "tests/store/committer_test.ts", filter: "never two that share a key" },
  },
  {
    name: "what is read while something is written counts as of one moment",
    loses:
      "A dry run says that nothing more comes, and a sleeping host goes to sleep, while an entry is moved",
    edits: [{
      file: "engine/store/store.ts",
      find: "return before !== null && this.#committer.calm === before ? found : null;",
      replace: "return before === undefined ? null : found;",
    }],
    noticedBy: { file: "tests/store/committer_test.ts", filter: "takes what was read together" },
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

/** What others want an execution to know. */
export const MAIL_AND_SIGNALS: readonly Mutant[] = [
  {
    name: "mail is applied and its due entry left",
    loses: "Every execution that ever got mail is looked at every second until it ends",
    edits: [{
      file: "engine/worker/mail.ts",
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
      find: "      const committed = await this.#commit(commands, mail.applied, mail.checks);",
      replace:
        `      if (mail.applied.length > 0) await this.#hands.store.commit({ name: "mail", deletes: mail.applied });
      const committed = await this.#commit(commands, [], []);`,
    }],
    noticedBy: faultsOf("a task for a person"),
  },
  {
    name: "the clock is not checked when a wait registers",
    loses: "A signal that comes while its wait begins is seen only when the wait times out, or never",
    edits: [{
      file: "engine/worker/hearing.ts",
      find: "  return [{ key: keys.clock(next.leadId), versionstamp: heard.clock }];",
      replace: "  void [keys, heard];\n  return [];",
    }],
    noticedBy: { file: "tests/worker/signals_test.ts", filter: "while the wait's commit was on its way" },
  },
];
