/** What a long run is given, and what it tells. */
export interface Options {
  only: readonly string[];
  seed: number;
  kills: number;
  rounds: number;
  /** Of the run that overloads. */
  minutes: number;
}

export interface Result {
  told: string;
  ok: boolean;
}
