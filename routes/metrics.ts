import type { Hono } from "hono";
import type { Engine } from "../engine/contract.ts";
import type { Measured } from "../engine/contract_metrics.ts";
import type { LoopLag } from "./event_loop.ts";
import type { AppEnv } from "./middleware/context.ts";
import { route } from "./middleware/guard.ts";
import { unauthenticated } from "./middleware/identity.ts";
import { openStreams } from "./sse.ts";

/**
 * GET /metrics: Prometheus' text format (0.0.4). For whoever has a token (`Authorization: Bearer …`); a browser's session
 * is not one: 401.
 */
export function metricsRoute(
  app: Hono<AppEnv>,
  { engine, lag }: { engine: Engine; lag?: LoopLag | undefined },
): void {
  route(app, ["get", "/metrics"], "metrics.see", async (c) => {
    if (c.var.via !== "bearer") throw unauthenticated("Send a token as Authorization: Bearer …");
    const text = prometheusText([...await engine.metrics.measured(), ...ofProcess(lag)]);
    const headers = {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
      "cache-control": "no-store",
    };
    return new Response(text, { headers });
  });
}

function ofProcess(lag: LoopLag | undefined): Measured[] {
  const { rss, heapUsed, heapTotal, external } = Deno.memoryUsage();
  const memory = { rss, heap_used: heapUsed, heap_total: heapTotal, external };
  const late = lag?.read();
  return [
    {
      name: "leadflow_memory_bytes",
      help: "Memory of this process",
      type: "gauge",
      samples: Object.entries(memory).map(([kind, value]) => ({ labels: { kind }, value })),
    },
    {
      name: "leadflow_sse_clients",
      help: "Event streams that are open in this process",
      type: "gauge",
      samples: [{ value: openStreams() }],
    },
    ...late
      ? [{
        name: "leadflow_event_loop_lag_seconds",
        help: "How late a timer fired: the last, and the latest since it was asked before",
        type: "gauge" as const,
        samples: [{ labels: { sample: "last" }, value: late.last }, {
          labels: { sample: "most" },
          value: late.most,
        }],
      }]
      : [],
  ];
}

/** One block for each, in the text format: HELP, TYPE, then its samples. */
export function prometheusText(measured: readonly Measured[]): string {
  return measured.map(({ name, help, type, samples }) => {
    const lines = samples.map(({ labels = {}, value, suffix }) => {
      const pairs = Object.entries(labels).map(([key, text]) =>
        `${key}="${escaped(text).replaceAll('"', '\\"')}"`
      );
      const named = suffix === undefined ? name : `${name}_${suffix}`;
      return `${named}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
    });
    return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
  }).join("");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}
