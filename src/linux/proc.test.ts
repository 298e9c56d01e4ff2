import { expect, test } from "bun:test";
import { parseCgroups } from "./proc-cgroup.ts";
import { parseMountinfo } from "./proc-mountinfo.ts";
import { ipv6Text, parseFibTrie, parseIfInet6, parseListening, parseNetDev } from "./proc-net.ts";
import { parseStat } from "./proc-stat.ts";
import { hasSignal, parseStatus } from "./proc-status.ts";

test("stat: a name with parentheses and blanks does not move the fields", () => {
  const fields = ["S", "7", "7", "7", "34816", ...Array.from({ length: 14 }, () => "0"), "4242", "9"].join(" ");
  expect(parseStat(`12 (a) b) (c) ${fields}\n`)).toEqual({ parent: 7, state: "S", terminal: 34816, startTime: 4242 });
  expect(parseStat("")).toBeUndefined();
});

test("status: masks, ids, confinement", () => {
  const status = parseStatus("Name:\tinit\nUid:\t100000\t100000\t100000\t100000\nNSpid:\t812\t1\nSigBlk:\t0000001000000000\nCapBnd:\t000001fffeffffff\nNoNewPrivs:\t1\nSeccomp:\t2\n");
  expect(status.uids).toEqual([100000, 100000, 100000, 100000]);
  expect(status.nsPids).toEqual([812, 1]);
  expect(hasSignal(status.signalsBlocked, 37)).toBe(true);
  expect(hasSignal(status.signalsBlocked, 36)).toBe(false);
  expect(status.capBounding).toBe(0x1fffeffffffn);
  expect([status.hasNoNewPrivs, status.seccompMode]).toEqual([true, 2]);
});

test("cgroup: v1, named, v2", () => {
  expect(parseCgroups("4:cpu,cpuacct:/a b\n1:name=systemd:/x:y\n0::/user.slice\njunk\n")).toEqual([
    { version: 1, controllers: ["cpu", "cpuacct"], path: "/a b" },
    { version: 1, controllers: ["name=systemd"], path: "/x:y" },
    { version: 2, controllers: [], path: "/user.slice" },
  ]);
});

test("mountinfo: optional fields vary in number, blanks are escaped", () => {
  const text = "31 23 0:28 / /sys/fs/my\\040cgroup rw,relatime shared:9 master:1 - cgroup none rw,cpu,cpuacct\n32 1 0:1 /a /b ro - ext4 /dev/x rw\n";
  expect(parseMountinfo(text).map(({ mountpoint, fstype, superOptions }) => [mountpoint, fstype, superOptions])).toEqual([
    ["/sys/fs/my cgroup", "cgroup", ["rw", "cpu", "cpuacct"]], ["/b", "ext4", ["rw"]],
  ]);
});

test("fib_trie: local addresses without loopback, once although both tables name them", () => {
  const table = "  |-- 10.0.3.1\n    /32 host LOCAL\n  |-- 10.0.3.255\n    /32 link BROADCAST\n  |-- 127.0.0.1\n   /32 host LOCAL\n";
  expect(parseFibTrie(`Main:\n${table}Local:\n${table}`)).toEqual(["10.0.3.1"]);
});

test("if_inet6 keeps global addresses, written as RFC 5952", () => {
  const text = "fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n00000000000000000000000000000001 01 80 10 80       lo\nfd000000000000000000000000000002 04 40 00 82     eth0\n";
  expect(parseIfInet6(text)).toEqual([{ address: "fd00::2", link: "eth0", scope: 0 }]);
  expect(ipv6Text("00000000000000000000000000000001")).toBe("::1");
  expect(ipv6Text("20010db8000000010000000000000001")).toBe("2001:db8:0:1::1");
  expect(ipv6Text("20010db8000100000000000000000000")).toBe("2001:db8:1::");
  expect(ipv6Text("20010db8000100020003000400050006")).toBe("2001:db8:1:2:3:4:5:6");
  expect(ipv6Text("20010db8000000020003000400050006")).toBe("2001:db8:0:2:3:4:5:6");
});

test("net/dev and unix", () => {
  expect(parseNetDev("Inter-|   Receive\n face |bytes\n  eth0: 10 1 0 0 0 0 0 0 20 2 0 0 0 0 0 0\n")).toEqual([{ link: "eth0", rxBytes: 10, txBytes: 20 }]);
  const unix = "Num RefCount Protocol Flags Type St Inode Path\n0: 00000002 00000000 00010000 0001 01 1 @/var/lib/lxc/a b/command\n1: 00000003 00000000 00000000 0001 03 2 @/var/lib/lxc/c/command\n";
  expect(parseListening(unix)).toEqual(["/var/lib/lxc/a b/command"]);
});
