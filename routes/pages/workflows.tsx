import { Hono } from "hono";
import { ImportButton } from "../../islands/workflow/ImportButton.tsx";
import { NewWorkflow } from "../../islands/workflow/NewWorkflow.tsx";
import { WorkflowList } from "../../islands/workflow/WorkflowList.tsx";
import { Island } from "./components/island.tsx";
import { NextPage } from "./components/table.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";
import { showWorkflow } from "./workflow.tsx";

/** `/workflow` (list), `/workflow/:id` (the editor) and `/workflow/:id/export` (JSON for an import elsewhere). */
export function workflowPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const { workflows } = deps.engine;
  pages.get("/workflow", async (c) => {
    requireAction(c, deps, "workflow.see");
    const cursor = c.req.query("cursor");
    const { items, nextCursor } = await workflows.list({ limit: 50, cursor });
    const { role } = userOf(c);
    const may = {
      edit: deps.can(role, "workflow.edit"),
      publish: deps.can(role, "workflow.publish"),
      run: deps.can(role, "execution.start"),
      delete: deps.can(role, "workflow.delete"),
    };
    return await renderPage(
      c,
      deps,
      {
        title: "Workflows",
        nav: "workflow",
        actions: items.length && may.edit
          ? (
            <>
              <Island name="workflow/ImportButton" component={ImportButton} props={{}} />
              <Island name="workflow/NewWorkflow" component={NewWorkflow} props={{}} />
            </>
          )
          : null,
      },
      (
        <>
          <Island
            name="workflow/WorkflowList"
            component={WorkflowList}
            props={{ items, publicUrl: deps.engine.publicUrl(), may }}
          />
          <NextPage path="/workflow" cursor={nextCursor} label="More workflows" />
        </>
      ),
    );
  });
  pages.get("/workflow/:id", async (c) => {
    requireAction(c, deps, "workflow.see");
    return await showWorkflow(c, deps, await workflows.get(c.req.param("id")));
  });
  pages.get("/workflow/:id/export", async (c) => {
    requireAction(c, deps, "workflow.see");
    const { name, nodes, edges, settings, notes } = await workflows.get(c.req.param("id"));
    c.header("content-disposition", `attachment; filename="${fileNameOf(name)}"`);
    c.header("content-type", "application/json; charset=utf-8");
    return c.body(`${JSON.stringify({ name, nodes, edges, settings, notes }, null, 2)}\n`);
  });
  return pages;
}

/** A file's name from a workflow's: what no header and no file system misreads. */
export function fileNameOf(name: string): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return `${plain.slice(0, 80) || "workflow"}.json`;
}
