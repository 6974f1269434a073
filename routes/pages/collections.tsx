import { Hono } from "hono";
import type { JSX } from "preact";
import { EngineError, toProblem } from "../../engine/errors.ts";
import { indexValueOf } from "../../engine/schemas/collection.ts";
import type { CollectionInfo, CollectionRecord } from "../../engine/schemas/collection.ts";
import type { Page, Problem } from "../../engine/schemas/problem.ts";
import { DeleteRecord } from "../../islands/collections/DeleteRecord.tsx";
import { Empty } from "./components/empty.tsx";
import { ErrorCard } from "./components/error_card.tsx";
import { Icon } from "./components/icon.tsx";
import { Island } from "./components/island.tsx";
import { JsonTree } from "./components/json_tree.tsx";
import { NextPage, Table } from "./components/table.tsx";
import { Time } from "./components/time.tsx";
import { type PageContext, type PageDeps, type PageEnv, requireAction, userOf } from "./deps.ts";
import { renderPage } from "./page.tsx";

const LIMIT = 50;
const SHOWN = 120;
const CRUMB = { label: "Data", href: "/collections" };

/** `/collections`, `/collections/:name` with a search by an indexed field, and one record by `?record=`. */
export function collectionPages(deps: PageDeps): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  const { collections } = deps.engine;
  pages.get("/collections", async (c) => {
    requireAction(c, deps, "collection.see");
    const { items, nextCursor } = await collections.list({ limit: LIMIT, cursor: c.req.query("cursor") });
    return await renderPage(
      c,
      deps,
      { title: "Data", nav: "data" },
      (
        <>
          {items.length ? <CollectionTable items={items} /> : <NoCollections />}
          <NextPage path="/collections" cursor={nextCursor} label="More" />
        </>
      ),
    );
  });
  pages.get("/collections/:name", async (c) => {
    requireAction(c, deps, "collection.see");
    const info = await collections.get(c.req.param("name"));
    const key = c.req.query("record");
    return key === undefined
      ? await showCollection(c, deps, info)
      : await showRecord(c, deps, info, await collections.record(info.name, key));
  });
  return pages;
}

function NoCollections(): JSX.Element {
  return (
    <Empty icon="database" action={<a class="button" href="/workflow">Go to workflows</a>}>
      No records yet: what the Database step of a workflow keeps lies here.
    </Empty>
  );
}

function CollectionTable({ items }: { items: readonly CollectionInfo[] }): JSX.Element {
  return (
    <Table label="Collections" heads={["Collection", "Records", "Found by", "First kept"]}>
      {items.map(({ name, count, indexes, createdAt }) => (
        <tr key={name}>
          <td>
            <a class="link mono break-all" href={`/collections/${name}`}>{name}</a>
          </td>
          <td data-label="Records">{count}</td>
          <td data-label="Found by" class="text-soft">{indexes.join(", ") || "key"}</td>
          <td data-label="First kept" class="text-soft">
            <Time at={createdAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

async function showCollection(c: PageContext, deps: PageDeps, info: CollectionInfo): Promise<Response> {
  const field = c.req.query("field") ?? "";
  const value = c.req.query("value")?.trim() ?? "";
  const found = await search(deps, info.name, { field, value, cursor: c.req.query("cursor") });
  const path = `/collections/${info.name}`;
  const query: Record<string, string> = value === "" ? {} : { field, value };
  return await renderPage(
    c,
    deps,
    { title: info.name, nav: "data", crumbs: [CRUMB] },
    (
      <>
        {info.indexes.length ? <Search path={path} info={info} field={field} value={value} /> : null}
        {"refused" in found ? <ErrorCard problem={found.refused} /> : (
          <>
            {found.items.length ? <RecordTable path={path} items={found.items} /> : (
              <Empty icon="search">
                {value === "" ? "No record is left in this collection." : "No record has this value."}
              </Empty>
            )}
            <NextPage path={path} cursor={found.nextCursor} query={query} label="More" />
          </>
        )}
      </>
    ),
  );
}

/** What was asked for, or why not: a field that is none stands in an address that somebody kept. */
async function search(
  { engine }: PageDeps,
  name: string,
  { field, value, cursor }: { field: string; value: string; cursor: string | undefined },
): Promise<
  Page<CollectionRecord> | { refused: Problem }
> {
  const paging = { limit: LIMIT, cursor };
  if (value === "") return await engine.collections.records(name, paging);
  try {
    return await engine.collections.find(name, { field, value: indexValueOf(value) }, paging);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status !== 422) throw error;
    return { refused: toProblem(error) };
  }
}

function Search(
  { path, info, field, value }: { path: string; info: CollectionInfo; field: string; value: string },
): JSX.Element {
  return (
    <form method="get" action={path} role="search" class="mb-4 flex max-w-xl flex-wrap gap-2">
      <label>
        <span class="sr-only">Field</span>
        <select class="input" name="field">
          {info.indexes.map((each) => (
            <option key={each} value={each} selected={each === field}>{each}</option>
          ))}
        </select>
      </label>
      <label class="min-w-0 flex-1">
        <span class="sr-only">Is exactly</span>
        <input class="input" type="search" name="value" value={value} placeholder="is exactly …" />
      </label>
      <button type="submit" class="button">
        <Icon name="search" /> Find
      </button>
    </form>
  );
}

function RecordTable({ path, items }: { path: string; items: readonly CollectionRecord[] }): JSX.Element {
  return (
    <Table label="Records" heads={["Key", "Value", "Changed"]}>
      {items.map(({ key, value, updatedAt }) => (
        <tr key={key}>
          <td>
            <a class="link mono break-all" href={`${path}?${new URLSearchParams({ record: key })}`}>{key}</a>
          </td>
          <td data-label="Value" class="mono break-all text-soft">{shortly(value)}</td>
          <td data-label="Changed" class="whitespace-nowrap text-soft">
            <Time at={updatedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function shortly(value: CollectionRecord["value"]): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

async function showRecord(
  c: PageContext,
  deps: PageDeps,
  info: CollectionInfo,
  record: CollectionRecord,
): Promise<Response> {
  const { key, value, createdAt, updatedAt } = record;
  const editable = deps.can(userOf(c).role, "collection.edit");
  return await renderPage(
    c,
    deps,
    {
      title: key,
      heading: <span class="mono break-all">{key}</span>,
      nav: "data",
      crumbs: [CRUMB, { label: info.name, href: `/collections/${info.name}` }],
      actions: editable
        ? (
          <Island
            name="collections/DeleteRecord"
            component={DeleteRecord}
            props={{ collection: info.name, recordKey: key }}
          />
        )
        : null,
    },
    (
      <div class="grid gap-4">
        <p class="text-soft">
          Changed <Time at={updatedAt} />, first kept <Time at={createdAt} />
        </p>
        <section class="card min-w-0 p-4" aria-label="Value">
          <JsonTree value={value} path="record.value" />
        </section>
      </div>
    ),
  );
}
