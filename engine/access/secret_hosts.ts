import { z } from "zod";

/** A host that a secret may be sent to; at most 50 of them a secret (`MOST_HOSTS`). */
export const SecretHost = z.string().trim().toLowerCase().regex(
  /^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$|^\[[0-9a-f:.]+\](:[0-9]{1,5})?$/,
  "a host such as api.example.com, *.example.com or host:8443",
);

export const MOST_HOSTS = 50;

export const MOST_SECRET_CHARACTERS = 16_384;

/** `example.com` matches any port, `example.com:8443` that one, `*.example.com` what lies below it. */
export function isForHost(allowed: string, host: string): boolean {
  const wanted = host.toLowerCase();
  const hasPort = /:[0-9]+$/.test(allowed);
  const name = hasPort ? wanted : wanted.replace(/:[0-9]+$/, "");
  return allowed.startsWith("*.") ? name.endsWith(allowed.slice(1)) : name === allowed;
}
