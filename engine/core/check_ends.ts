import type { Issue, WorkflowSettings } from "../schemas/workflow.ts";
import { joined } from "./check_node.ts";
import { conditionProblems } from "./condition.ts";

/** Goals and exits whose condition cannot be evaluated: refused whenever they are saved, since nothing would ever meet them. */
export function endIssues(settings: WorkflowSettings): Issue[] {
  return (["goals", "exits"] as const).flatMap((kind) =>
    (settings[kind] ?? []).flatMap(({ when }, index) =>
      when === undefined ? [] : conditionProblems(when).map(({ path, message, accepted }) => ({
        path: joined(`settings.${kind}.${index}.when`, path),
        message,
        ...(accepted === undefined ? {} : { accepted }),
      }))
    )
  );
}
