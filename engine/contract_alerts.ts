import type { Actor } from "./contract.ts";
import type { AlertRule, AlertSettings, AlertTest, Incident, Undelivered } from "./schemas/alert.ts";
import type { Page, Paging } from "./schemas/problem.ts";

/** What goes wrong, told once each. Every method throws EngineError with a problem that names the field. */
export interface Alerts {
  /** Those that are on by default, as people have changed them, then what they made. */
  rules(): Promise<AlertRule[]>;
  rule(id: string): Promise<AlertRule>;
  /** 422 naming the field. */
  createRule(input: unknown): Promise<AlertRule>;
  /** 404, 422; the kind stays. */
  saveRule(id: string, input: unknown): Promise<AlertRule>;
  /** A default is again what it was. 404. */
  removeRule(id: string): Promise<void>;
  settings(): Promise<AlertSettings>;
  saveSettings(input: unknown): Promise<AlertSettings>;
  /** Tells a test over a channel, which need not be saved, and says what came of it. */
  test(channel: unknown): Promise<AlertTest>;
  /** Newest first. */
  incidents(paging: Paging & { status?: Incident["status"] | undefined }): Promise<Page<Incident>>;
  /** All that are open, newest first. */
  open(): Promise<Incident[]>;
  /** Cheap: for every page. */
  count(): Promise<{ open: number; undelivered: number }>;
  acknowledge(id: string, actor: Actor): Promise<Incident>;
  /** Nobody is told of it for so many hours, also when it comes back; 0: they are again. */
  mute(id: string, hours: number, actor: Actor): Promise<Incident>;
  /** What could not be delivered. */
  undelivered(): Promise<Undelivered[]>;
  /** 404. */
  sendAgain(id: string): Promise<void>;
  dismiss(id: string): Promise<void>;
  /** Looks now instead of within the next minute. */
  check(): Promise<void>;
}
