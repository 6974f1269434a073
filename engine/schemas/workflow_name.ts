/** What a workflow is called that was begun empty, until somebody names it. */
export const NEW_NAME = "New workflow";
