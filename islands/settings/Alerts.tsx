import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { AlertRule, AlertSettings, Incident, Undelivered } from "../../engine/schemas/alert.ts";
import { callApi } from "../shared/api.ts";
import { INBOX_CHANGED } from "../shared/inbox_count.ts";
import { AlertsIncidents } from "./AlertsIncidents.tsx";
import { AlertsRules } from "./AlertsRules.tsx";
import { AlertsTelling } from "./AlertsTelling.tsx";
import { AlertsUntold } from "./AlertsUntold.tsx";

const EVERY_MS = 10_000;

export interface AlertsProps {
  rules: AlertRule[];
  /** Null for whoever may not change it. */
  settings: AlertSettings | null;
  /** Newest first, those that are over too. */
  incidents: Incident[];
  undelivered: Undelivered[];
  workflows: { id: string; name: string }[];
  /** May say that they are at it. */
  mayAct: boolean;
  /** Epoch ms of drawing. */
  now: number;
}

/** What is wrong and what was, which rules watch, and how they are told. */
export function Alerts(props: AlertsProps): JSX.Element {
  const { workflows, mayAct } = props;
  const [rules, setRules] = useState(props.rules);
  const { incidents, undelivered, now, refresh } = useIncidents(props);
  return (
    <div class="grid grid-cols-1 gap-8">
      {undelivered.length > 0
        ? <AlertsUntold items={undelivered} now={now} mayAct={mayAct} onChanged={refresh} />
        : null}
      <AlertsIncidents incidents={incidents} now={now} mayAct={mayAct} onChanged={refresh} />
      <AlertsRules
        rules={rules}
        workflows={workflows}
        mayEdit={props.settings !== null}
        onChanged={setRules}
      />
      {props.settings ? <AlertsTelling settings={props.settings} /> : null}
    </div>
  );
}

interface Followed {
  incidents: Incident[];
  undelivered: Undelivered[];
  now: number;
  refresh(): Promise<void>;
}

/** Kept fresh while the page is seen, and at once when something was done. */
function useIncidents(props: AlertsProps): Followed {
  const [held, setHeld] = useState({
    incidents: props.incidents,
    undelivered: props.undelivered,
    now: props.now,
  });
  const refresh = async (): Promise<void> => {
    const [page, alerts] = await Promise.all([
      callApi<{ items: Incident[] }>("GET", "/api/monitoring/incidents?limit=20"),
      callApi<{ undelivered: Undelivered[] }>("GET", "/api/monitoring/alerts"),
    ]);
    if (!page.ok || !alerts.ok) return;
    setHeld({ incidents: page.data.items, undelivered: alerts.data.undelivered, now: Date.now() });
    document.dispatchEvent(new Event(INBOX_CHANGED));
  };
  useEffect(() => {
    const look = (): void => {
      if (!document.hidden) void refresh();
    };
    const timer = setInterval(look, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return { ...held, refresh };
}
