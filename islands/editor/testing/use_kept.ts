import { useState } from "preact/hooks";
import {
  parsePins,
  parseSettings,
  type Pin,
  type Pins,
  readKept,
  type TestSettings,
  writeKept,
} from "./stored.ts";

export interface Kept {
  settings: TestSettings;
  change(part: Partial<TestSettings>): void;
  pins: Pins;
  /** Null takes the pin away. */
  pin(nodeId: string, pin: Pin | null): void;
}

/** What this browser keeps of a workflow's tests: the choice of sample, the switches, the pins. */
export function useKept(workflowId: string): Kept {
  const names = { settings: `leadflow.test.${workflowId}`, pins: `leadflow.pins.${workflowId}` };
  const [settings, setSettings] = useState(() => parseSettings(readKept(names.settings)));
  const [pins, setPins] = useState(() => parsePins(readKept(names.pins)));
  return {
    settings,
    change(part): void {
      const next = { ...settings, ...part };
      setSettings(next);
      writeKept(names.settings, next);
    },
    pins,
    pin(nodeId, pin): void {
      const { [nodeId]: _before, ...others } = pins;
      const next = pin ? { ...others, [nodeId]: pin } : others;
      setPins(next);
      writeKept(names.pins, next);
    },
  };
}
