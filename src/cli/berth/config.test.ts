// `berth config VERB` as typed: no root, no container that runs, a temporary directory.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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

const text = (): string => readFileSync(file, "utf8");
const refused = async (...words: readonly string[]): Promise<string> => {
  const before = readdirSync(join(lxcpath, "c1")).map((name) => readFileSync(join(lxcpath, "c1", name), "utf8"));
  const ended = await config("set", "c1", ...words, "--dry-run");
  expect([ended.status, ended.out, readdirSync(join(lxcpath, "c1")).map((name) => readFileSync(join(lxcpath, "c1", name), "utf8"))]).toEqual([1, "", before]);
  return ended.err;
};

test("set --dry-run: the diff, and nothing done", async () => {
  expect(await config("set", "c1", "lxc.tty.max", "8", "--dry-run")).toEqual({ status: 0, err: "", out: `--- ${file}\n+++ ${file}\n@@ -5,3 +5,4 @@\n lxc.net.0.type = veth\n lxc.net.0.link = br0\n lxc.include = ${lxcpath}/common\n+lxc.tty.max = 8\n` });
  expect(text()).toBe(CONFIG);
  const data: unknown = JSON.parse((await config("set", "c1", "lxc.tty.max=8", "lxc.group=c", "--dry-run", "--format", "json")).out);
  expect(data).toEqual({ file, isWritten: false, isRunning: false, keys: [{ key: "lxc.tty.max", before: ["4"], after: ["8"] }, { key: "lxc.group", before: ["a", "b"], after: ["a", "b", "c"] }], diff: expect.stringContaining("+lxc.group = c\n") });
});

test("set: what would not load is refused with all problems, and nothing is left", async () => {
  expect(await refused("lxc.tty.max=many", "lxc.tty.maxx=1", "lxc.utsname=x", "lxc.net=a")).toBe(`berth config set: c1: lxc.tty.max: 'many' is not a number
    cause: expected a number from 0 to 1024
berth config set: c1: unknown key 'lxc.tty.maxx'
    remedy: did you mean 'lxc.tty.max'?
berth config set: c1: 'lxc.utsname' is the name of LXC 2 and older
    remedy: write 'lxc.uts.name'
berth config set: c1: lxc.net takes no value
    remedy: unset it to forget all lxc.net.*, or set one key of them
`);
  expect(await refused("lxc.net.0.vlan.id", "5")).toContain("lxc.net.0.vlan.id is for interfaces of type vlan");
  expect(await refused("lxc.include", "/no/such/file")).toContain("'/no/such/file' does not exist");
  expect(await refused("lxc.cap.keep", "sys_time")).toContain("lxc.cap");
  expect(await refused("lxc.uts.name", "a", "b")).toContain("takes one value, not 2");
  expect(await refused("lxc.uts.name", "a\nlxc.hook.start = /evil")).toContain("a value is one line");
  expect(await refused("lxc.uts.name")).toContain("no value is given");
  expect(await refused("lxc.uts.name=a", "lxc.tty.max", "1")).toContain("'lxc.tty.max' is not KEY=VALUE");
});

test("unset --dry-run: what is still set by an included file is told, and cleared when asked", async () => {
  expect(await config("unset", "c1", "lxc.cap.drop", "--dry-run")).toEqual({ status: 0, out: "", err: `berth config unset: c1: warning: ${lxcpath}/common:2: lxc.cap.drop is still set here\n    lxc.cap.drop = sys_time sys_module\n`.replace(/\n {4}lxc\.cap.*\n$/, "\n") + "    remedy: --clear adds a line that clears it\n" });
  expect((await config("unset", "c1", "lxc.cap.drop", "--dry-run", "--clear")).out).toContain("+lxc.cap.drop =\n");
  expect((await config("unset", "c1", "lxc.net", "--dry-run")).out.match(/^-.*$/gm)).toEqual([`--- ${file}`, "-lxc.net.0.type = veth", "-lxc.net.0.link = br0"]);
  expect((await config("unset", "c1", "lxc.hook", "lxc.arch", "--dry-run")).out).toBe("lxc.hook: not set\nlxc.arch: not set\n");
  expect(await config("unset", "c1", "lxc.nonsense", "--dry-run")).toMatchObject({ status: 1, err: expect.stringContaining("unknown key") });
});

test("list: what is set, in the words of a config; a prefix, own lines only, defaults", async () => {
  expect((await config("list", "c1")).out).toBe("lxc.uts.name = c1\nlxc.group = a\nlxc.group = b\nlxc.net.0.type = veth\nlxc.net.0.link = br0\nlxc.tty.max = 4\nlxc.cap.drop = sys_time sys_module\n");
  expect((await config("list", "c1", "lxc.net")).out).toBe("lxc.net.0.type = veth\nlxc.net.0.link = br0\n");
  expect((await config("list", "c1", "--own", "lxc.tty")).out).toBe("");
  expect((await config("list", "c1", "--own")).out).toBe(CONFIG.replace("# mine\n", ""));
  expect((await config("list", "c1", "lxc.tty", "--all")).out).toBe("lxc.tty.max = 4\nlxc.tty.dir =\n");
  expect((await config("list", "c1", "lxc.net.0", "-a")).out).toContain("lxc.net.0.veth.mode = bridge\n");
  expect(JSON.parse((await config("list", "c1", "lxc.group", "--format", "json")).out)).toEqual([{ key: "lxc.group", value: ["a", "b"] }]);
  expect(await config("list", "c1", "lxc.nett")).toMatchObject({ status: 1, out: "", err: expect.stringContaining("did you mean 'lxc.net'?") });
});

