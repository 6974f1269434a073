/** The real program under OTEL_DENO=true sends its spans to a collector; without it, none, and it runs the same. */
import assert from "node:assert/strict";
import { z } from "zod";
import { mailAndWait } from "../e2e/flows.ts";
import { startServer } from "../helpers/server.ts";

const Value = z.object({ stringValue: z.string().optional(), doubleValue: z.number().optional() }).loose();
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().default(""),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(z.object({ key: z.string(), value: Value })).default([]),
  status: z.object({ code: z.number().optional() }).loose().optional(),
});
type Span = z.infer<typeof Span>;
const Traces = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

interface Collector extends AsyncDisposable {
  url: string;
  requests: number;
  /** Settles once a span came that is meant. */
  span(isMeant: (span: Span) => boolean): Promise<Span>;
}

/** OTLP over http/json, as a collector has it. */
function collect(): Collector {
  const spans: Span[] = [];
  let heard: (() => void)[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    collector.requests++;
    const body: unknown = await request.json();
    if (new URL(request.url).pathname === "/v1/traces") {
      const { resourceSpans } = Traces.parse(body);
      spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    }
    for (const tell of heard.splice(0)) tell();
    return Response.json({});
  });
  const collector: Collector = {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests: 0,
    async span(isMeant): Promise<Span> {
      const signal = AbortSignal.timeout(120_000);
      const late = new Promise<never>((_, reject) => {
        const names = (): string => [...new Set(spans.map(({ name }) => name))].join(", ");
        signal.addEventListener("abort", () => reject(new Error(`it never came, but: ${names()}`)));
      });
      late.catch(() => {});
      for (;;) {
        const found = spans.find(isMeant);
        if (found) return found;
        await Promise.race([new Promise<void>((tell) => heard.push(tell)), late]);
      }
    },
    async [Symbol.asyncDispose](): Promise<void> {
      heard = [];
      await server.shutdown();
    },
  };
  return collector;
}

function attribute({ attributes }: Span, key: string): string | undefined {
  return attributes.find((each) => each.key === key)?.value.stringValue;
}

Deno.test("main.ts with OTEL_DENO=true exports spans of requests, steps and executions, one trace for each execution", async () => {
  await using collector = collect();
  const env = {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "200",
  };
  {
    await using server = await startServer({ env });
    await server.publish(mailAndWait("traced", 1));
    const [one, other] = [
      await server.hook("traced", { email: "ann@example.com" }),
      await server.hook("traced", { email: "bob@example.com" }),
    ];
    for (const id of [one, other]) assert.equal(await server.settled(id), "completed");
    const of = (name: string, id: string) => (span: Span): boolean =>
      span.name === name && attribute(span, "leadflow.execution.id") === id;
    const step = await collector.span(of("step email", one));
    const execution = await collector.span(of("execution", one));
    assert.equal(execution.traceId, step.traceId, "an execution's spans are one trace");
    assert.equal(execution.parentSpanId, step.parentSpanId);
    assert.equal(attribute(execution, "leadflow.execution.status"), "completed");
    assert.equal(attribute(step, "leadflow.node.type"), "email");
    const lasted = (Number(execution.endTimeUnixNano) - Number(execution.startTimeUnixNano)) / 1e6;
    assert.ok(lasted >= 1_000, `the wait of a second is in it: ${lasted} ms`);
    const second = await collector.span(of("execution", other));
    assert.notEqual(second.traceId, execution.traceId);
    const request = await collector.span((span) =>
      span.name.startsWith("POST") &&
      span.attributes.some(({ value }) => value.stringValue?.includes("/hooks/traced"))
    );
    assert.notEqual(request.spanId, step.spanId);
    assert.ok(collector.requests > 0, `${collector.requests} requests`);
  }
});

Deno.test("main.ts without OTEL_DENO sends nothing, though a collector is named", async () => {
  await using collector = collect();
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  {
    await using server = await startServer({ env });
    await server.publish(mailAndWait("untraced", 1));
    const id = await server.hook("untraced", { email: "ann@example.com" });
    assert.equal(await server.settled(id), "completed");
    const { code } = await server.stop();
    assert.equal(code, 0);
  }
  assert.equal(collector.requests, 0);
});
