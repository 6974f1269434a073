import type { Accepted, Actor, CreateOptions } from "./contract.ts";
import type { Page, Paging } from "./schemas/problem.ts";
import type {
  BackfillCount,
  BackfillInput,
  Fire,
  Schedule,
  ScheduleCreate,
  SchedulePreview,
  ScheduleUpdate,
} from "./schemas/schedule.ts";

/**
 * Schedules: each is a `trigger_schedule` of a workflow. What is changed here counts at once and is drawn in the draft
 * too. Every method throws EngineError; 404 for a schedule that there is not.
 */
export interface Scheduling {
  /** By workflow and node, newest workflow first. */
  list(paging: Paging & { workflowId?: string | undefined }): Promise<Page<Schedule>>;
  /**
   * Draws it into the workflow's draft. Where the draft was as it is live, it is published with it; otherwise it begins
   * with the next publish. 422 naming the field.
   */
  create(input: ScheduleCreate, actor: Actor, options?: CreateOptions): Promise<Schedule>;
  get(id: string): Promise<Schedule>;
  /** 422 naming the field, also when nothing of it is ahead. */
  update(id: string, input: ScheduleUpdate, actor: Actor): Promise<Schedule>;
  /** Fires no more, and goes from the draft. */
  remove(id: string, actor: Actor): Promise<void>;
  pause(id: string, actor: Actor): Promise<Schedule>;
  /** What would have come in the meantime is not made up. */
  resume(id: string, actor: Actor): Promise<Schedule>;
  /** Starts it now, beside its occurrences. 409 while it is not live. */
  run(id: string, options: CreateOptions, actor: Actor): Promise<Accepted>;
  /** The next occurrences; nothing is stored. 422 naming the field. */
  preview(input: { cron: string; timezone?: string | undefined; count: number }): SchedulePreview;
  /** Newest first. */
  history(id: string, paging: Paging): Promise<Page<Fire>>;
  /** Which occurrences of a past range have not run. 422 for more than 1,000. */
  countBackfill(id: string, input: BackfillInput): Promise<BackfillCount>;
  /** Runs them, ten a second at most. 409 when `count` is another by now, or one is under way. */
  backfill(id: string, input: BackfillInput, actor: Actor): Promise<Schedule>;
  /** What has been started goes on. */
  stopBackfill(id: string, actor: Actor): Promise<Schedule>;
}
