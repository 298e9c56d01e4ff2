// What a failed request means, in words: errors as Bun and Node make them.
import { expect, test } from "bun:test";
import { faultOf, isBrokenOff, shownUrl, statusFault, type Asked } from "./net-fault.ts";

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });
const asked = (url: string, proxy?: string): Asked => ({ url: new URL(url), proxy, elsewhere: "another server with --server" });
const PLAIN = asked("http://images.example.org/x");

test.each([
  ["refused, said by Bun", coded("ECONNREFUSED", "ECONNREFUSED: Unable to connect."), "the server refuses the connection: nothing answers at port 80 of 'images.example.org'", "another server with --server", false],
  ["refused, said by Node", Object.assign(new TypeError("fetch failed"), { cause: coded("ECONNREFUSED", "connect ECONNREFUSED") }), "the server refuses the connection", "check the server's name and port", false],
  ["no such name", coded("ENOTFOUND", "getaddrinfo ENOTFOUND"), "nobody knows the name 'images.example.org'", "getent hosts images.example.org", false],
  ["the resolver is away", coded("EAI_AGAIN", "getaddrinfo EAI_AGAIN"), "cannot be found", "check its spelling", false],
  ["no way", coded("ENETUNREACH", "connect ENETUNREACH"), "there is no way to 'images.example.org'", "ip route", false],
  ["closed", coded("ECONNRESET", "The socket connection was closed unexpectedly."), "closed the connection before it had answered", "https://images.example.org", false],
  ["no web server", coded("Malformed_HTTP_Response", "Malformed"), "does not speak http", "check its name and port", true],
  ["full", coded("ENOSPC", "ENOSPC: no space left on device, write"), "no space left", "LXC_CACHE_PATH", true],
  ["nobody knows what", new Error("odd"), "odd", "try again; or another server", false],
] as const)("%s", (_, error, text, remedy, isFinal) => {
  const fault = faultOf(error, PLAIN);
  expect([fault.text.includes(text), (fault.remedy ?? "").includes(remedy), fault.isFinal]).toEqual([true, true, isFinal]);
});

test("certificates and TLS", () => {
  const url = asked("https://images.example.org:8443/x");
  const self = faultOf(coded("DEPTH_ZERO_SELF_SIGNED_CERT", "self signed certificate"), url);
  expect([self.text, self.isFinal, (self.remedy ?? "").includes("SSL_CERT_FILE")]).toEqual(["'images.example.org' cannot prove that it is 'images.example.org': self signed certificate", true, true]);
  const old = faultOf(coded("CERT_HAS_EXPIRED", "certificate has expired"), url);
  expect((old.remedy ?? "").includes("clock")).toBe(true);
  expect(faultOf(coded("EPROTO", "EPROTO: The TLS handshake failed."), url)).toMatchObject({ text: "'images.example.org:8443' does not speak TLS there", isFinal: true, remedy: "if nobody minds who reads and changes what comes: http://images.example.org:8443; or another server with --server" });
  expect(faultOf(coded("EPROTO", ""), { ...url, isTlsOnly: true }).remedy).not.toContain("http://"); // of a registry it would not be taken
});

test("a line that goes dead is told apart from other faults", () => {
  expect([isBrokenOff(coded("ECONNRESET", "")), isBrokenOff(Object.assign(new TypeError("terminated"), { cause: coded("UND_ERR_SOCKET", "other side closed") })), isBrokenOff(coded("ENOSPC", "")), isBrokenOff(new Error("odd"))]).toEqual([true, true, false, false]);
});

test("proxies: who refuses is named, without its password", () => {
  const through = asked("https://images.example.org/x", "http://ann:secret@proxy.example.org:3128");
  const fault = faultOf(coded("ECONNREFUSED", "refused"), through);
  expect(fault.text).toBe("the proxy 'http://proxy.example.org:3128' refuses the connection: nothing answers at port 3128 of 'proxy.example.org'");
  expect(fault.remedy).toContain("no_proxy");
  const login = faultOf(coded("ERR_PROXY_TUNNEL", "Proxy refused to open a tunnel: 407 Proxy Authentication Required"), through);
  expect([login.text.includes("407"), login.text.includes("secret"), (login.remedy ?? "").includes("NAME:PASSWORD@"), login.isFinal]).toEqual([true, false, true, true]);
  expect(statusFault(407, "Proxy Authentication Required", through).remedy).toContain("NAME:PASSWORD@");
  expect(faultOf(coded("UnsupportedProxyProtocol", ""), asked("http://x.example/", "socks5://h:1")).text).toContain("is of a kind that cannot be used");
  expect(shownUrl("https://ann:secret@images.example.org/x")).toBe("https://images.example.org/x");
});

test.each([[404, "check the server's name", true], [403, "who may have it", true], [503, "try again later", false], [429, "try again later", false], [418, "check the server's name", true]] as const)("status %i", (status, remedy, isFinal) => {
  const fault = statusFault(status, "", PLAIN);
  expect([fault.text, (fault.remedy ?? "").startsWith(remedy) || (fault.remedy ?? "").includes(remedy), fault.isFinal]).toEqual([`the server says ${status}`, true, isFinal]);
});
