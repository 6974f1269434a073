/** Small workflows for the tests in a real server: the shapes that a team would import. */

type Config = Record<string, unknown>;
type Node = readonly [id: string, type: string, label: string, config: Config];
type Edge = readonly [source: string, target: string, port?: string];

/** A workflow as JSON, nodes one below the other. */
export function flow(name: string, nodes: readonly Node[], edges: readonly Edge[]): unknown {
  return {
    name,
    nodes: nodes.map(([id, type, label, config], row) => ({
      id,
      type,
      position: { x: 0, y: row * 150 },
      data: { label, config },
    })),
    edges: edges.map(([source, target, port = "out"]) => ({
      id: `${source}-${target}`,
      source,
      sourceHandle: port,
      target,
      targetHandle: "in",
    })),
  };
}

/** An open webhook at `/hooks/<path>`. */
export function hookNode(path: string): Node {
  return ["hook", "trigger_webhook", "Webhook", {
    path,
    method: "POST",
    auth: { kind: "none" },
    respond: "accepted",
  }];
}

/** A wait of some seconds. */
export function waitNode(seconds: number): Node {
  return ["pause", "wait", "Take a breath", { kind: "for", duration: { value: seconds, unit: "seconds" } }];
}

/** A call that a person makes and reports. */
export const CALL_NODE: Node = ["call", "task", "Call the lead", {
  title: "Call {{ lead.firstName }}",
  description: "Ask how {{ lead.company }} follows up.",
  outcomes: ["Interested", "Not now"],
}];

export const MAIL_NODE: Node = ["mail", "email", "Send a mail", {
  to: "{{ lead.email }}",
  subject: "Hello {{ lead.firstName }}",
  text: "How are you?",
}];

/** Webhook → set → mail → wait → set. */
export function mailAndWait(path: string, seconds: number): unknown {
  return flow(
    `Mail and wait ${path}`,
    [
      hookNode(path),
      ["first", "set", "Remember", { fields: [{ name: "stage", value: "new" }] }],
      MAIL_NODE,
      waitNode(seconds),
      ["last", "set", "Settle", { fields: [{ name: "stage", value: "done" }] }],
    ],
    [["hook", "first"], ["first", "mail"], ["mail", "pause"], ["pause", "last"]],
  );
}
