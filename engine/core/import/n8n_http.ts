import type { Json } from "../../schemas/json.ts";
import { at, listAt, textAt } from "./n8n_file.ts";
import type { N8nNode } from "./n8n_file.ts";
import { errorPort } from "./n8n_became.ts";
import type { Became } from "./n8n_became.ts";
import { convertText, convertValue } from "./n8n_text.ts";
import type { Locate } from "./n8n_text.ts";

const MOST_SECONDS = 120;

/** An HTTP request, of every generation. Credentials are never in a file: which they were is said. */
export function convertHttp(node: N8nNode, locate: Locate): Became {
  const { parameters, credentials } = node;
  const notes: string[] = [];
  const text = (value: string): string => {
    const converted = convertText(value, locate);
    notes.push(...converted.notes);
    return converted.text;
  };
  const pairs = (...ways: string[][]): { name: string; value: string }[] =>
    ways.flatMap((way) => listAt(parameters, ...way)).map((each) => ({
      name: textAt(each, "name"),
      value: text(textAt(each, "value")),
    })).filter(({ name }) => name !== "");
  const method = (textAt(parameters, "method") || textAt(parameters, "requestMethod") || "GET").toUpperCase();
  const body = method === "GET" || method === "HEAD" ? undefined : bodyOf(parameters, locate, notes);
  for (const [kind, { name }] of Object.entries(credentials)) {
    notes.push(`It used the credentials "${name ?? kind}": choose a secret in their place`);
  }
  const seconds = Number(textAt(parameters, "options", "timeout")) / 1_000;
  return {
    type: "api",
    config: {
      method,
      url: text(textAt(parameters, "url")),
      headers: pairs(["headerParameters", "parameters"], ["headerParametersUi", "parameter"]),
      query: pairs(["queryParameters", "parameters"], ["queryParametersUi", "parameter"]),
      ...body === undefined ? {} : { body },
      ...seconds > 0 ? { timeout: { value: Math.min(MOST_SECONDS, seconds), unit: "seconds" } } : {},
    },
    notes,
    port: errorPort(node.onError),
  };
}

function bodyOf(parameters: Json, locate: Locate, notes: string[]): Json | undefined {
  const raw = textAt(parameters, "jsonBody") || textAt(parameters, "body") ||
    textAt(parameters, "bodyParametersJson");
  if (raw !== "") return written(raw, locate, notes);
  const fields = [
    ...listAt(parameters, "bodyParameters", "parameters"),
    ...listAt(parameters, "bodyParametersUi", "parameter"),
  ];
  if (fields.length === 0) return undefined;
  const found = fields.map((each) => {
    const converted = convertValue(at(each, "value") ?? "", locate);
    notes.push(...converted.notes);
    return [textAt(each, "name"), converted.value] as const;
  });
  return Object.fromEntries(found.filter(([name]) => name !== ""));
}

/** A text that is JSON but for its templates is taken as JSON, so that values are quoted. */
function written(raw: string, locate: Locate, notes: string[]): Json {
  const converted = convertText(raw, locate);
  notes.push(...converted.notes);
  try {
    return JSON.parse(converted.text) as Json;
  } catch {
    return converted.text;
  }
}
