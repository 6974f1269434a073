import type { Mutant } from "./mutant.ts";

const NOTICED = "tests/worker/rounds_test.ts";

/** Loops that are gone on with after a round did not complete. */
export const ROUNDS: readonly Mutant[] = [
  {
    name: "what a round said before its loop was gone on with still counts",
    loses: "Retry on a loop fails it again at once, whatever was mended",
    edits: [{
      file: "engine/core/rounds.ts",
      find: "  if (!wait.again) return records;",
      replace: "  if (wait.again !== -1) return records;",
    }],
    noticedBy: { file: NOTICED, filter: "Retry on the failed loop" },
  },
  {
    name: "a round that was stopped is not told to go on",
    loses: "A loop that was retried waits for its stopped rounds for ever",
    edits: [{
      file: "engine/core/reopen.ts",
      find: '    open(draft);\n    openStopped(draft, "Its loop goes on");',
      replace: "    reopen(draft, null);",
    }],
    noticedBy: { file: NOTICED, filter: "Retry on the failed loop" },
  },
  {
    name: "a round that is being stopped does not hear that it goes on",
    loses: "Retry right after a failure leaves the loop failed",
    edits: [{
      file: "engine/core/reopen.ts",
      find: "state.cancelling = { ...state.cancelling, resumes: true };",
      replace: "return;",
    }],
    noticedBy: { file: NOTICED, filter: "being stopped at that moment" },
  },
  {
    name: "a round that is retried does not tell its loop",
    loses: "A person retries the round that failed, and the loop stays failed",
    edits: [{
      file: "engine/core/reopen.ts",
      find: "  draft.reopened = true;\n",
      replace: "",
    }],
    noticedBy: { file: NOTICED, filter: "Retry on the failed round" },
  },
  {
    name: "a round that a person cancelled goes on with its loop",
    loses: "Retry on a loop runs what somebody had put an end to",
    edits: [{
      file: "engine/core/rounds.ts",
      find: "by !== undefined && again < now",
      replace: "by === again",
    }, {
      file: "engine/core/reopen.ts",
      find: "  if (byPerson && !called) return;\n",
      replace: "",
    }],
    noticedBy: { file: "tests/worker/rounds_cancelled_test.ts", filter: "leaves out the round" },
  },
  {
    name: "a mail that may have arrived is sent again with its round",
    loses: "The lead gets the same mail twice, without a person having asked for it",
    edits: [{
      file: "engine/core/reopen.ts",
      find: "if (step && isDoubtful(step)) {",
      replace: "if (step && isDoubtful({ ...step, outside: false })) {",
    }],
    noticedBy: { file: "tests/worker/rounds_mail_test.ts", filter: "a person is asked" },
  },
  {
    name: "a child that was created and not counted runs on beside a loop that failed",
    loses: "Rounds that nobody waits for send mails",
    edits: [{
      file: "engine/core/children.ts",
      find: "index < begunOf(wait)",
      replace: "index < wait.created",
    }],
    noticedBy: { file: "tests/core/rounds_test.ts", filter: "though no commit has counted them" },
  },
];
