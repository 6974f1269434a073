import assert from "node:assert/strict";
import fc from "fast-check";
import { checkAddress } from "../../engine/egress/address.ts";
import { createEgress } from "../../engine/egress/safe_fetch.ts";
import { egressTo, failureOf, get, target } from "../egress/target_fixture.ts";

const urls: { input: string; code: string }[] = [
  { input: "http://127.0.0.1/", code: "egress_private" },
  { input: "http://127.1/", code: "egress_private" },
  { input: "http://2130706433/", code: "egress_private" },
  { input: "http://0x7f.1/", code: "egress_private" },
  { input: "http://0177.0.0.1/", code: "egress_private" },
  { input: "http://[::ffff:127.0.0.1]/", code: "egress_private" },
  { input: "http://[::1]/", code: "egress_private" },
  { input: "http://[::]/", code: "egress_private" },
  { input: "http://[64:ff9b::7f00:1]/", code: "egress_private" },
  { input: "http://[2002:7f00:1::]/", code: "egress_private" },
  { input: "http://[fe80::1]/", code: "egress_private" },
  { input: "http://[fd00:ec2::254]/", code: "egress_private" },
  { input: "http://0.0.0.0/", code: "egress_private" },
  { input: "http://localhost/", code: "egress_private" },
  { input: "http://localhost./", code: "egress_private" },
  { input: "https://LOCALHOST/", code: "egress_private" },
  { input: "http://169.254.169.254/latest/meta-data/", code: "egress_private" },
  { input: "http://100.100.100.200/", code: "egress_private" },
  { input: "http://10.0.0.1/", code: "egress_private" },
  { input: "http://192.168.1.1/", code: "egress_private" },
  { input: "http://①②⑦.0.0.1/", code: "egress_private" },
  { input: "http://8.8.8.8:22/", code: "egress_port" },
  { input: "https://8.8.8.8:6379/", code: "egress_port" },
  { input: "file:///etc/passwd", code: "egress_scheme" },
  { input: "ftp://example.com/", code: "egress_scheme" },
  { input: "data:text/plain,hi", code: "egress_scheme" },
  { input: "blob:http://example.com/1", code: "egress_scheme" },
  { input: "http://user:password@example.com/", code: "egress_url" },
  { input: "not an address", code: "egress_url" },
  { input: "", code: "egress_url" },
];
for (const { input, code } of urls) {
  Deno.test(`fetch() refuses ${JSON.stringify(input)} with ${code}`, async () => {
    await using egress = egressTo();
    const failure = await failureOf(get(egress, input));
    assert.equal(failure.code, code);
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /refused: ./);
  });
}

Deno.test("fetch() refuses an object where the address should be", async () => {
  await using egress = egressTo();
  const posing: { [key: string]: unknown } = {
    href: "http://127.0.0.1/",
    toString: () => "http://example.com/",
  };
  assert.equal((await failureOf(get(egress, posing as unknown as string))).code, "egress_url");
});

Deno.test("fetch() refuses a name with one public and one private address", async () => {
  for (const addresses of [["8.8.8.8", "10.0.0.1"], ["2606:4700::1", "::ffff:10.0.0.1"]]) {
    const egress = createEgress({ allowHosts: [], enabled: true, resolve: () => Promise.resolve(addresses) });
    const failure = await failureOf(get(egress, "http://two.example.com/"));
    assert.equal(failure.code, "egress_private");
    await egress.close();
  }
});

Deno.test("fetch() asks once and connects to what it checked when a name changes its answer", async () => {
  let asked = 0;
  const resolve = (): Promise<string[]> => Promise.resolve([asked++ === 0 ? "10.0.0.1" : "127.0.0.1"]);
  const egress = createEgress({ allowHosts: [], enabled: true, resolve });
  assert.match((await failureOf(get(egress, "http://rebind.example.com/"))).message, /10\.0\.0\.1/);
  assert.match((await failureOf(get(egress, "http://rebind.example.com/"))).message, /127\.0\.0\.1/);
  assert.equal(asked, 2);
  await egress.close();
});

const redirects: { location: string; code: string }[] = [
  { location: "http://169.254.169.254/latest/meta-data/", code: "egress_private" },
  { location: "http://[::ffff:169.254.169.254]/", code: "egress_private" },
  { location: "//localhost/", code: "egress_private" },
  { location: "file:///etc/passwd", code: "egress_scheme" },
  { location: "gopher://127.0.0.1:6379/_x", code: "egress_scheme" },
  { location: "http://8.8.8.8:6379/", code: "egress_port" },
  { location: "http://a:b@example.com/", code: "egress_url" },
];
for (const { location, code } of redirects) {
  Deno.test(`fetch() refuses a redirect to ${location} with ${code}`, async () => {
    await using server = target(() => new Response(null, { status: 302, headers: { location } }));
    await using egress = egressTo(`127.0.0.1:${server.port}`);
    assert.equal((await failureOf(get(egress, server.url))).code, code);
  });
}

