import type { Mutant } from "./mutant.ts";

const HELD = "engine/worker/held.ts";

/** Around votes, late results and deliberate resends. */
export const PEOPLE: readonly Mutant[] = [
  {
    name: "that somebody has voted is not checked",
    loses: "One approver who presses twice makes two approvals",
    edits: [{
      file: "engine/monitoring/votes.ts",
      find: "        { key, versionstamp: null },\n",
      replace: "",
    }],
    noticedBy: { file: "tests/security/links_test.ts", filter: "100 posts of one link" },
  },
  {
    name: "opening an approval's link votes",
    loses: "Every mail scanner approves whatever it is sent",
    edits: [{
      file: "routes/pages/approval.tsx",
      find: "const link = await engine.approvals.look(token);",
      replace: 'const link = (await engine.approvals.vote(token, { note: "" }))?.link ?? null;',
    }],
    noticedBy: { file: "tests/security/links_test.ts", filter: "that scanners open" },
  },
  {
    name: "every link approves",
    loses: "Whoever declines by mail has approved",
    edits: [{
      file: "engine/messages/vote_links.ts",
      find: "approver: a, choice: c };",
      replace: 'approver: a, choice: "approved" };',
    }],
    noticedBy: { file: "tests/worker/approval_test.ts", filter: "with a veto" },
  },
  {
    name: "a deadline is looked at before the votes that came in time",
    loses: "An approval that was given in time is told that nobody decided",
    edits: [{
      file: HELD,
      find: '      commands.sort((a, b) => Number(a.kind === "wake") - Number(b.kind === "wake"));\n',
      replace: "",
    }],
    noticedBy: { file: "tests/worker/approval_test.ts", filter: "a vote that came in time" },
  },
  {
    name: "a result is dropped with the lease",
    loses: "A mail whose fate was known is asked about, and perhaps sent again",
    edits: [{
      file: HELD,
      find: "    if (this.#own) await recordLate(this.#hands, this.#own, dropped);",
      replace: "    void [recordLate, dropped];",
    }],
    noticedBy: { file: "tests/worker/ledger_test.ts", filter: "a result that comes when the lease is lost" },
  },
  {
    name: "a deliberate resend keeps its key",
    loses: "A provider swallows the mail that a person had sent again",
    edits: [{
      file: "engine/core/commands.ts",
      find: "      visit: step.visit + 1,",
      replace: "      visit: step.visit,",
    }],
    noticedBy: { file: "tests/worker/ledger_test.ts", filter: '"again" goes on' },
  },
];
