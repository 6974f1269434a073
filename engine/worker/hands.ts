import type { ExecutionState, Transition } from "../core/state.ts";
import type { Loaded } from "../store/executions.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "./clock.ts";
import type { OwnEnv } from "./deciding.ts";
import type { ParentFacts } from "./children.ts";
import type { DueEntry, Held } from "./held.ts";
import type { Room } from "./room.ts";
import type { Services } from "./services.ts";
import type { Turns } from "./turns.ts";
import type { CompiledVersion, Versions } from "./versions.ts";

/** What an execution in hand needs of the worker that holds it. */
export interface Hands {
  readonly store: Store;
  readonly clock: Clock;
  readonly services: Services;
  readonly versions: Versions;
  readonly room: Room;
  readonly turns: Turns;
  /** This process. */
  readonly owner: string;
  /** Creates children that are not there yet; false when their parent has moved meanwhile. Throws StepError. */
  spawn(
    parent: Omit<ParentFacts, "live">,
    children: Pick<Transition, "spawn" | "resume">,
  ): Promise<boolean>;
  newId(): string;
  env(now: number, id: string): OwnEnv;
  /** As it was when it was last in these hands: its versionstamp says whether that still holds. */
  recent(id: string): Loaded | null;
  forgetRecent(id: string): void;
  mayTakeOver(id: string, owner: string, versionstamp: string): Promise<boolean>;
  bodiesRead(state: ExecutionState, version: CompiledVersion): { ref: string; bytes: number }[];
  mailEntries(id: string): Promise<DueEntry[]>;
  /** Deletes entries that ask for nothing, unless they were written anew. */
  dropEntries(id: string, entries: readonly DueEntry[]): Promise<void>;
  committed(held: Held, transition: Transition): void;
  /** A look that changed nothing: queued steps wait for room here. */
  nothingToDo(id: string, state: ExecutionState): void;
  letGo(held: Held, loaded: Loaded | null): void;
  failed(held: Held, error: unknown): void;
}
