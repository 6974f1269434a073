import { z } from "zod";
import { SHORTEST_HIDDEN } from "../core/hidden.ts";
import { MOST_HOSTS, MOST_SECRET_CHARACTERS, SecretHost } from "./secret_hosts.ts";

/** A secret that whoever runs the house gave by `LEADFLOW_SECRET_<NAME>` (DESIGN, section 6). */
export interface EnvironmentSecret {
  variable: string;
  /** As lists name it: lower case, with `_`. Any name that gives the same variable means it. */
  name: string;
  value: string;
  /** Of `LEADFLOW_SECRET_<NAME>_HOSTS`; empty: none but checks of incoming webhooks. */
  hosts: string[];
}

const PREFIX = "LEADFLOW_SECRET_";
const SUFFIX = "_HOSTS";
/** Encrypts all the others, and is nobody's secret to send. */
const KEYS = `${PREFIX}KEYS`;

const Hosts = z.string().transform((text) => text.split(",").map((part) => part.trim()).filter(Boolean))
  .pipe(z.array(SecretHost).min(1).max(MOST_HOSTS));

/** `crm.key` → `LEADFLOW_SECRET_CRM_KEY`. */
export function secretVariable(name: string): string {
  return `${PREFIX}${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;
}

/** Does this module read the variable? Everything of the prefix but the keys. */
export function isSecretVariable(variable: string): boolean {
  return variable.startsWith(PREFIX) && variable !== KEYS;
}

/**
 * All secrets of an environment; an empty value counts as absent. Throws an Error of one line that names the
 * variable and what is accepted, and never a value of a secret.
 */
export function readEnvironmentSecrets(variables: { [name: string]: string }): EnvironmentSecret[] {
  const given = new Map(
    Object.entries(variables).filter(([name, text]) => isSecretVariable(name) && text.trim() !== ""),
  );
  for (const variable of given.keys()) refuseName(variable, given);
  return [...given].filter(([variable]) => !variable.endsWith(SUFFIX)).map(([variable, text]) => {
    const value = text.trim();
    if (value.length < SHORTEST_HIDDEN || value.length > MOST_SECRET_CHARACTERS) {
      const accepted = `${SHORTEST_HIDDEN} to ${MOST_SECRET_CHARACTERS}`;
      throw new Error(`${variable} has ${value.length} characters; accepted: ${accepted}`);
    }
    const hosts = readHosts(`${variable}${SUFFIX}`, given.get(`${variable}${SUFFIX}`));
    return { variable, name: variable.slice(PREFIX.length).toLowerCase(), value, hosts };
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

function refuseName(variable: string, given: ReadonlyMap<string, string>): void {
  if (!/^[A-Z0-9_]{1,100}$/.test(variable.slice(PREFIX.length))) {
    throw new Error(
      `${variable.slice(0, 200)} names no secret; accepted: ${PREFIX} and 1 to 100 of A–Z 0–9 _`,
    );
  }
  // A key of the house that is misspelt must not become something that workflows may name.
  if (/^LEADFLOW_SECRET_(KEY|KEYES|KEYS?_HOSTS)$/.test(variable)) {
    throw new Error(`${variable} is too like ${KEYS} to name a secret; accepted: another name, or ${KEYS}`);
  }
  const secret = variable.slice(0, -SUFFIX.length);
  if (variable.endsWith(SUFFIX) && !given.has(secret)) {
    throw new Error(`${variable} is set without ${secret}; accepted: both, or neither`);
  }
}

function readHosts(variable: string, text: string | undefined): string[] {
  if (text === undefined) return [];
  const parsed = Hosts.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${variable} is ${
      JSON.stringify(text.trim().slice(0, 200))
    }; accepted: hosts such as api.example.com, *.example.com or host:8443, with commas, ${MOST_HOSTS} at most`,
  );
}
