import type { Json, JsonObject } from "../../schemas/json.ts";
import { convertConditions, term } from "./n8n_condition.ts";
import { at, kindOf, listAt, textAt } from "./n8n_file.ts";
import type { N8nNode } from "./n8n_file.ts";
import { errorPort, OUT } from "./n8n_became.ts";
import type { Around, Became } from "./n8n_became.ts";
import { convertHttp } from "./n8n_http.ts";
import { convertText, convertValue } from "./n8n_text.ts";
import type { Locate } from "./n8n_text.ts";

type Convert = (node: N8nNode, around: Around) => Became | null;

const MINUTE_UNITS: ReadonlySet<string> = new Set(["seconds", "minutes", "hours", "days", "weeks"]);
const METHODS: ReadonlySet<string> = new Set(["POST", "GET", "PUT", "PATCH", "DELETE"]);

const CONVERTERS: ReadonlyMap<string, Convert> = new Map<string, Convert>([
  ["manualTrigger", () => ({ type: "trigger_manual", config: {}, notes: [], port: OUT })],
  ["start", () => ({ type: "trigger_manual", config: {}, notes: [], port: OUT })],
  ["scheduleTrigger", convertSchedule],
  ["cron", convertSchedule],
  ["interval", convertSchedule],
  ["webhook", convertWebhook],
  ["set", convertSet],
  ["if", convertIf],
  ["filter", convertIf],
  ["switch", convertSwitch],
  ["httpRequest", (node, { locate }) => convertHttp(node, locate)],
  ["wait", convertWait],
  ["emailSend", convertEmail],
  ["code", convertCode],
  ["function", convertCode],
  ["merge", convertMerge],
  ["noOp", () => ({ type: "set", config: { fields: [] }, notes: [], port: OUT })],
  ["respondToWebhook", convertRespond],
  ["splitInBatches", convertLoop],
]);

/** The node as one of ours; what has no counterpart becomes a task that says what it was. */
export function convertNode(node: N8nNode, around: Around): Became {
  if (node.disabled) {
    const notes = ["It was switched off in n8n: nothing is done here"];
    return { type: "set", config: { fields: [] }, notes, port: OUT };
  }
  const made = node.type.startsWith("n8n-nodes-base.") ? CONVERTERS.get(kindOf(node))?.(node, around) : null;
  return made ??
    taskFor(node, `There is no node for ${node.type}: a person does it, or put others in its place`);
}

function taskFor(node: N8nNode, note: string, description = ""): Became {
  const what = description || `In n8n this was ${node.type}:\n${JSON.stringify(node.parameters, null, 2)}`;
  const config = {
    title: node.name,
    description: what.replaceAll("{{", "{ {").slice(0, 10_000),
    outcomes: ["Done"],
  };
  return { type: "task", config, notes: [note], port: () => "Done" };
}

function convertSchedule(node: N8nNode): Became {
  const cron = listAt(node.parameters, "rule", "interval").map(intervalWords);
  const times = listAt(node.parameters, "triggerTimes", "item").map((item) => JSON.stringify(item));
  const when = [...cron, ...times].join("; ") || JSON.stringify(node.parameters);
  const notes = [`It started by a schedule (${when}); here it is started by hand until a schedule starts it`];
  return { type: "trigger_manual", config: {}, notes, port: OUT };
}

function intervalWords(rule: JsonObject): string {
  const field = textAt(rule, "field") || "days";
  if (field === "cronExpression") return `cron ${textAt(rule, "expression")}`;
  const every = textAt(rule, `${field}Interval`) || "1";
  const hour = textAt(rule, "triggerAtHour");
  const minute = textAt(rule, "triggerAtMinute") || "0";
  const days = at(rule, "triggerAtDay");
  const on = Array.isArray(days) ? ` on weekdays ${days.join(", ")} (0 is Sunday)` : "";
  return `every ${every} ${field}${on}${hour === "" ? "" : ` at ${hour}:${minute.padStart(2, "0")}`}`;
}

