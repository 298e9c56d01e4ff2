// cgroup v2 alone, as a host without v1 shows it: this machine's cgroup2 in a mount namespace of its own. It has next to
// no controllers; device programs and freezing need none. Limits of the others are in the system tests.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { create, DIST, leavePlace, makePlace } from "./place.ts";
import type { Place, Ran } from "./place.ts";

const VIEW = 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"';
let place: Place;
beforeAll(() => {
  place = makePlace("privileged");
  const devices = ["deny = a", "allow = c 1:3 rwm", "allow = c 1:9 r", "allow = c 5:* rwm", "allow = c 136:* rwm"];
  create(place, devices.map((rule) => `lxc.cgroup2.devices.${rule}`));
}, 60_000);
afterAll(async () => { await leavePlace(place); }, 60_000);

function seen(program: string, words: readonly string[], name = place.name): Ran {
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", VIEW, "sh", program, "-P", place.lxcpath, "-n", name, ...words], { encoding: "utf8", input: "", timeout: 60_000 });
  return { status: status ?? 143, stdout, stderr };
}
const ours = (command: string, ...words: readonly string[]): Ran => seen(join(DIST, "bin", command), words);
const debian = (command: string, ...words: readonly string[]): Ran => seen(`/usr/bin/${command}`, words);
const said = (ran: Ran): string => { expect([ran.status, ran.stderr]).toEqual([0, ""]); return ran.stdout.trim(); };
const inside = (line: string): string => ours("lxc-attach", "--", "sh", "-c", line).stdout.trim();

test("the device program of a config: what no rule allows cannot be opened", () => {
  expect(ours("lxc-start")).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(inside("echo > /dev/null && echo null; (: < /dev/zero) 2> /dev/null || echo no zero; (: < /dev/urandom) && echo urandom; (: > /dev/urandom) 2> /dev/null || echo not written")).toBe("null\nno zero\nurandom\nnot written");
  expect(said(ours("lxc-cgroup", "devices.list")).split("\n")).toEqual(["c 1:3 rwm", "c 1:9 r", "c 5:* rwm", "c 136:* rwm"]);
}, 60_000);

test("lxc-cgroup changes the rules of a running container", () => {
  said(ours("lxc-cgroup", "devices.allow", "c 1:5 rw"));
  expect(inside(": < /dev/zero && echo zero; echo > /dev/null && echo null")).toBe("zero\nnull");
  said(ours("lxc-cgroup", "devices.deny", "c 1:5 rw"));
  expect(inside("(: < /dev/zero) 2> /dev/null || echo no zero; echo > /dev/null && echo null")).toBe("no zero\nnull");
  expect(ours("lxc-cgroup", "devices.allow", "nothing")).toMatchObject({ status: 1, stdout: "" });
  expect(ours("lxc-cgroup", "nonsense").stderr).toContain("cause: a cgroup file has its controller's name before a dot");
  said(ours("lxc-cgroup", "devices.allow", "a"));
  expect(inside(": < /dev/zero && echo zero")).toBe("zero");
  expect(said(ours("lxc-cgroup", "devices.list"))).toBe("a *:* rwm");
}, 60_000);

test("cgroup.freeze, by either name, and who freezes it hears of the end of it", () => {
  said(ours("lxc-freeze"));
  expect([said(ours("lxc-info", "-sH")), said(ours("lxc-cgroup", "freezer.state")), said(ours("lxc-cgroup", "cgroup.freeze"))]).toEqual(["FROZEN", "FROZEN", "1"]);
  expect(ours("lxc-wait", "-s", "FROZEN", "-t", "0").status).toBe(0);
  said(ours("lxc-unfreeze"));
  said(ours("lxc-cgroup", "freezer.state", "FROZEN"));
  expect(ours("lxc-wait", "-s", "FROZEN", "-t", "20").status).toBe(0);
  said(ours("lxc-cgroup", "cgroup.freeze", "0"));
  expect(ours("lxc-wait", "-s", "RUNNING", "-t", "20").status).toBe(0);
}, 60_000);

test("Debian's commands on cgroup v2", () => {
  said(debian("lxc-freeze"));
  expect(said(ours("lxc-info", "-sH"))).toBe("FROZEN");
  said(debian("lxc-unfreeze"));
  expect([said(ours("lxc-info", "-sH")), said(debian("lxc-info", "-sH"))]).toEqual(["RUNNING", "RUNNING"]);
  expect(said(debian("lxc-cgroup", "cgroup.type"))).toBe(said(ours("lxc-cgroup", "cgroup.type")));
  expect(debian("lxc-attach", "--", "true").status).toBe(0);
}, 60_000);

test("a frozen container stops, and nothing of it stays", () => {
  said(ours("lxc-freeze"));
  said(ours("lxc-stop"));
  expect(said(ours("lxc-info", "-sH"))).toBe("STOPPED");
  expect(existsSync(join(place.lxcpath, place.name, ".berth/devices"))).toBe(false);
}, 60_000);

test("limits whose controller v2 does not have here are told, each with its line; --strict refuses them", () => {
  const { status, stderr } = ours("lxc-start", "-s", "lxc.cgroup2.nosuch.max = 100M", "-s", "lxc.cgroup.net_cls.classid = 40");
  expect(status).toBe(0);
  expect(stderr).toContain("lxc.cgroup2.nosuch.max = 100M has no effect here");
  expect(stderr).toContain("lxc.cgroup.net_cls.classid = 40 has no effect here");
  said(ours("lxc-stop", "-k"));
  const strict = ours("lxc-start", "-s", "lxc.cgroup2.nosuch.max = 100M", "--strict");
  expect([strict.status, strict.stderr.includes("lxc.cgroup2.nosuch.max = 100M has no effect here"), said(ours("lxc-info", "-sH"))]).toEqual([1, true, "STOPPED"]);
}, 60_000);

test("a limit that the kernel refuses fails the start with its key and the kernel's word; one that it takes is there", () => {
  const refused = ours("lxc-start", "-s", "lxc.cgroup2.cgroup.max.depth = lots");
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain("the kernel does not take 'lots' for lxc.cgroup2.cgroup.max.depth: invalid argument");
  expect(said(ours("lxc-info", "-sH"))).toBe("STOPPED");
  said(ours("lxc-start", "-s", "lxc.cgroup2.cgroup.max.depth = 7"));
  expect([said(ours("lxc-cgroup", "cgroup.max.depth")), said(ours("lxc-cgroup", "cgroup.max.depth", "9")), said(ours("lxc-cgroup", "cgroup.max.depth"))]).toEqual(["7", "", "9"]);
  said(ours("lxc-stop", "-k"));
}, 60_000);
