import type { Lead } from "./lead.ts";

/** What a lead is of whom only the address is known. Without Zod, for the browser. */
export function unknownLead(): Omit<Lead, "id" | "email" | "createdAt" | "updatedAt"> {
  return {
    phone: "",
    firstName: "",
    lastName: "",
    company: "",
    industry: "",
    timezone: "",
    score: null,
    status: "new",
    tags: [],
    fields: {},
  };
}