test("show: each value and its line; what came before; a default; an option", async () => {
  writeFileSync(file, `lxc.tty.max = 1\n${CONFIG}lxc.cap.drop =\n`);
  expect((await config("show", "c1", "lxc.tty.max", "--history")).out).toBe(`lxc.tty.max  4  ${lxcpath}/common:1\n             1  ${file}:1, overridden by ${lxcpath}/common:1\n`);
  expect((await config("show", "c1", "lxc.cap.drop", "--history")).out).toBe(`lxc.cap.drop  (cleared)            \n              sys_time sys_module  ${lxcpath}/common:2, overridden by ${file}:9\n`);
  expect((await config("show", "c1", "lxc.autodev")).out).toBe("lxc.autodev  1  default\n");
  expect((await config("show", "c1", "lxc.tty.max", "-s", "lxc.tty.max=7")).out).toBe("lxc.tty.max  7  option -s\n");
  expect((await config("show", "c1", "lxc.net.0")).out).toBe(`lxc.net.0.type  veth  ${file}:6\nlxc.net.0.link  br0   ${file}:7\n`);
  expect(JSON.parse((await config("show", "c1", "lxc.tty.max", "--history", "--format", "json")).out)).toEqual([{
    key: "lxc.tty.max", isList: false, values: [{ value: "4", kind: "config", file: `${lxcpath}/common`, line: 1, column: 1 }],
    overridden: [{ value: "1", kind: "config", file, line: 1, column: 1, by: { kind: "config", file: `${lxcpath}/common`, line: 1, column: 1 } }],
  }]);
});

test("a config that does not load: what can be read of it is shown, with what is wrong, exit 1", async () => {
  writeFileSync(file, "lxc.uts.name = c1\nlxc.tty.max = many\nlxc.nonsense = 1\n");
  expect(await config("list", "c1")).toMatchObject({ status: 1, out: "lxc.uts.name = c1\n", err: expect.stringContaining("unknown key 'lxc.nonsense'") });
  expect(await config("show", "c1")).toMatchObject({ status: 1, out: `lxc.uts.name  c1  ${file}:1\n` });
  expect(await config("get", "c1", "lxc.uts.name")).toMatchObject({ status: 1, out: "" });
  const repaired = await config("set", "c1", "lxc.tty.max", "2", "--dry-run");
  expect([repaired.status, repaired.err.includes("unknown key 'lxc.nonsense' (this was so before)")]).toEqual([0, true]);
});

const update = async (...words: readonly string[]): Promise<Ended> => {
  const answer = await (await import("../lxc/update-config.ts")).main({ ...request([]), argv: ["lxc-update-config", ...words] });
  if (answer.kind !== "done") throw new Error("answered with a plan");
  return { status: answer.status, out: answer.out ?? "", err: answer.err ?? "" };
};
test("lxc-update-config: help as LXC's script, wrong command lines, a dry run", async () => {
  for (const words of [[], ["-h"], ["--help"]]) expect(await update(...words)).toMatchObject({ status: 0, out: expect.stringContaining("Usage: lxc-update-config -c FILE"), err: "" });
  for (const words of [["-c"], ["--bad"], ["foo"], ["-c", "nope"], ["-c", "c1"], ["-c", "c1/config", "foo"]]) expect([words, (await update(...words)).status]).toEqual([words, 1]);
  writeFileSync(file, "lxc.utsname = c1\n");
  expect(await update("-c", "c1/config", "--dry-run")).toEqual({ status: 0, out: `--- ${file}\n+++ ${file}\n@@ -1 +1 @@\n-lxc.utsname = c1\n+lxc.uts.name = c1\n`, err: "" });
  expect(readdirSync(join(lxcpath, "c1"))).toEqual(["config"]);
});

test("lxc-update-config refuses what would lose its meaning in an included file", async () => {
  writeFileSync(join(lxcpath, "more"), "lxc.network.link = br0\n");
  writeFileSync(file, `lxc.network.type = veth\nlxc.include = ${lxcpath}/more\n`);
  expect(await update("-c", "c1/config", "--dry-run")).toMatchObject({ status: 1, out: "", err: expect.stringContaining("would not mean the same with new names alone") });
  expect(text()).toContain("lxc.network.type = veth");
});

