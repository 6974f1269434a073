import type { JsonObject } from "../schemas/json.ts";
import type { Told } from "./records.ts";

/** One or several alerts as a channel says them. */
export interface AlertMessage {
  subject: string;
  text: string;
  slack: JsonObject;
  webhook: JsonObject;
}

/** Of one alert its own words; several are one message, the newest last. `base`: the public address, if it is known. */
export function messageOf(alerts: readonly Told[], base: string): AlertMessage {
  const [only] = alerts;
  const subject = alerts.length === 1 && only ? titleOf(only) : `${alerts.length} alerts from LeadFlow`;
  const blocks = alerts.map((alert) =>
    [flat(titleOf(alert)), flat(alert.detail), `${base}${alert.link}`, timeOf(alert.at)].filter(Boolean)
      .join("\n")
  );
  const settings = `You get this because alerts are sent here: ${base}/settings/alerts`;
  return {
    subject: flat(subject).slice(0, 200),
    text: [...blocks, settings].join("\n\n"),
    slack: { text: alerts.map((alert) => slackText(alert, base)).join("\n\n") },
    webhook: {
      type: alerts.length === 1 && only ? `alert.${only.what}` : "alert.digest",
      timestamp: new Date(alerts.at(-1)?.at ?? 0).toISOString(),
      data: {
        alerts: alerts.map(({ what, incidentId, title, detail, link, at }) => ({
          what,
          incidentId,
          title,
          detail,
          url: `${base}${link}`,
          at: new Date(at).toISOString(),
        })),
      },
    },
  };
}

function titleOf({ what, title }: Told): string {
  return what === "recovered" ? `Recovered: ${title}` : title;
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A workflow's name and another host's answer are in it: neither calls a channel, nor hides an address. */
function slackText(alert: Told, base: string): string {
  const lines = [`*${escaped(flat(titleOf(alert)))}*`, escaped(flat(alert.detail))];
  return [...lines, base ? `<${base}${alert.link}|See it in LeadFlow>` : ""].filter(Boolean).join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("*", "∗");
}

/** A workflow's name and another host's answer are in it: neither begins a line that looks like one of ours. */
function flat(text: string): string {
  // deno-lint-ignore no-control-regex -- what ends a line somewhere, and what no text has
  return text.replace(/[\0-\x1f\x7f\x85\u2028\u2029]+/g, " ");
}
