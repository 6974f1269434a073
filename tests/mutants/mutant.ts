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

export /** One story, with every fault at each of its commits. */
function faultsOf(story: string): Selection {
  return {
    file: "tests/worker/crash_test.ts",
    filter: "a fault at every commit, queue off",
    env: { LEADFLOW_TEST_STORY: story },
  };
}
