/** Small files in n8n's format, written by hand after its documentation. */
import type { Json } from "../../engine/schemas/json.ts";

export interface FileNode {
  name: string;
  type: string;
  typeVersion?: number;
  parameters?: { [name: string]: Json };
  [more: string]: Json | undefined;
}

/** Nodes with their connections: `[from, to]`, `[from, output, to]`. */
export function n8nFile(
  nodes: FileNode[],
  wires: (readonly [string, string] | readonly [string, number, string])[],
  more: { [name: string]: Json } = {},
): { [name: string]: Json } {
  // A node may have any name, and no object of ours should have it as a key.
  const connections = new Map<string, { main: { node: string; type: string; index: number }[][] }>();
  for (const wire of wires) {
    const [from, output, to] = wire.length === 2 ? [wire[0], 0, wire[1]] as const : wire;
    const { main } = connections.get(from) ?? { main: [] };
    connections.set(from, { main });
    while (main.length <= output) main.push([]);
    main[output]?.push({ node: to, type: "main", index: 0 });
  }
  return JSON.parse(JSON.stringify({
    name: "From n8n",
    nodes: nodes.map((node, i) => ({
      id: `id-${i}`,
      typeVersion: 1,
      position: [220 * i, 300],
      parameters: {},
      ...node,
      type: node.type.includes(".") ? node.type : `n8n-nodes-base.${node.type}`,
    })),
    connections: Object.fromEntries(connections),
    settings: { executionOrder: "v1", timezone: "Europe/Zurich" },
    ...more,
  }));
}

function comparison(
  left: string,
  type: string,
  operation: string,
  right: Json = "",
): { [name: string]: Json } {
  return { id: `${left}${operation}`, leftValue: left, rightValue: right, operator: { type, operation } };
}

/** Of the second generation: IF, filter and the rules of a switch. */
export function conditions(
  list: (readonly [string, string, string, Json?])[],
  combinator = "and",
): { [name: string]: Json } {
  return {
    options: { caseSensitive: true, leftValue: "", typeValidation: "strict" },
    conditions: list.map(([left, type, operation, right]) => comparison(left, type, operation, right)),
    combinator,
  };
}

/** A webhook looks up a company, decides, mails or waits, and answers. */
export const LEADS = n8nFile([
  {
    name: "Webhook",
    type: "webhook",
    typeVersion: 2,
    parameters: { path: "new lead", httpMethod: "POST", responseMode: "responseNode", options: {} },
  },
  {
    name: "Look up",
    type: "httpRequest",
    typeVersion: 4.2,
    parameters: {
      method: "POST",
      url: "=https://api.example.com/companies/{{ $json.body.domain }}",
      authentication: "genericCredentialType",
      sendHeaders: true,
      headerParameters: { parameters: [{ name: "x-source", value: "n8n" }] },
      sendBody: true,
      specifyBody: "json",
      jsonBody: '={ "email": "{{ $json.body.email }}", "tags": ["new"] }',
      options: { timeout: 10_000 },
    },
    credentials: { httpHeaderAuth: { id: "1", name: "CRM key" } },
  },
  {
    name: "Large?",
    type: "if",
    typeVersion: 2,
    parameters: {
      conditions: conditions([
        ["={{ $json.employees }}", "number", "gte", 250],
        ["={{ $('Webhook').item.json.body.email }}", "string", "endsWith", ".com"],
      ]),
    },
  },
  {
    name: "Write",
    type: "emailSend",
    typeVersion: 2.1,
    parameters: {
      fromEmail: "sales@example.com",
      toEmail: '={{ $node["Webhook"].json.body.email }}',
      subject: "=Hello {{ $json.name }} and {{ $json.name.toUpperCase() }}",
      emailFormat: "text",
      text: "=You have {{ $json.employees }} people.",
      options: { replyTo: "kim@example.com" },
    },
  },
  { name: "Later", type: "wait", typeVersion: 1.1, parameters: { amount: 2, unit: "days" } },
  {
    name: "Answer",
    type: "respondToWebhook",
    typeVersion: 1.1,
    parameters: {
      respondWith: "json",
      responseBody: '={ "company": "{{ $json.name }}" }',
      options: { responseCode: 201 },
    },
  },
  {
    name: "Note down",
    type: "set",
    typeVersion: 3.4,
    parameters: {
      assignments: {
        assignments: [
          { id: "a", name: "stage", value: "new", type: "string" },
          { id: "b", name: "size", value: "={{ $json.employees }}", type: "number" },
        ],
      },
      includeOtherFields: true,
    },
  },
  { name: "CRM", type: "hubspot", typeVersion: 2, parameters: { resource: "contact", operation: "create" } },
  {
    name: "Sticky Note",
    type: "stickyNote",
    parameters: { content: "## Read me", width: 400, height: 200 },
  },
], [
  ["Webhook", "Look up"],
  ["Look up", "Large?"],
  ["Large?", 0, "Write"],
  ["Large?", 1, "Later"],
  ["Write", "Answer"],
  ["Later", "Answer"],
  ["Answer", "Note down"],
  ["Note down", "CRM"],
]);
