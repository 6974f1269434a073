/** Networks that are not the open internet, from the IANA special-purpose registries. `[base, prefix length, name]`. */
const IPV4: readonly [string, number, string][] = [
  ["0.0.0.0", 8, "this network"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "shared by a carrier"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "documentation"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "benchmarks"],
  ["198.51.100.0", 24, "documentation"],
  ["203.0.113.0", 24, "documentation"],
  ["224.0.0.0", 4, "multicast"],
  ["240.0.0.0", 4, "reserved"],
];

/** Within 2000::/3, the only block that is global unicast. */
const IPV6: readonly [string, number, string][] = [
  ["2001::", 23, "reserved"],
  ["2001:db8::", 32, "documentation"],
  ["3fff::", 20, "documentation"],
];

/** Forms that carry an IPv4 address: judged as that address. `[base, prefix length, first bit of the address]`. */
const CARRIERS: readonly [string, number, number][] = [
  ["::ffff:0:0", 96, 96],
  ["64:ff9b::", 96, 96],
  ["2002::", 16, 16],
];

/**
 * Why no request may go to this address, or null for a global unicast one. IPv4-mapped, NAT64 and 6to4
 * forms are judged by the address within; what is no address is refused.
 */
export function checkAddress(ip: string): string | null {
  const v4 = parseIpv4(ip);
  if (v4 !== null) return checkIpv4(v4);
  const v6 = parseIpv6(ip);
  return v6 === null ? "no IP address" : checkIpv6(v6);
}

function checkIpv4(address: bigint): string | null {
  for (const [base, length, name] of IPV4) {
    if (address >> BigInt(32 - length) === (parseIpv4(base) ?? 0n) >> BigInt(32 - length)) return name;
  }
  return null;
}

function inBlock(address: bigint, base: string, length: number): boolean {
  return address >> BigInt(128 - length) === (parseIpv6(base) ?? 0n) >> BigInt(128 - length);
}

function checkIpv6(address: bigint): string | null {
  for (const [base, length, bit] of CARRIERS) {
    if (inBlock(address, base, length)) return checkIpv4((address >> BigInt(96 - bit)) & 0xffff_ffffn);
  }
  if (address === 1n) return "loopback";
  if (inBlock(address, "fe80::", 10)) return "link-local";
  if (inBlock(address, "fc00::", 7)) return "private";
  if (inBlock(address, "ff00::", 8)) return "multicast";
  if (!inBlock(address, "2000::", 3)) return "reserved";
  return IPV6.find(([base, length]) => inBlock(address, base, length))?.[2] ?? null;
}

/** Four decimal parts and nothing else: shorter and octal spellings are read by the URL parser, never here. */
function parseIpv4(text: string): bigint | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

function parseIpv6(text: string): bigint | null {
  if (!/^[0-9a-f:.]+$/i.test(text) || !text.includes(":")) return null;
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = groups(halves[0] ?? "");
  const tail = halves.length === 2 ? groups(halves[1] ?? "") : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  return [...head, ...new Array<number>(missing).fill(0), ...tail]
    .reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function groups(text: string): number[] | null {
  if (text === "") return [];
  const found: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    const v4 = i === parts.length - 1 ? parseIpv4(part) : null;
    if (v4 !== null) found.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) found.push(parseInt(part, 16));
    else return null;
  }
  return found;
}
