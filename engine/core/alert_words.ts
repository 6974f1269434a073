import type { AlertChannel, AlertSettings } from "../schemas/alert.ts";
import { inWords } from "./window.ts";

/** "E-mail to ann@example.com" */
export function channelInWords(channel: AlertChannel): string {
  switch (channel.kind) {
    case "email":
      return `E-mail to ${channel.to.length > 0 ? channel.to.join(", ") : "owners and admins"}`;
    case "slack":
      return `Slack by the secret ${channel.webhook.secret}`;
    case "webhook":
      return `Webhook to ${URL.parse(channel.url)?.host ?? channel.url}`;
  }
}

/** "At once, not in quiet hours: every day 20:00–07:00, Europe/Zurich". */
export function tellingInWords(
  settings: Pick<AlertSettings, "quiet" | "digest" | "digestAt" | "timezone">,
): string {
  const { quiet, digest, digestAt, timezone } = settings;
  const when = digest === "off"
    ? "At once"
    : digest === "hourly"
    ? "Gathered, with the full hour"
    : `Gathered, once a day at ${digestAt}`;
  const hours = quiet ? inWords(quiet) : "";
  const zone = quiet || digest === "daily" ? `, ${timezone}` : "";
  return quiet ? `${when}; quiet ${hours.charAt(0).toLowerCase()}${hours.slice(1)}${zone}` : `${when}${zone}`;
}
