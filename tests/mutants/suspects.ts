import type { Mutant } from "./mutant.ts";

/** Who answers for a death, and what nobody may lose over it. */
export const SUSPECTS: readonly Mutant[] = [
  {
    name: "a suspect runs with others",
    loses: "A step that ends its process takes sixty innocents along, time and again",
    edits: [{
      file: "engine/core/suspect.ts",
      find: 'const company = companyOf(step);\n  if (company === "anybody") {',
      replace: 'const company: string = "anybody";\n  if (company === "anybody") {',
    }],
    noticedBy: { file: "tests/core/suspect_test.ts", filter: "while anything else runs in the process" },
  },
  {
    name: "every death counts",
    loses: "Who ran three times beside a step that ends its process is convicted in its place",
    edits: [{
      file: "engine/core/suspect.ts",
      find: "(step.deathsAlone ?? 0) + (step.alone ? 1 : 0)",
      replace: "(step.deathsAlone ?? 0) + 1",
    }],
    noticedBy: { file: "tests/core/machine_test.ts", filter: "convicts at the third death alone" },
  },
  {
    name: "others begin beside a suspect",
    loses: "The death of a suspect is charged to whoever began after it",
    edits: [{
      file: "engine/worker/room.ts",
      find: "this.#closed || this.#isTaken() || this.#draining ? 0",
      replace: "this.#closed ? 0",
    }],
    noticedBy: { file: "tests/worker/room_test.ts", filter: "nothing begins meanwhile" },
  },
  {
    name: "who dies in a group joins the next",
    loses:
      "The one that ends the process takes seven innocents along, time and again, and is never convicted",
    edits: [{
      file: "engine/core/suspect.ts",
      find: 'deaths === 1 ? "few" : "nobody"',
      replace: '"few"',
    }],
    noticedBy: { file: "tests/core/suspect_test.ts", filter: "those of two one after the other" },
  },
  {
    name: "a death in a group counts as one alone",
    loses: "A step is convicted for what one beside it did",
    edits: [{
      file: "engine/core/suspect.ts",
      find: "(step.alone ? 1 : 0)",
      replace: "(step.alone || step.few ? 1 : 0)",
    }],
    noticedBy: { file: "tests/core/machine_test.ts", filter: "convicts at the third death alone" },
  },
  {
    name: "a group has no end",
    loses: "A death makes every suspect of the one before run alone, hundreds of them",
    edits: [{
      file: "engine/worker/room.ts",
      find: "return this.#closed ? 0 : this.#places;",
      replace: "return this.#closed ? 0 : this.#options.slots;",
    }],
    noticedBy: { file: "tests/worker/room_test.ts", filter: "as many as the root of the slots" },
  },
  {
    name: "a suspect begins before it is written that the others ended",
    loses: "Steps that had ended are charged with a death that came after them",
    edits: [{
      file: "engine/worker/worker.ts",
      find: "held.id === but || !held.storesRunning",
      replace: "held.id === but || held.runningSteps === 0",
    }],
    noticedBy: { file: "tests/worker/suspects_test.ts", filter: "written that it ended" },
  },
  {
    name: "a vote leaves its execution's clock alone",
    loses: "An approver is told that the vote counts, and the approval times out",
    edits: [{
      file: "engine/monitoring/votes.ts",
      find: "        { key: keys.clock(executionId), value: EMPTY },\n",
      replace: "",
    }],
    noticedBy: { file: "tests/worker/approval_test.ts", filter: "while its deadline was being decided" },
  },
  {
    name: "a row that does not parse fails the list",
    loses: "One broken row, and nobody sees any execution any more",
    edits: [{
      file: "engine/store/pages.ts",
      find: 'reverse: true, batchSize, broken: "pass" }',
      replace: "reverse: true, batchSize }",
    }],
    noticedBy: { file: "tests/worker/broken_rows_test.ts", filter: "half a text is set aside" },
  },
];
