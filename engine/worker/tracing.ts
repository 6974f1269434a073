export interface Attributes {
  readonly [name: string]: string | number | boolean;
}

/** About one execution: all of its spans are in one trace, whichever process and month they are from. */
export interface SpanAbout {
  executionId: string;
  attributes: Attributes;
}

/** What an attempt says of itself. */
export interface Span {
  failed(message: string): void;
}

/** Where spans go. */
export interface Tracing {
  /** Runs it within a span. */
  run<T>(name: string, about: SpanAbout, run: (span: Span) => Promise<T>): Promise<T>;
  /** A span of something that is over; times are epoch ms. */
  past(name: string, about: SpanAbout, time: { from: number; to: number; failed?: string }): void;
}

/** Nothing is traced. */
export const untraced: Tracing = {
  run: (_name, _about, run) => run({ failed: () => {} }),
  past: () => {},
};
