import type { SpanAbout, Tracing } from "./engine/mod.ts";

/** Deno's own OpenTelemetry (`OTEL_DENO=true`), as far as it is used; the runtime gives it untyped. */
interface Tracer {
  startActiveSpan<T>(name: string, options: object, context: Context, run: (span: OtelSpan) => T): T;
  startSpan(name: string, options: object, context: Context): OtelSpan;
}
interface OtelSpan {
  setStatus(status: { code: number; message?: string }): void;
  end(at?: number): void;
}

/** OpenTelemetry's key of the span in a context, and its code of a failure. */
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");
const ERROR = 2;

/**
 * Spans of steps and executions, where the process was started with `OTEL_DENO=true`; Deno itself adds those of requests,
 * and of what is fetched. Undefined: nothing is traced.
 */
export function createTracing(env: { get(name: string): string | undefined }): Tracing | undefined {
  if (env.get("OTEL_DENO") !== "true") return undefined;
  const tracer = tracerOf(Deno.telemetry.tracerProvider);
  if (!tracer) return undefined;
  return {
    run: (name, about, run) =>
      tracer.startActiveSpan(name, { attributes: about.attributes }, traceOf(about), async (span) => {
        try {
          return await run({ failed: (message) => span.setStatus({ code: ERROR, message }) });
        } finally {
          span.end();
        }
      }),
    past: (name, about, { from, to, failed }) => {
      const span = tracer.startSpan(name, { attributes: about.attributes, startTime: from }, traceOf(about));
      if (failed !== undefined) span.setStatus({ code: ERROR, message: failed });
      span.end(to);
    },
  };
}

function tracerOf(provider: unknown): Tracer | null {
  // A class, whose methods are its own.
  if (typeof provider !== "function" && (typeof provider !== "object" || provider === null)) return null;
  const getTracer: unknown = Reflect.get(provider, "getTracer");
  if (typeof getTracer !== "function") return null;
  const tracer: unknown = getTracer.call(provider, "leadflow");
  return isTracer(tracer) ? tracer : null;
}

function isTracer(tracer: unknown): tracer is Tracer {
  return typeof tracer === "object" && tracer !== null &&
    "startActiveSpan" in tracer && typeof tracer.startActiveSpan === "function" &&
    "startSpan" in tracer && typeof tracer.startSpan === "function";
}

/** What OpenTelemetry calls a context: values by key, never changed. */
class Context {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Context(new Map([...this.#values, [key, value]]));
  }

  deleteValue(key: symbol): Context {
    return new Context(new Map([...this.#values].filter(([known]) => known !== key)));
  }
}

/**
 * The trace of an execution follows from its id: its steps are in one trace, whichever process runs them, also months
 * apart. Their common parent is a span that nobody writes.
 */
function traceOf({ executionId }: SpanAbout): Context {
  const traceId = hexOf(executionId);
  const spanContext = { traceId, spanId: traceId.slice(16), traceFlags: 1, isRemote: true };
  return new Context(new Map([[SPAN, { spanContext: () => spanContext, isRecording: () => false }]]));
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The 128 bits of a ULID, as a trace has them. */
function hexOf(id: string): string {
  let bits = 0n;
  for (const letter of id) bits = bits << 5n | BigInt(Math.max(0, CROCKFORD.indexOf(letter)));
  return BigInt.asUintN(128, bits).toString(16).padStart(32, "0");
}
