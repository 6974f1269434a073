import type { JsonObject } from "../schemas/json.ts";
import type { WorkflowEdge, WorkflowInput, WorkflowNode } from "../schemas/workflow.ts";

// Cards are 220 × 72; a row every 150 and a column every 300 leave gaps of 78 and 80.
const ROW = 150;
const COLUMN = 300;

const FIRST_TEXT = `Hello {{ lead.firstName | default: "there" }},

may I ask how {{ lead.company | default: "your team" }} follows up with new contacts today?

We put what works for teams like yours on one page:
https://www.example.com/follow-up

If it is of use, just answer this mail. If not, no harm done.

Best regards`;

const SECOND_TEXT = `Hello {{ lead.firstName | default: "there" }},

my last mail may have come at a bad moment, so only one question: is following up with new contacts something that {{ lead.company | default: "your team" }} wants to get better at this quarter?

A "yes" or "no" is answer enough.

Best regards`;

const SCRIPT = `{{ lead.firstName | default: "The contact" }} opened our first mail.

1. Say who you are, and ask whether it is a good moment.
2. "You looked at our page about following up. What made you curious?"
3. Listen; ask how {{ lead.company | default: "the team" }} does it today.
4. If it fits, offer a meeting of 20 minutes this week.`;

/** *Cold Outreach Standard*: mail, wait, look whether it was opened, then a call or a second mail. */
export const SAMPLE: WorkflowInput = {
  name: "Cold Outreach Standard",
  settings: {
    description:
      "Writes to a new lead. Who opens the mail gets a call, everybody else a second mail. The wait is 30 seconds, so that you can watch it; make it 2 days before you use it.",
  },
  nodes: [
    node("hook", "trigger_webhook", "New lead arrives", [0, 0], {
      path: "cold-outreach",
      method: "POST",
      auth: { kind: "none" },
      respond: "accepted",
    }),
    node("start", "trigger_manual", "Start by hand", [1, 0], {}),
    node("first_mail", "email", "Send the first mail", [0.5, 1], {
      to: "{{ lead.email }}",
      subject: 'A question for {{ lead.company | default: "you" }}',
      text: FIRST_TEXT,
    }),
    node("pause", "wait", "Give it some time", [0.5, 2], {
      kind: "for",
      duration: { value: 30, unit: "seconds" },
    }),
    node("opened", "condition", "Opened the mail?", [0.5, 3], {
      all: [{ field: "messages.first_mail.opened", op: "is_true" }],
    }),
    node("call", "task", "Call the lead", [0, 4], {
      title: 'Call {{ lead.firstName | default: "the lead" }}',
      description: SCRIPT,
      outcomes: ["Interested", "Not now", "No answer"],
    }),
    node("second_mail", "email", "Send a second mail", [1, 4], {
      to: "{{ lead.email }}",
      subject: "One short question",
      text: SECOND_TEXT,
    }),
    node("stage", "set", "Set the stage", [0, 5], { fields: [{ name: "stage", value: "qualified" }] }),
  ],
  edges: [
    edge("hook", "out", "first_mail"),
    edge("start", "out", "first_mail"),
    edge("first_mail", "out", "pause"),
    edge("pause", "out", "opened"),
    edge("opened", "true", "call"),
    edge("opened", "false", "second_mail"),
    edge("call", "Interested", "stage"),
  ],
};

function node(
  id: string,
  type: string,
  label: string,
  [column, row]: readonly [number, number],
  config: JsonObject,
): WorkflowNode {
  return { id, type, position: { x: column * COLUMN, y: row * ROW }, data: { label, config } };
}

function edge(source: string, sourceHandle: string, target: string): WorkflowEdge {
  return { id: `${source}-${target}`, source, sourceHandle, target, targetHandle: "in" };
}
