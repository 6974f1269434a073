import type { JSX } from "preact";
import type { AlertChannel } from "../../engine/schemas/alert.ts";
import type { Problem } from "../../engine/schemas/problem.ts";
import { Field, fieldAttributes } from "../../routes/pages/components/form.tsx";
import { Icon } from "../../routes/pages/components/icon.tsx";
import { issueFor } from "../shared/issues.ts";

interface ChannelProps<C extends AlertChannel = AlertChannel> {
  channel: C;
  /** Of its issues: `channels.0`. */
  path: string;
  problem: Problem | null;
  onChange(channel: AlertChannel): void;
}

const NAMES: { readonly [kind in AlertChannel["kind"]]: string } = {
  email: "E-mail",
  slack: "Slack",
  webhook: "Webhook",
};

/** What one channel needs to know. */
export function AlertsChannelFields(props: ChannelProps & { onRemove(): void }): JSX.Element {
  const { channel, onRemove } = props;
  const name = NAMES[channel.kind];
  return (
    <fieldset class="card grid gap-3 p-3">
      <legend class="sr-only">{name}</legend>
      <div class="flex items-center gap-2">
        <h3 class="min-w-0 flex-1 font-medium">{name}</h3>
        <button type="button" class="icon-button" aria-label={`Remove ${name}`} onClick={onRemove}>
          <Icon name="trash" />
        </button>
      </div>
      {channel.kind === "email" ? <MailFields {...props} channel={channel} /> : null}
      {channel.kind === "slack" ? <SlackFields {...props} channel={channel} /> : null}
      {channel.kind === "webhook" ? <WebhookFields {...props} channel={channel} /> : null}
    </fieldset>
  );
}

function MailFields(
  { channel, path, problem, onChange }: ChannelProps<Extract<AlertChannel, { kind: "email" }>>,
): JSX.Element {
  const issue = problem?.issues?.find((one) => one.path.startsWith(`${path}.to`))?.message;
  return (
    <Text
      id={`${channel.id}-to`}
      label="To"
      hint="Addresses with commas between. Empty: every owner and admin."
      error={issue}
      value={channel.to.join(", ")}
      onChange={(text) => onChange({ ...channel, to: text.split(/[\s,]+/).filter(Boolean) })}
    />
  );
}

function SlackFields(
  { channel, path, problem, onChange }: ChannelProps<Extract<AlertChannel, { kind: "slack" }>>,
): JSX.Element {
  return (
    <>
      <Text
        id={`${channel.id}-secret`}
        label="Secret with the webhook's address"
        hint="Stored under Settings → Secrets for the host below."
        error={issueFor(problem, `${path}.webhook.secret`)}
        value={channel.webhook.secret}
        onChange={(secret) => onChange({ ...channel, webhook: { secret: secret.trim() } })}
      />
      <Text
        id={`${channel.id}-host`}
        label="Host"
        error={issueFor(problem, `${path}.host`)}
        value={channel.host}
        onChange={(host) => onChange({ ...channel, host: host.trim() })}
      />
    </>
  );
}

function WebhookFields(
  { channel, path, problem, onChange }: ChannelProps<Extract<AlertChannel, { kind: "webhook" }>>,
): JSX.Element {
  const { secret, ...rest } = channel;
  return (
    <>
      <Text
        id={`${channel.id}-url`}
        label="Address"
        error={issueFor(problem, `${path}.url`)}
        value={channel.url}
        onChange={(url) => onChange({ ...channel, url: url.trim() })}
      />
      <Text
        id={`${channel.id}-secret`}
        label="Signing secret"
        hint="A stored whsec_…; empty: not signed."
        error={issueFor(problem, `${path}.secret.secret`)}
        value={secret?.secret ?? ""}
        onChange={(text) => onChange(text.trim() ? { ...rest, secret: { secret: text.trim() } } : rest)}
      />
    </>
  );
}

interface TextProps {
  id: string;
  label: string;
  hint?: string;
  error: string | undefined;
  value: string;
  onChange(value: string): void;
}

/** Taken over when it is left, so that a comma can be typed. */
function Text({ id, label, hint, error, value, onChange }: TextProps): JSX.Element {
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <input
        {...fieldAttributes(id, { hint: hint !== undefined, error })}
        class="input"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
