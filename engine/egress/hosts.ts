import { lookup } from "node:dns/promises";
import { StepError } from "../errors.ts";
import { checkAddress } from "./address.ts";

/** Resolves a name to all its addresses. */
export type Resolve = (host: string) => Promise<string[]>;

const STANDARD_PORTS = new Set([80, 443]);

/** Hosts that an admin opened: `host` with all ports, `host:port` with that one. */
export class AllowedHosts {
  readonly #entries = new Set<string>();

  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const trimmed = entry.trim().toLowerCase();
      if (trimmed !== "") this.#entries.add(trimmed);
    }
  }

  has(host: string, port: number): boolean {
    return this.#entries.has(host) || this.#entries.has(`${host}:${port}`) ||
      this.#entries.has(bare(host)) || this.#entries.has(`[${bare(host)}]:${port}`);
  }
}

/** Without the brackets of an IPv6 literal, the way the system takes it. */
function bare(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** `localhost.` and `LOCALHOST` are localhost. */
export function normalHost(host: string): string {
  return host.toLowerCase().replace(/\.+$/, "");
}

/** System resolver, which knows /etc/hosts too. */
export async function resolveAll(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

/**
 * The addresses that a request to this host and port may connect to. Throws StepError: `egress_port` for a port that
 * nobody opened, `ENOTFOUND` for an unknown name, `egress_private` when any address is not on the open internet.
 */
export async function admit(
  target: { host: string; port: number },
  rules: { allowed: AllowedHosts; resolve: Resolve },
): Promise<string[]> {
  const host = normalHost(target.host);
  const isAllowed = checkPort({ host, port: target.port }, rules.allowed);
  const addresses = await addressesOf(bare(host), rules.resolve);
  if (isAllowed) return addresses;
  for (const address of addresses) {
    const reason = checkAddress(address);
    if (reason !== null) {
      throw refuse("egress_private", host, `${address} is not on the open internet (${reason})`);
    }
  }
  return addresses;
}

/** True for a host that an admin opened at this port; throws StepError `egress_port` for a port that nobody did. */
export function checkPort({ host, port }: { host: string; port: number }, allowed: AllowedHosts): boolean {
  const isAllowed = allowed.has(host, port);
  if (isAllowed || STANDARD_PORTS.has(port)) return isAllowed;
  throw refuse("egress_port", host, `port ${port} is not open; 80, 443 and LEADFLOW_ALLOW_HOSTS are`);
}

async function addressesOf(host: string, resolve: Resolve): Promise<string[]> {
  if (checkAddress(host) !== "no IP address") return [host];
  let found: string[] = [];
  let cause = "no address";
  try {
    found = await resolve(host);
  } catch (error) {
    cause = error instanceof Error && "code" in error && typeof error.code === "string"
      ? error.code
      : "failed";
  }
  if (found.length > 0) return found;
  throw new StepError({ code: "ENOTFOUND", message: `Cannot find ${host} (ENOTFOUND, ${cause})`, host });
}

/** A refusal of our own: trying again changes nothing. */
export function refuse(code: string, host: string, why: string): StepError {
  return new StepError({ code, message: `Request to ${host} refused: ${why}`, host, retryable: false });
}