function convertWebhook(node: N8nNode): Became {
  const { parameters } = node;
  const notes: string[] = [];
  const path = textAt(parameters, "path").replaceAll(/[^A-Za-z0-9_/-]+/g, "-").replace(/^\/+/, "").slice(
    0,
    100,
  );
  const asked = (textAt(parameters, "httpMethod") || "GET").toUpperCase();
  const method = METHODS.has(asked) ? asked : "POST";
  if (method !== asked) notes.push(`It answered ${asked}: one of ${[...METHODS].join(", ")} is possible`);
  const mode = textAt(parameters, "responseMode");
  const open = ["", "none"].includes(textAt(parameters, "authentication"));
  // Nothing that was locked is opened: without a secret it cannot be published.
  if (!open) notes.push("Callers had to prove themselves: choose the secret that they must know");
  const config: JsonObject = {
    path,
    method,
    auth: open ? { kind: "none" } : { kind: "header", header: "x-webhook-key" },
    respond: mode === "responseNode" ? "node" : mode === "lastNode" ? "finished" : "accepted",
  };
  return { type: "trigger_webhook", config, notes, port: OUT };
}

/** Names and values of a set node, of every generation. */
export function fieldsOf({ parameters }: N8nNode): { name: string; value: Json }[] {
  const given = [
    ...listAt(parameters, "assignments", "assignments"),
    ...listAt(parameters, "fields", "values"),
    ...["string", "number", "boolean"].flatMap((type) => listAt(parameters, "values", type)),
  ];
  return given.flatMap((field) => {
    const name = textAt(field, "name");
    const value = at(field, "value") ?? at(field, "stringValue") ?? at(field, "numberValue") ??
      at(field, "booleanValue") ?? "";
    return name === "" ? [] : [{ name: name.slice(0, 100), value }];
  });
}

function convertSet(node: N8nNode, { locate }: Around): Became {
  const notes: string[] = [];
  const fields = fieldsOf(node).map(({ name, value }) => {
    const converted = convertValue(value, locate);
    notes.push(...converted.notes);
    return { name, value: converted.value };
  });
  if (textAt(node.parameters, "mode") === "raw") {
    notes.push("It was written as JSON: name its fields here");
  }
  return { type: "set", config: { fields }, notes, port: OUT };
}

function convertIf({ parameters, type }: N8nNode, { locate }: Around): Became {
  const how = textAt(parameters, "combineOperation");
  const { condition, notes } = convertConditions(at(parameters, "conditions"), how, locate);
  const isFilter = type.endsWith(".filter");
  return {
    type: "condition",
    config: condition,
    notes,
    port: (output) => output === 0 ? "true" : isFilter ? null : "false",
  };
}

function convertSwitch({ parameters }: N8nNode, { locate, types }: Around): Became | null {
  if (!types.has("switch") || textAt(parameters, "mode") === "expression") return null;
  const notes: string[] = [];
  const names = new Set<string>();
  const first = at(parameters, "value1");
  const rules = [...listAt(parameters, "rules", "values"), ...listAt(parameters, "rules", "rules")];
  const cases = rules.map((rule, i) => {
    let name = textAt(rule, "outputKey") || `Case ${i + 1}`;
    if (names.has(name) || name.toLowerCase() === "otherwise") name = `${name} ${i + 1}`;
    names.add(name);
    const made = at(rule, "conditions") === undefined
      ? { condition: { all: [single(first, rule, locate, notes)] }, notes: [] }
      : convertConditions(at(rule, "conditions"), "", locate);
    notes.push(...made.notes);
    return { name, when: made.condition };
  });
  if (cases.length > 20) notes.push("It had more than 20 cases: the first 20 were taken");
  const kept = cases.slice(0, 20);
  const port = (output: number): string | null =>
    kept[output]?.name ?? (output === cases.length ? "otherwise" : null);
  return { type: "switch", config: { cases: kept }, notes, port };
}

function single(left: Json | undefined, rule: JsonObject, locate: Locate, notes: string[]): JsonObject {
  const operation = textAt(rule, "operation") || "equal";
  return term({ left, operation, right: at(rule, "value2") }, locate, notes);
}

