import { z } from "zod";
import { Problem } from "../../engine/schemas/problem.ts";
import type { Answer, ApiRoute } from "./define.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;
type Components = { [name: string]: JsonSchema };

/** OpenAPI 3.1 of every route in the table, from the schemas that check the requests. */
export function openApiDocument(table: readonly ApiRoute[], publicUrl: string): object {
  const components: Components = {};
  const paths: { [path: string]: { [method: string]: object } } = {};
  for (const route of table) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method]: operation(route, components) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "LeadFlow",
      version: "1",
      description: "Errors are RFC 9457 problems. Lists are paged by cursor.",
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }, { session: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        session: { type: "apiKey", in: "cookie", name: "leadflow" },
      },
    },
  };
}

function operation(route: ApiRoute, components: Components): object {
  const responses: { [status: string]: object } = {};
  for (const [status, answer] of Object.entries(route.answers)) {
    responses[status] = response(answer, components);
  }
  responses.default = {
    description: "A problem",
    content: { "application/problem+json": { schema: schemaOf(Problem, "output", components) } },
  };
  const schema = route.body && schemaOf(route.body, "input", components);
  return {
    operationId: operationId(route),
    summary: route.summary,
    "x-action": route.action,
    ...(route.action === "public" ? { security: [] } : {}),
    parameters: parameters(route, components),
    ...(schema
      ? { requestBody: { required: !route.bodyOptional, content: { "application/json": { schema } } } }
      : {}),
    responses,
  };
}

/** `get /api/workflow/:id` → `getWorkflowById`. */
function operationId({ method, path }: ApiRoute): string {
  const words = path.slice("/api/".length).split(/[/.-]/);
  return method +
    words.map((word) => word.startsWith(":") ? `By${capital(word.slice(1))}` : capital(word)).join("");
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function response(answer: Answer, components: Components): object {
  const { description, contentType = "application/json" } = answer;
  if (!answer.schema && !answer.contentType) return { description };
  const schema = answer.schema ? schemaOf(answer.schema, "output", components) : { type: "string" };
  return { description, content: { [contentType]: { schema } } };
}

function parameters(route: ApiRoute, components: Components): object[] {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(route.query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema: isZod(schema) ? schemaOf(schema, "input", components) : {},
  }));
  const inHeader = Object.entries(route.headers ?? {}).map(([name, description]) => ({
    name,
    in: "header",
    required: name === "If-Match",
    description,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

function isZod(schema: unknown): schema is z.ZodType {
  return schema instanceof z.ZodType;
}

/** Named schemas move to the components; what they refer to moves with them. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Components): JsonSchema {
  const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    reused: "inline",
  });
  for (const [name, definition] of Object.entries($defs)) {
    components[componentName(name)] = rename(definition);
  }
  const name = z.globalRegistry.get(schema)?.id;
  // A named schema may come as a reference to its own definition, which has just moved.
  if (name === undefined || own.$ref !== undefined) return rename(own);
  components[name] = rename(own);
  return { $ref: `#/components/schemas/${name}` };
}

/** Zod numbers what is recursive and has no name; the only such schema is "any JSON value". */
function componentName(name: string): string {
  return name.startsWith("__schema") ? "Json" : name;
}

function rename<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (key, inner) => {
    if (key !== "$ref" || typeof inner !== "string") return inner;
    return `#/components/schemas/${componentName(inner.replace("#/$defs/", ""))}`;
  });
}
