import cronstrue from "cronstrue";

/** Any cron expression in words; apart from those that people mostly write, because the browser has no need of it. */
export function cronPhrase(cron: string): string {
  try {
    const words = cronstrue.toString(cron, { use24HourTimeFormat: true });
    return words.replace(/^./, (letter) => letter.toLowerCase());
  } catch {
    // It reads a little less than what may be written.
    return `cron ${cron}`;
  }
}
