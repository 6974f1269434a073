import { Hono } from "hono";
import { Migration } from "../../islands/workflow/Migration.tsx";
import { Island } from "./components/island.tsx";
import { type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

/** `/workflow/:id/running`: executions of older versions, and what becomes of them. */
export function runningPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  pages.get("/workflow/:id/running", async (c) => {
    requireAction(c, deps, "execution.see");
    const { id, name, version } = await deps.engine.workflows.get(c.req.param("id"));
    const mayAct = deps.can(userOf(c).role, "execution.bulk");
    return await renderPage(
      c,
      deps,
      {
        title: "Executions of older versions",
        nav: "workflow",
        crumbs: [{ label: "Workflows", href: "/workflow" }, { label: name, href: `/workflow/${id}` }],
      },
      (
        <>
          <Island
            name="workflow/Migration"
            component={Migration}
            props={{ workflowId: id, version, mayAct }}
          />
          <p class="mt-6">
            <a class="link" href={`/executions?workflowId=${id}`}>All its executions</a>
          </p>
        </>
      ),
    );
  });
  return pages;
}
