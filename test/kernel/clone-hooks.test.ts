// The shipped hooks, called as a copy or a start calls them: what they write, and that no symbolic link leads them out.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ROOT } from "./place.ts";

const HOOKS = join(ROOT, "share/lxc/hooks");
let room = "";
let rootfs = "";
beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "berth hooks-"));
  rootfs = join(room, "rootfs");
  mkdirSync(rootfs);
});
afterEach(() => rmSync(room, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(rootfs, path)), { recursive: true });
  writeFileSync(join(rootfs, path), text);
}
const read = (path: string): string => readFileSync(join(rootfs, path), "utf8");

function hook(name: string, env: Readonly<Record<string, string>>, args: readonly string[] = []): { readonly status: number | null; readonly stderr: string } {
  const { status, stderr } = spawnSync(join(HOOKS, name), args, { encoding: "utf8", input: "", env: { PATH: "/usr/bin:/bin", ...env } });
  return { status, stderr };
}
const copied = (from: string, to: string): Record<string, string> => ({ LXC_ROOTFS_MOUNT: rootfs, LXC_SRC_NAME: from, LXC_NAME: to });
const FINE = { status: 0, stderr: "" };

describe("clonehostname", () => {
  test("the name of the original becomes that of the copy, as a whole word only", () => {
    write("etc/hostname", "web\n");
    write("etc/hosts", "127.0.0.1 localhost\n127.0.1.1\tweb.example.org web\n10.0.0.9 webmail my-web web2 web_ xweb\n");
    write("etc/sysconfig/network", "NETWORKING=yes\nHOSTNAME=web\n");
    write("etc/sysconfig/network-scripts/ifcfg-eth0", 'DHCP_HOSTNAME="web"\n');
    write("etc/sysconfig/network-scripts/other", "web\n");
    expect(hook("clonehostname", copied("web", "new"), ["new", "lxc", "clone"])).toEqual(FINE);
    expect(read("etc/hostname")).toBe("new\n");
    expect(read("etc/hosts")).toBe("127.0.0.1 localhost\n127.0.1.1\tnew.example.org new\n10.0.0.9 webmail my-web web2 web_ xweb\n");
    expect([read("etc/sysconfig/network"), read("etc/sysconfig/network-scripts/ifcfg-eth0"), read("etc/sysconfig/network-scripts/other")]).toEqual(["NETWORKING=yes\nHOSTNAME=new\n", 'DHCP_HOSTNAME="new"\n', "web\n"]);
  });

  test("names are plain text, whatever stands in them", () => {
    write("etc/hosts", "127.0.1.1 a.b axb\n");
    expect(hook("clonehostname", copied("a.b", "a&\\1|/$(id)"))).toEqual(FINE);
    expect(read("etc/hosts")).toBe("127.0.1.1 a&\\1|/$(id) axb\n");
  });

  test("a link is not followed, be it the file or a directory above", () => {
    const outside = join(room, "outside");
    mkdirSync(outside);
    for (const name of ["hosts", "network", "ifcfg-eth0"]) writeFileSync(join(outside, name), "web\n");
    mkdirSync(join(rootfs, "etc"));
    symlinkSync(join(outside, "hosts"), join(rootfs, "etc/hosts"));
    symlinkSync("../../outside", join(rootfs, "etc/sysconfig"));
    expect(hook("clonehostname", copied("web", "new"))).toEqual(FINE);
    for (const name of ["hosts", "network", "ifcfg-eth0"]) expect(readFileSync(join(outside, name), "utf8")).toBe("web\n");
  });

  test("without files there is nothing to do; without a copy it says so", () => {
    expect(hook("clonehostname", copied("web", "new"))).toEqual(FINE);
    expect(hook("clonehostname", {})).toMatchObject({ status: 1, stderr: expect.stringContaining("LXC_SRC_NAME") });
  });
});

describe("ubuntu-cloud-prep", () => {
  const seed = "var/lib/cloud/seed/nocloud-net";
  test("as a clone hook: host name and seed of a new instance", () => {
    write("etc/hostname", "web\n");
    expect(hook("ubuntu-cloud-prep", copied("web", "new"), ["new", "lxc", "clone", "-i", "abc", "--foreign-option", "-L"])).toEqual(FINE);
    expect([read("etc/hostname"), read(`${seed}/meta-data`)]).toEqual(["new\n", "instance-id: lxc-abc\nlocal-hostname: new\n"]);
    expect(read(`${seed}/user-data`)).toStartWith("#cloud-config\n");
  });

  test("hook version 1, own user data, keys; each copy is an instance of its own", () => {
    mkdirSync(join(rootfs, "etc"));
    writeFileSync(join(room, "user"), "#cloud-config\nruncmd: [true]\n");
    writeFileSync(join(room, "keys"), "ssh-rsa AAA a\n\nssh-rsa BBB b\n");
    const env = { ...copied("web", "new"), LXC_HOOK_VERSION: "1", LXC_HOOK_TYPE: "clone" };
    expect(hook("ubuntu-cloud-prep", env, ["-u", join(room, "user"), `--auth-key=${join(room, "keys")}`])).toEqual(FINE);
    const first = read(`${seed}/meta-data`);
    expect(first).toMatch(/^instance-id: lxc-[0-9a-f]{8}\nlocal-hostname: new\npublic-keys:\n- ssh-rsa AAA a\n- ssh-rsa BBB b\n$/);
    expect(read(`${seed}/user-data`)).toBe("#cloud-config\nruncmd: [true]\n");
    hook("ubuntu-cloud-prep", env);
    expect(read(`${seed}/meta-data`).split("\n")[0]).not.toBe(first.split("\n")[0]);
  });

  test("by hand, with --cloud: the seed is left alone", () => {
    mkdirSync(join(rootfs, "etc"));
    expect(hook("ubuntu-cloud-prep", {}, ["--cloud", "--name", "x", rootfs])).toEqual(FINE);
    expect([read("etc/hostname"), readdirSync(rootfs)]).toEqual(["x\n", ["etc"]]);
    expect(hook("ubuntu-cloud-prep", {}, ["--nonsense", rootfs])).toMatchObject({ status: 1 });
    expect(hook("ubuntu-cloud-prep", {}, ["-u", join(room, "none"), rootfs])).toEqual({ status: 1, stderr: `ubuntu-cloud-prep: -u: '${join(room, "none")}' is not a file\n` });
  });

  test("a link out of the root file system stops it", () => {
    mkdirSync(join(rootfs, "etc"));
    mkdirSync(join(room, "outside"));
    symlinkSync(join(room, "outside"), join(rootfs, "var"));
    expect(hook("ubuntu-cloud-prep", copied("web", "new"), ["new", "lxc", "clone"])).toMatchObject({ status: 1 });
    expect(readdirSync(join(room, "outside"))).toEqual([]);
  });
});

test("squid-deb-proxy-client: nothing is done where the host has no such proxy, and no link is followed", () => {
  mkdirSync(join(rootfs, "etc/apt"), { recursive: true });
  mkdirSync(join(room, "outside"));
  symlinkSync(join(room, "outside"), join(rootfs, "etc/apt/apt.conf.d"));
  expect(hook("squid-deb-proxy-client", { LXC_ROOTFS_PATH: rootfs })).toEqual(FINE);
  expect(readdirSync(join(room, "outside"))).toEqual([]);
});

test("hooks can be executed, by everybody", () => {
  for (const name of readdirSync(HOOKS).filter((file) => !file.endsWith(".sh"))) expect([name, lstatSync(join(HOOKS, name)).mode & 0o777]).toEqual([name, 0o755]);
});