function convertWait({ parameters }: N8nNode, { locate }: Around): Became | null {
  const resume = textAt(parameters, "resume") || "timeInterval";
  if (resume === "timeInterval") {
    const unit = textAt(parameters, "unit") || "hours";
    const value = Number(textAt(parameters, "amount") || "1");
    if (!MINUTE_UNITS.has(unit) || !Number.isFinite(value) || value <= 0) return null;
    return { type: "wait", config: { kind: "for", duration: { value, unit } }, notes: [], port: OUT };
  }
  if (resume !== "specificTime") return null;
  const { text, notes } = convertText(textAt(parameters, "dateTime"), locate);
  return { type: "wait", config: { kind: "until", at: text }, notes, port: OUT };
}

function convertEmail({ parameters, onError }: N8nNode, { locate }: Around): Became {
  const notes: string[] = ["It is sent from this house's address, whatever n8n's was"];
  const text = (...way: string[]): string => {
    const converted = convertText(textAt(parameters, ...way), locate);
    notes.push(...converted.notes);
    return converted.text;
  };
  const more = (name: string, ...ways: string[][]): JsonObject => {
    const found = ways.map((way) => text(...way)).find((each) => each !== "");
    return found ? { [name]: found } : {};
  };
  const html = text("html");
  const config = {
    to: text("toEmail"),
    subject: text("subject"),
    text: text("text") || html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ").trim(),
    ...html === "" ? {} : { html },
    ...more("cc", ["ccEmail"], ["options", "ccEmail"]),
    ...more("bcc", ["bccEmail"], ["options", "bccEmail"]),
    ...more("replyTo", ["replyTo"], ["options", "replyTo"]),
  };
  return { type: "email", config, notes, port: errorPort(onError) };
}

function convertCode(node: N8nNode, { types }: Around): Became {
  const code = textAt(node.parameters, "jsCode") || textAt(node.parameters, "functionCode") ||
    textAt(node.parameters, "pythonCode");
  const python = textAt(node.parameters, "language").startsWith("python");
  if (!types.has("script") || python) {
    return taskFor(node, "Its code was kept as a text: it is not run", `In n8n this was code:\n${code}`);
  }
  const config = { code, timeout: { value: 10, unit: "seconds" } };
  const notes = ["It was written for n8n's items: here it gets `input` and returns JSON"];
  return { type: "script", config, notes, port: errorPort(node.onError) };
}

function convertMerge({ parameters }: N8nNode): Became {
  const mode = textAt(parameters, "mode") || "append";
  const notes = mode === "append" || mode === "wait" || mode === "passThrough" ? [] : [
    `It combined items (${mode}): here it waits for all of its branches, and later steps read each of them`,
  ];
  return { type: "join", config: { mode: "all" }, notes, port: OUT };
}

function convertRespond({ parameters }: N8nNode, { locate }: Around): Became {
  const body = convertText(textAt(parameters, "responseBody"), locate);
  const kind = textAt(parameters, "respondWith") || "firstIncomingItem";
  const headers = listAt(parameters, "options", "responseHeaders", "entries").map((each) => ({
    name: textAt(each, "name"),
    value: convertText(textAt(each, "value"), locate).text,
  }));
  const status = Number(textAt(parameters, "options", "responseCode") || "200");
  const known = kind === "text" || kind === "json" || kind === "noData";
  return {
    type: "respond",
    config: { status, headers, ...kind === "noData" ? {} : { body: body.text } },
    notes: [...body.notes, ...known ? [] : [`It answered with ${kind}: say what is answered`]],
    port: () => null,
  };
}

function convertLoop({ parameters, typeVersion }: N8nNode, { items, loops }: Around): Became | null {
  const size = Number(textAt(parameters, "batchSize") || (typeVersion < 3 ? "10" : "1"));
  if (size !== 1 || items === null || !loops) return null;
  const notes = [`It goes through {{ ${items} }}: look whether that is the list`];
  const config = { items: `{{ ${items} }}`, concurrency: 1, onError: "stop" };
  // The third generation has the loop's way second.
  const each = typeVersion < 3 ? 0 : 1;
  return { type: "for_each", config, notes, port: (output) => output === each ? "each" : "out" };
}
