import { z } from "zod";
import { CollectionInfo, CollectionRecord, indexValueOf, PutInput } from "../../engine/schemas/collection.ts";
import { invalid } from "../../engine/errors.ts";
import { Paging } from "../../engine/schemas/problem.ts";
import { define, json, noContent, pageOf } from "./define.ts";
import type { ApiRoute } from "./define.ts";

const RECORDS = "/api/collections/:name/records";
const RECORD = `${RECORDS}/:key` as const;

const Query = z.object({
  ...Paging.shape,
  field: z.string().max(100).optional(),
  value: z.string().max(500).optional(),
});

/** The team's own records, by collection and key. */
export const collectionRoutes: readonly ApiRoute[] = [
  define({
    method: "get",
    path: "/api/collections",
    action: "collection.see",
    summary: "Collections with their counts and the fields that they are found by",
    query: Paging,
    answers: { 200: { description: "A page of collections", schema: pageOf(CollectionInfo) } },
    handle: async ({ engine, query }) => json(await engine.collections.list(query)),
  }),
  define({
    method: "get",
    path: "/api/collections/:name",
    action: "collection.see",
    summary: "One collection",
    answers: { 200: { description: "The collection", schema: CollectionInfo } },
    handle: async ({ engine, param }) => json(await engine.collections.get(param("name"))),
  }),
  define({
    method: "get",
    path: RECORDS,
    action: "collection.see",
    summary: "Records in the order of their keys, or those whose indexed field has a value",
    query: Query,
    answers: { 200: { description: "A page of records", schema: pageOf(CollectionRecord) } },
    handle: async ({ engine, param, query: { field, value, ...paging } }) => {
      const name = param("name");
      if (field === undefined && value === undefined) {
        return json(await engine.collections.records(name, paging));
      }
      if (field === undefined || value === undefined) {
        const path = field === undefined ? "field" : "value";
        throw invalid("field and value belong together", [{
          path,
          message: "is missing",
          accepted: "both of them",
        }]);
      }
      return json(await engine.collections.find(name, { field, value: indexValueOf(value) }, paging));
    },
  }),
  define({
    method: "get",
    path: RECORD,
    action: "collection.see",
    summary: "One record",
    answers: { 200: { description: "The record", schema: CollectionRecord } },
    handle: async ({ engine, param }) => json(await engine.collections.record(param("name"), param("key"))),
  }),
  define({
    method: "put",
    path: RECORD,
    action: "collection.edit",
    summary: "Write a record; a new collection is made by its first one",
    body: PutInput,
    answers: {
      200: { description: "The record, replaced", schema: CollectionRecord },
      201: { description: "The record, new", schema: CollectionRecord },
    },
    handle: async ({ engine, param, body }) => {
      const { created, record } = await engine.collections.put(param("name"), param("key"), body);
      return json(record, created ? 201 : 200);
    },
  }),
  define({
    method: "delete",
    path: RECORD,
    action: "collection.edit",
    summary: "Delete a record",
    answers: { 204: { description: "Deleted" } },
    handle: async ({ engine, param }) => {
      await engine.collections.remove(param("name"), param("key"));
      return noContent();
    },
  }),
];
