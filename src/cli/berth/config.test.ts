// `berth config VERB` as typed: no root, no container that runs, a temporary directory.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../../model/request.ts";
import { main } from "./berth.ts";
import { VERBS } from "./config.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "config-doors-"));
const file = join(lxcpath, "c1/config");
mkdirSync(join(lxcpath, "c1"));
afterAll(() => rmSync(lxcpath, { recursive: true, force: true }));
const CONFIG = `# mine
lxc.uts.name = c1
lxc.group = a
lxc.group = b
lxc.net.0.type = veth
lxc.net.0.link = br0
lxc.include = ${lxcpath}/common
`;
beforeEach(() => {
  writeFileSync(file, CONFIG);
  writeFileSync(join(lxcpath, "common"), "lxc.tty.max = 4\nlxc.cap.drop = sys_time sys_module\n");
});

const request = (argv: readonly string[]): Request => ({
  kind: "command", argv: ["berth", ...argv], cwd: lxcpath, env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "0::/\n", prefix: "/nonexistent",
});
interface Ended { readonly status: number; readonly out: string; readonly err: string }
async function berth(...argv: readonly string[]): Promise<Ended> {
  const answer = await main(request(argv));
  if (answer.kind !== "done") throw new Error("answered with a plan");
  return { status: answer.status, out: answer.out ?? "", err: answer.err ?? "" };
}
const config = (verb: string, ...words: readonly string[]): Promise<Ended> => berth("config", verb, ...words, "-P", lxcpath);

test("the verbs are listed, an unknown one is refused", async () => {
  expect(await berth("config")).toMatchObject({ status: 1, out: "" });
  expect((await berth("config", "--help")).out).toContain("get NAME KEY");
  expect(await berth("config", "dance")).toEqual({ status: 1, out: "", err: "berth config: there is no verb 'dance'\n    remedy: berth config --help lists them\n" });
});

test.each(VERBS.map(({ verb }) => verb))("%s: help with examples, a missing name, a wrong option", async (verb) => {
  const help = await berth("config", verb, "--help");
  expect([help.status, help.err.startsWith(`Usage: berth config ${verb} `), help.err.includes("Examples:")]).toEqual([0, true, true]);
  expect(help.err.slice(0, help.err.indexOf("Examples:")).split("\n").slice(1).filter((line) => line.length > 80)).toEqual([]);
  expect(await berth("config", verb)).toMatchObject({ status: 1, out: "", err: expect.stringContaining("No container name specified") });
  expect(await berth("config", verb, "--nonsense")).toMatchObject({ status: 1, err: expect.stringContaining("unrecognized option '--nonsense'") });
  expect(await berth("config", verb, "a/b", "lxc.tty.max", "1")).toMatchObject({ status: 1, err: expect.stringContaining("contains a slash") });
  expect(await berth("config", verb, "nope", "lxc.tty.max", "1", "-P", lxcpath)).toMatchObject({ status: 1, err: expect.stringContaining("container 'nope' is not defined") });
  expect(await berth("config", verb, "--file", "nope", "lxc.tty.max", "1")).toMatchObject({ status: 1, err: expect.stringContaining("/nope' does not exist") });
  expect(await berth("config", verb, "c1", "--file", "c1/config", "-n", "c1")).toMatchObject({ status: 1, err: expect.stringContaining("not both") });
});

test("get: a scalar bare, a list by lines, a default, several with their names", async () => {
  expect(await config("get", "c1", "lxc.uts.name")).toEqual({ status: 0, out: "c1\n", err: "" });
  expect((await config("get", "c1", "lxc.group")).out).toBe("a\nb\n");
  expect((await config("get", "c1", "lxc.cap.drop")).out).toBe("sys_time\nsys_module\n");
  expect((await config("get", "c1", "lxc.autodev")).out).toBe("1\n");
  expect((await config("get", "c1", "lxc.arch")).out).toBe("\n");
  expect((await config("get", "c1", "lxc.mount.entry")).out).toBe("");
  expect((await config("get", "c1", "lxc.net")).out).toBe("veth\n");
  expect((await config("get", "-n", "c1", "lxc.tty.max", "lxc.group", "lxc.arch")).out).toBe("lxc.tty.max = 4\nlxc.group = a\nlxc.group = b\nlxc.arch =\n");
  expect((await berth("config", "get", "--file", "c1/config", "lxc.net.0.link")).out).toBe("br0\n");
});

test("get: an unknown key, an old one, an interface that is not there: exit 1 and what is right", async () => {
  expect(await config("get", "c1", "lxc.tty.maxx")).toEqual({ status: 1, out: "", err: "berth config get: c1: unknown key 'lxc.tty.maxx'\n    remedy: did you mean 'lxc.tty.max'?\n" });
  expect((await config("get", "c1", "lxc.utsname")).err).toContain("remedy: write 'lxc.uts.name'");
  expect((await config("get", "c1", "lxc.net.7.link")).status).toBe(1);
  expect((await config("get", "c1")).err).toContain("no key is given");
});

test("get: system keys", async () => {
  expect(await berth("config", "get", "lxc.bdev.zfs.root")).toEqual({ status: 0, out: "lxc\n", err: "" });
  expect((await berth("config", "get", "lxc.lxcpth")).err).toBe("berth config get: 'lxc.lxcpth' is not a system key\n    remedy: did you mean 'lxc.lxcpath'?\n");
  expect((await berth("config", "get", "lxc.uts.name")).err).toContain("berth config get NAME lxc.uts.name");
});

test("get --format json", async () => {
  expect(JSON.parse((await config("get", "c1", "lxc.group", "--format", "json")).out)).toEqual({ key: "lxc.group", value: ["a", "b"] });
  expect(JSON.parse((await config("get", "c1", "lxc.tty.max", "lxc.net.0.link", "--format=json")).out)).toEqual([{ key: "lxc.tty.max", value: "4" }, { key: "lxc.net.0.link", value: "br0" }]);
  expect((await config("get", "c1", "lxc.group", "--format", "xml")).status).toBe(1);
});
