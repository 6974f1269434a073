import { Email } from "./lead.ts";

/** Addresses in a text, separated by commas, and the first part that is none. Line breaks are never cut off: in an address they are an attack, not a typing slip. */
export function addressesIn(text: string): { addresses: string[]; wrong: string | null } {
  const parts = text.split(",").map((part) => part.replace(/^[ \t]+|[ \t]+$/g, "")).filter((part) =>
    part !== ""
  );
  const wrong = parts.find((part) => !Email.safeParse(part).success) ?? null;
  return { addresses: [...new Set(parts)], wrong };
}
