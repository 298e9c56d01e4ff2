import { expect, test } from "bun:test";
import { pastaPortsOf } from "./pasta-ports.ts";

const LINE = ["/usr/bin/pasta", "-f", "-q", "-P", "/home/ann/c/web/.berth/pasta.0.pid"];

test("ports of a command line of ours", () => {
  expect(pastaPortsOf([...LINE, "-t", "8080:80", "-t", "192.0.2.1/8081:81", "-t", "2001:db8::1/8082:82", "-u", "53:53", "-T", "none", ""])).toEqual({
    lxcpath: "/home/ann/c", container: "web", ports: [
      { port: 8080, toPort: 80, protocol: "tcp" }, { address: "192.0.2.1", port: 8081, toPort: 81, protocol: "tcp" }, { address: "2001:db8::1", port: 8082, toPort: 82, protocol: "tcp" }, { port: 53, toPort: 53, protocol: "udp" },
    ],
  });
  expect(pastaPortsOf([...LINE, "-t", "none", "-u", "none"])?.ports).toEqual([]);
});

test("others' are none of ours", () => {
  for (const argv of [[], ["pasta", "-t", "8080:80"], ["/usr/bin/other", ...LINE.slice(1)], ["pasta", "-P", "/run/pasta.pid"], ["pasta", "-P"]]) expect([argv, pastaPortsOf(argv)]).toEqual([argv, undefined]);
});