test("fix --dry-run: the config and its own included files, together; others stay", async () => {
  writeFileSync(join(lxcpath, "c1/net"), "lxc.network.link = br0\nlxc.network.type = empty\n");
  writeFileSync(join(lxcpath, "common"), "lxc.tty = 1\n");
  writeFileSync(file, `lxc.include = ${lxcpath}/common\nlxc.network.type = veth\nlxc.include = ${lxcpath}/c1/net\n`);
  const { status, out } = await config("fix", "c1", "--dry-run");
  expect([status, out.split("\n").filter((line) => /^[-+]/.test(line))]).toEqual([0, [
    `--- ${file}`, `+++ ${file}`, "-lxc.network.type = veth", "+lxc.net.0.type = veth", `--- ${lxcpath}/c1/net`, `+++ ${lxcpath}/c1/net`,
    "-lxc.network.link = br0", "-lxc.network.type = empty", "+lxc.net.0.link = br0", "+lxc.net.1.type = empty",
  ]]);
  expect(text()).toContain("lxc.network.type = veth");
  writeFileSync(file, CONFIG);
  expect((await config("fix", "c1")).out).toBe("c1: nothing to mend\n");
  expect((await config("fix", "c1", "--format=json")).out).toBe('{\n "files": [],\n "mended": []\n}\n');
  rmSync(join(lxcpath, "c1/net"));
});

test("set: a container's hardware address is chosen, the template of a file that others begin with stays", async () => {
  expect((await config("set", "c1", "lxc.net.0.hwaddr", "00:16:3e:xx:xx:xx", "--dry-run")).out).toMatch(/^\+lxc\.net\.0\.hwaddr = 00:16:3e(:[0-9a-f]{2}){3}$/m);
  writeFileSync(join(lxcpath, "default.conf"), "lxc.net.0.type = veth\n");
  expect((await berth("config", "set", "--file", "default.conf", "lxc.net.0.hwaddr", "00:16:3e:xx:xx:xx", "--dry-run")).out).toContain("+lxc.net.0.hwaddr = 00:16:3e:xx:xx:xx\n");
});

test("fix --dry-run: what the linter can mend by itself, as long as the config loads afterwards", async () => {
  writeFileSync(file, "lxc.uts.name = c1\r\nlcx.tty.max = 4\r\nlcx.pty.max = many\r\n  LXC.group = a\r\n");
  const { status, out } = await config("fix", "c1", "--dry-run", "--format", "json");
  const { files, mended }: { files: { diff: string }[]; mended: { rule: string }[] } = JSON.parse(out);
  const lines = files[0]?.diff.split("\n").filter((line) => line.startsWith("+")) ?? [];
  expect([status, files.length, lines.includes("+lxc.tty.max = 4"), lines.includes("+lcx.pty.max = many"), mended.map(({ rule }) => rule).includes("prefix-typo")]).toEqual([0, 1, true, true, true]);
});

test("every verb takes its container by word or by -n, its file with --file: the same is said and done", async () => {
  const ways = [["c1"], ["-n", "c1"], ["--file", "c1/config"]] as const;
  const same = async (verb: string, ...words: readonly string[]): Promise<Ended> => {
    const said = await Promise.all([config(verb, ...ways[0], ...words), config(verb, ...ways[1], ...words), config(verb, ...ways[2], ...words)]);
    const plain = said.map((one) => ({ ...one, out: one.out.replaceAll("c1/config:", "c1:") }));
    expect([verb, plain[1], plain[2]?.out]).toEqual([verb, plain[0], plain[0]?.out]);
    return said[0];
  };
  expect((await same("get", "lxc.uts.name")).out).toBe("c1\n");
  expect((await same("list", "lxc.net.0")).out).toBe("lxc.net.0.type = veth\nlxc.net.0.link = br0\n");
  expect((await same("show", "lxc.group")).out).toMatch(/^lxc\.group +a +\S+:3\n +b +\S+:4\n$/);
  // what a container as a whole has or has not is not asked of a file
  expect(await config("lint", ...ways[1], "--text-only")).toEqual(await config("lint", ...ways[0], "--text-only"));
  expect((await config("lint", ...ways[2], "--text-only")).out).toBe("0 errors, 0 warnings, 0 hints\n");
  writeFileSync(file, CONFIG.replace("lxc.uts.name", "lxc.utsname"));
  expect((await same("fix", "--dry-run")).out).toContain("-lxc.utsname = c1\n+lxc.uts.name = c1\n");
  expect((await same("unset", "lxc.group", "--dry-run")).out).toContain("-lxc.group = a\n-lxc.group = b\n");
  expect((await same("set", "lxc.group", "z", "--dry-run")).out).toContain("+lxc.group = z\n");
});

test("show --all: what is not set, too, with its default", async () => {
  const [own, all] = [(await config("show", "c1")).out, (await config("show", "c1", "--all")).out];
  expect([own.includes("lxc.autodev"), /^lxc\.autodev +1 +default$/m.test(all), all.includes(`c1:3\n`) || all.includes("config:3\n")]).toEqual([false, true, true]);
});
