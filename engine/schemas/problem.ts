import { z } from "zod";
import { Issue } from "./workflow.ts";

/** RFC 9457 problem details; `issues` names every field that was refused. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().optional(),
  issues: z.array(Issue).optional(),
}).meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

/** `?limit=&cursor=` of every list. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type Paging = { limit: number; cursor?: string | undefined };

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  /** A filtered scan stopped here for time; the next page goes on from it. */
  searchedUntil?: string;
  /** So many were looked into for what the filter asks of inputs, outputs and causes. */
  searched?: number;
}
