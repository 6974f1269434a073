import type { Mutant } from "./mutant.ts";

const FOLD = "engine/monitoring/metrics_fold.ts";
const COUNTS = "tests/monitoring/metrics_counts_test.ts";

/** What is counted, and folded. */
export const METRICS: readonly Mutant[] = [
  {
    name: "what is folded is not added to that of all workflows",
    loses: "The dashboard forgets within the hour what it showed",
    edits: [{
      file: FOLD,
      find: "  return [workflowId, ALL].flatMap(",
      replace: "  return [workflowId].flatMap(",
    }],
    noticedBy: { file: COUNTS, filter: "leaves the minutes that run" },
  },
  {
    name: "a fold does not check its counters",
    loses: "What is counted while a fold is being written is lost",
    edits: [{
      file: FOLD,
      find: "        ...group.map(({ key, versionstamp }) => ({ key, versionstamp })),\n",
      replace: "",
    }],
    noticedBy: { file: COUNTS, filter: "between its look and its commit" },
  },
  {
    name: "who reads does not see that something was folded meanwhile",
    loses: "A look at the dashboard counts some executions twice, or not at all",
    edits: [{
      file: "engine/monitoring/metrics_read.ts",
      find: "    if (before?.versionstamp === after?.versionstamp || tries === FOLD_TRIES) return found;",
      replace: "    if (before?.versionstamp === after?.versionstamp || tries > 0) return found;",
    }],
    noticedBy: { file: COUNTS, filter: "while another process folds" },
  },
  {
    name: "what is active is not counted down by an end",
    loses: "Active now only ever grows",
    edits: [{
      file: "engine/store/metrics.ts",
      find: "  const add = is.active - was.active + HIGH",
      replace: "  const add = Math.max(0, is.active - was.active) + HIGH",
    }],
    noticedBy: { file: "tests/monitoring/metrics_test.ts", filter: "tells what started, how it ended" },
  },
  {
    name: "rounds of a loop count as executions",
    loses: "A workflow with a loop over a hundred leads counts a hundred and one",
    edits: [{
      file: "engine/core/metrics_counts.ts",
      find: '  const apart = next.parent ? "child_" : next.test ? "test_" : null;',
      replace: '  const apart = next.test ? "test_" : null;',
    }],
    noticedBy: {
      file: "tests/monitoring/metrics_test.ts",
      filter: "children and another workflow stay apart",
    },
  },
  {
    name: "what was put together for a question is kept although something was folded",
    loses: "A dashboard that stays open shows less with every fold",
    edits: [{
      file: "engine/monitoring/metrics_read.ts",
      find: "    return mark === this.#mark ? this.#known.get(question) : undefined;",
      replace: "    return this.#known.get(question);",
    }],
    noticedBy: { file: COUNTS, filter: "reads only what came since" },
  },
  {
    name: "what is committed while the feed is looked at rings for nobody",
    loses: "An open list does not show the last thing that happened",
    edits: [{
      file: "engine/monitoring/watch.ts",
      find: "        if (this.#again && this.#unfollow !== null) this.#lookSoon();",
      replace: "",
    }],
    noticedBy: { file: "tests/monitoring/watch_test.ts", filter: "committed while it looks" },
  },
];