Deno.test("fetch() refuses a redirect to another port of an allowed host and port", async () => {
  await using inner = target(() => new Response("reached"));
  await using server = target(() => new Response(null, { status: 302, headers: { location: inner.url } }));
  await using egress = egressTo(`127.0.0.1:${server.port}`);
  assert.equal((await failureOf(get(egress, server.url))).code, "egress_port");
  assert.equal(inner.requests.length, 0);
});

const headers: { name: string; value: string }[] = [
  { name: "x-a", value: "b\r\nx-injected: 1" },
  { name: "x-a", value: "b\nx-injected: 1" },
  { name: "x-a", value: "b\0" },
  { name: "x-a\r\nx-injected", value: "1" },
  { name: "host", value: "internal.example.com" },
  { name: "Proxy-Authorization", value: "Basic eA==" },
  { name: "Transfer-Encoding", value: "chunked" },
  { name: "content-length", value: "0" },
  { name: "x-big", value: "x".repeat(70_000) },
];
for (const header of headers) {
  Deno.test(`fetch() refuses the header ${JSON.stringify(`${header.name}: ${header.value.slice(0, 30)}`)}`, async () => {
    await using server = target(() => new Response("reached"));
    await using egress = egressTo(`127.0.0.1:${server.port}`);
    assert.equal((await failureOf(get(egress, server.url, { headers: [header] }))).code, "egress_headers");
    assert.equal(server.requests.length, 0);
  });
}

Deno.test("the proxy answers nobody without its password", async () => {
  await using server = target(() => new Response("reached"));
  await using egress = egressTo("127.0.0.1");
  const listen = Deno.listen;
  let port = 0;
  Deno.listen = ((options: Deno.TcpListenOptions): Deno.TcpListener => {
    const listener = listen(options);
    port = listener.addr.port;
    return listener;
  }) as typeof Deno.listen;
  try {
    await get(egress, server.url);
  } finally {
    Deno.listen = listen;
  }
  const before = server.requests.length;
  for (const line of [`CONNECT 127.0.0.1:${server.port} HTTP/1.1`, `GET ${server.url}/ HTTP/1.1`]) {
    const conn = await Deno.connect({ port, hostname: "127.0.0.1" });
    await conn.write(
      new TextEncoder().encode(`${line}\r\nproxy-authorization: Basic ${btoa("egress:guess")}\r\n\r\n`),
    );
    const answer = await new Response(conn.readable).text();
    assert.match(answer, /^HTTP\/1\.1 407 /);
  }
  assert.equal(server.requests.length, before);
});

const PUBLIC = [
  "8.8.8.8",
  "1.1.1.1",
  "172.15.255.255",
  "172.32.0.0",
  "192.0.1.1",
  "223.255.255.255",
  "2606:4700:4700::1111",
  "::ffff:8.8.8.8",
  "64:ff9b::8.8.8.8",
  "2002:808:808::1",
];
const NOT_PUBLIC = [
  "127.0.0.1",
  "10.255.255.255",
  "172.16.0.0",
  "172.31.255.255",
  "192.168.0.0",
  "169.254.169.254",
  "100.64.0.0",
  "100.127.255.255",
  "0.1.2.3",
  "192.0.0.8",
  "198.19.255.255",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "fe80::1",
  "fd12::1",
  "fc00::",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
  "3fff::1",
  "64:ff9b:1::1",
  "64:ff9b::10.0.0.1",
  "::ffff:7f00:1",
  "2002:a00:1::",
  "::10.0.0.1",
  "100::1",
  "fec0::1",
  "fe80::1%eth0",
  "127.1",
  "0x7f.0.0.1",
  "01.2.3.4",
  "1.2.3",
  "1.2.3.256",
  "",
  "x",
  ":::",
  "1::2::3",
  "1:2:3:4:5:6:7:8:9",
  "2606:4700::12345",
];

Deno.test("checkAddress() passes global unicast and refuses all else with a reason", () => {
  for (const ip of PUBLIC) assert.equal(checkAddress(ip), null, ip);
  for (const ip of NOT_PUBLIC) assert.equal(typeof checkAddress(ip), "string", ip);
});

Deno.test("checkAddress() judges every IPv4 address alike in its IPv6 forms", () => {
  fc.assert(fc.property(fc.ipV4(), (ip) => {
    const [a = 0, b = 0, c = 0, d = 0] = ip.split(".").map(Number);
    const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
    for (const form of [`::ffff:${ip}`, `::ffff:${hex}`, `64:ff9b::${ip}`, `2002:${hex}::`]) {
      assert.equal(checkAddress(form), checkAddress(ip), form);
    }
  }));
});

Deno.test("checkAddress() never throws", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.ipV6()), (text) => {
    checkAddress(text);
  }));
});
