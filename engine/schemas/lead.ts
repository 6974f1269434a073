import { z } from "zod";
import { Json } from "./json.ts";

export const LEAD_STATUSES = ["new", "contacted", "qualified", "customer", "lost", "unsubscribed"] as const;

export const Email = z.email("an e-mail address, such as ann@example.com").max(254);

const short = z.string().max(200);
const fields = {
  phone: short,
  firstName: short,
  lastName: short,
  company: short,
  industry: short,
  timezone: z.string().max(64),
  score: z.number().min(-1_000_000).max(1_000_000),
  status: z.enum(LEAD_STATUSES),
  tags: z.array(z.string().min(1).max(100)).max(200),
  fields: z.record(z.string().min(1).max(100), Json),
};

export const LeadInput = z.strictObject({ email: Email, ...fields }).partial().required({ email: true }).meta(
  { id: "LeadInput" },
);
export type LeadInput = z.infer<typeof LeadInput>;
export const LeadPatch = z.strictObject({ email: Email, ...fields }).partial().meta({ id: "LeadPatch" });
export type LeadPatch = z.infer<typeof LeadPatch>;

/** A person the team wants to win. Empty text means unknown. */
export const Lead = z.object({
  id: z.string(),
  email: z.string(),
  ...fields,
  score: z.number().nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
}).meta({ id: "Lead" });
export type Lead = z.infer<typeof Lead>;

export const SignalType = z.string().regex(
  /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/,
  "lower-case words joined by dots, such as call.completed",
)
  .max(100);
export const SignalInput = z.strictObject({ type: SignalType, data: Json.optional() }).meta({
  id: "SignalInput",
});
export type SignalInput = z.infer<typeof SignalInput>;

/** Something that happened to a lead. */
export const Signal = z.object({
  id: z.string(),
  leadId: z.string(),
  type: z.string(),
  data: Json.nullable(),
  at: z.string(),
}).meta({ id: "Signal" });
export type Signal = z.infer<typeof Signal>;
