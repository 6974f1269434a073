import type { HttpRequest, HttpResponse, MailAbout, MailRequest, MailResult } from "../schemas/outbound.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../worker/clock.ts";
import type { Log } from "../worker/services.ts";

/** What alerts are built from; the ways out are the ones that steps use. */
export interface AlertDeps {
  store: Store;
  clock: Pick<Clock, "now">;
  newId(): string;
  mail(request: MailRequest, about: MailAbout): Promise<MailResult>;
  http(request: HttpRequest, options: { signal: AbortSignal; depth: number }): Promise<HttpResponse>;
  secret(name: string, host: string | null): Promise<string>;
  /** Public base address without a slash at the end; empty: unknown. */
  publicUrl(): string;
  /** How long mails and closed incidents are kept. */
  retentionMs: number;
  log: Log;
}
