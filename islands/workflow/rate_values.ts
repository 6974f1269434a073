import type { Duration } from "../../engine/schemas/duration_units.ts";
import type { Rate } from "../../engine/schemas/rate.ts";
import { numberOf } from "./typed.ts";

/** One rate as the form holds it: numbers as they were typed. */
export interface RateValues {
  per: Rate["per"];
  /** Empty: every host, each by itself. */
  host: string;
  key: string;
  count: string;
  period: string;
  unit: Duration["unit"];
  /** Empty: every step that acts on the world. */
  nodes: readonly string[];
  shared: boolean;
}

export const NEW_RATE: RateValues = {
  per: "host",
  host: "",
  key: "{{ lead.company }}",
  count: "10",
  period: "1",
  unit: "minutes",
  nodes: [],
  shared: false,
};

export function rateValuesOf(rate: Rate): RateValues {
  return {
    ...NEW_RATE,
    per: rate.per,
    ...(rate.per === "host" ? { host: rate.host ?? "" } : { key: rate.key }),
    count: String(rate.count),
    period: String(rate.period.value),
    unit: rate.period.unit,
    nodes: rate.nodes ?? [],
    shared: rate.shared === true,
  };
}

/** As it is sent; what is no number goes as it was typed, so that the answer names it. */
export function rateOf(values: RateValues): { [name: string]: unknown } {
  const { per, nodes, shared } = values;
  const host = values.host.trim();
  return {
    per,
    ...(per === "key" ? { key: values.key.trim() } : host === "" ? {} : { host }),
    count: numberOf(values.count),
    period: { value: numberOf(values.period), unit: values.unit },
    ...(nodes.length > 0 ? { nodes: [...nodes] } : {}),
    ...(shared ? { shared } : {}),
  };
}
