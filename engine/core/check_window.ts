import type { Issue, WorkflowSettings } from "../schemas/workflow.ts";
import { windowProblems } from "./window.ts";
import { isZone } from "./zone.ts";

/** What keeps the send window from ever opening: refused whenever it is saved, since all that it holds would wait. */
export function windowIssues({ sendWindow }: WorkflowSettings): Issue[] {
  if (!sendWindow) return [];
  const problems = windowProblems(sendWindow);
  const { zone } = sendWindow;
  if (zone && zone !== "lead" && !isZone(zone)) {
    problems.push({
      path: "zone",
      message: `There is no time zone "${zone}"`,
      accepted: "a name such as Europe/Zurich, or lead",
    });
  }
  return problems.map(({ path, ...rest }) => ({ path: `settings.sendWindow.${path}`, ...rest }));
}
