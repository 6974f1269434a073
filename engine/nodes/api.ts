import { z } from "zod";
import { durationMs } from "../schemas/duration.ts";
import { failureOfAnswer, isJsonType, parseJson, readAnswer, toBase64 } from "../schemas/http_answer.ts";
import { addressProblems, hostsOf, RequestTimeout } from "../schemas/http_call.ts";
import { Json, SecretRef } from "../schemas/json.ts";
import { StepError } from "../errors.ts";
import { defineNode } from "./define.ts";
import type { HttpRequest, Outcome, StepContext } from "./define.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] as const;

const HeaderName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, "the name of an HTTP header");
const Secret = SecretRef.meta({ format: "secret", title: "Secret", description: "Name of a stored secret." });

const Auth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none") }).meta({ title: "None" }),
  z.strictObject({ kind: z.literal("bearer"), token: Secret }).meta({ title: "Bearer token" }),
  z.strictObject({
    kind: z.literal("basic"),
    username: z.string().max(500).meta({ title: "User name", description: "May hold {{ }}." }),
    password: Secret,
  }).meta({ title: "User name and password" }),
  z.strictObject({
    kind: z.literal("header"),
    name: HeaderName.meta({ title: "Header", description: "Such as x-api-key." }),
    value: Secret,
  }).meta({ title: "Key in a header" }),
]);

const config = z.strictObject({
  method: z.enum(METHODS).default("GET").meta({ title: "Method", description: "The HTTP method." }),
  url: z.string().max(8_000).meta({
    title: "Address",
    description: "http or https; values from {{ }} are percent-encoded.",
    format: "uri",
  }),
  headers: z.array(z.strictObject({
    name: HeaderName.meta({ title: "Name", description: "Such as accept." }),
    value: z.string().max(8_000).meta({ title: "Value", description: "One line; may hold {{ }}." }),
  })).max(50).default([]).meta({ title: "Headers", description: "Sent with the request." }),
  query: z.array(z.strictObject({
    name: z.string().min(1).max(500).meta({ title: "Name", description: "Of the parameter." }),
    value: z.string().max(8_000).meta({ title: "Value", description: "May hold {{ }}." }),
  })).max(100).default([]).meta({ title: "Query", description: "Parameters added to the address." }),
  body: Json.optional().meta({
    title: "Body",
    description: "An object or list is sent as JSON with safe values; a text is sent as it is.",
  }),
  timeout: RequestTimeout,
  auth: Auth.optional().meta({ title: "Sign-in", description: "How this request proves who sends it." }),
});
type Config = z.infer<typeof config>;

function bad(code: string, field: string, message: string): never {
  throw new StepError({ code, message, retryable: false, details: { field } });
}

function address(config: Config): URL {
  const url = URL.parse(config.url);
  if (!url) {
    bad(
      "bad_url",
      "url",
      `Cannot send: url is ${
        JSON.stringify(config.url.slice(0, 200))
      }, an address such as https://api.example.com is accepted`,
    );
  }
  for (const { name, value } of config.query) url.searchParams.append(name, value);
  return url;
}

function isEmpty(body: Config["body"]): boolean {
  return body === undefined || body === null || body === "";
}

/** The body and its content type; a text that is declared as JSON must be JSON, so that a quote in a name is noticed. */
function bodyOf({ method, body, headers }: Config): { body: string; type: string } | null {
  if (isEmpty(body)) return null;
  if (method === "GET" || method === "HEAD") {
    bad("bad_body", "body", `Cannot send: ${method} carries no body`);
  }
  if (typeof body !== "string") return { body: JSON.stringify(body), type: "application/json" };
  const declared = headers.find(({ name }) => name.toLowerCase() === "content-type")?.value ?? "";
  if (isJsonType(declared) && parseJson(body) === undefined) {
    bad(
      "bad_body",
      "body",
      "Cannot send: body is declared as JSON and is none; an object instead of a text is always right",
    );
  }
  const type = /^\s*[[{]/.test(body) && parseJson(body) !== undefined
    ? "application/json"
    : "text/plain;charset=UTF-8";
  return { body, type };
}

async function authHeaders(
  auth: Config["auth"],
  host: string,
  context: StepContext,
): Promise<HttpRequest["headers"]> {
  switch (auth?.kind) {
    case undefined:
    case "none":
      return [];
    case "bearer":
      return [{ name: "authorization", value: `Bearer ${await context.secret(auth.token.secret, host)}` }];
    case "basic": {
      const password = await context.secret(auth.password.secret, host);
      return [{
        name: "authorization",
        value: `Basic ${toBase64(new TextEncoder().encode(`${auth.username}:${password}`))}`,
      }];
    }
    case "header":
      return [{ name: auth.name, value: await context.secret(auth.value.secret, host) }];
    default:
      return auth satisfies never;
  }
}

async function request(config: Config, context: StepContext): Promise<HttpRequest> {
  const url = address(config);
  const content = bodyOf(config);
  const headers = [...config.headers, ...await authHeaders(config.auth, url.host, context)];
  const add = (name: string, value: string): void => {
    if (!headers.some((header) => header.name.toLowerCase() === name)) headers.push({ name, value });
  };
  add("idempotency-key", context.idempotencyKey);
  if (content) add("content-type", content.type);
  return {
    method: config.method,
    url: url.href,
    headers,
    ...(content ? { body: content.body } : {}),
    timeoutMs: durationMs(config.timeout),
  };
}

async function run(config: Config, context: StepContext): Promise<Outcome> {
  const response = await context.http(await request(config, context));
  const output = readAnswer(response);
  if (response.status < 400) return { kind: "done", output };
  return { kind: "fail", output, failure: failureOfAnswer(response, output.headers, context.now) };
}

/** Sends one HTTP request. Fails with `http_<status>` from 400 on, or with the name of what kept it from an answer. */
export default defineNode({
  type: "api",
  version: 1,
  kind: "effect",
  ledger: false,
  hosts: ({ url }) => hostsOf(url),
  title: "HTTP request",
  description: "Calls another program and takes its answer along.",
  help: [
    "Sends one request to another program and takes the answer along: steps behind it read steps.<this node>.output.body.",
    'Example: POST to https://api.example.com/contacts with the body {"email": "{{ lead.email }}"} and a bearer token that lies under Settings → Secrets.',
    "From status 400 on it fails, is tried again by its retry policy, and then leaves by Failed.",
  ].join("\n\n"),
  category: "data",
  keywords: ["crm", "hubspot", "salesforce", "sms", "rest", "api", "get", "post", "integration"],
  icon: "globe",
  config,
  example: {
    method: "GET",
    url: "https://api.example.com/",
    headers: [],
    query: [],
    timeout: { value: 30, unit: "seconds" },
  },
  ports: [{ id: "out", label: "Answered" }, { id: "error", label: "Failed" }],
  summary: '{{ method | default: "GET" }} {{ url | truncate: 60 }}',
  templates: {
    url: "url",
    "headers.*.value": "header",
    "query.*.value": "text",
    body: "json",
    "auth.username": "text",
  },
  check({ method, url, body }): { path: string; message: string; accepted?: string }[] {
    const problems = addressProblems(url, "The request");
    if ((method === "GET" || method === "HEAD") && !isEmpty(body)) {
      problems.push({
        path: "body",
        message: `${method} carries no body`,
        accepted: "no body, or POST, PUT, PATCH",
      });
    }
    return problems;
  },
  run,
});
