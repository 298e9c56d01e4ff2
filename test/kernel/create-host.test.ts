// lxc-create -t host and -t sshd: systems whose /usr is the host's, read-only; and -t debian's and -t ubuntu's options.
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheOf, containers, destroy, download, inPlace } from "./download-room.ts";
import { inside, start, works } from "./place.ts";

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("-t host: runs with the host's programs, and cannot change them", () => inPlace(kind, async (place) => {
    const { status, stderr } = await download(place, { template: "host", args: [] });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(readdirSync(cacheOf(place))).toEqual([]);
    const config = join(place.lxcpath, place.name, "config");
    expect(readFileSync(config, "utf8")).toContain("lxc.mount.entry = /usr usr none ro,rbind 0 0");
    expect(works(place, "lxc-execute", ["-n", place.name, "--", "/usr/bin/sh", "-c", "cat /etc/hostname; touch /usr/no 2>/dev/null || echo kept; id -un; touch /etc/mine && echo own"]).replaceAll("\r", "")).toBe(`${place.name}\nkept\nroot\nown\n`);
    expect(existsSync("/usr/no")).toBe(false);
    if (kind !== "user-owned") { // the host's init may be a systemd, which wants a cgroup of its own
      start(place);
      expect(inside(place, "cat /proc/1/comm").length).toBeGreaterThan(0);
      works(place, "lxc-stop", ["-n", place.name, "-k"]);
    }
    destroy(place);
  }), 120_000);
});

/** Inside, as soon as its server answers: nobody else is on its loopback. */
const LOGIN = 'umask 77; cat > /tmp/key; for i in $(seq 100); do ssh -q -i /tmp/key -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 "id -un; cat /proc/1/comm; hostname" && exit; sleep 0.1; done; exit 1';

test("-t sshd without a key: it is said that nobody may log in", () => inPlace("privileged", async (place) => {
  const { status, stderr } = await download(place, { template: "sshd", args: [] });
  expect([status, stderr.includes("warning: nobody may log in") ? "" : stderr]).toEqual([0, ""]);
  destroy(place);
}), 60_000);

describe.each(["privileged", "root-owned", "user-owned"] as const)("%s", (kind) => {
  test("-t sshd: who has the key may log in; its server is pid 1, and ends when it is asked to", () => inPlace(kind, async (place) => {
    const key = join(place.lxcpath, "in-key");
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
    const { status, stderr } = await download(place, { template: "sshd", args: ["-S", `${key}.pub`] });
    expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
    expect(readdirSync(cacheOf(place))).toEqual([]);
    expect(start(place, ["--wait=booted"])).toBe("");
    expect(works(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "sh", "-c", LOGIN], { input: readFileSync(key, "utf8") })).toBe(`root\nsshd\n${place.name}\n`);
    works(place, "lxc-stop", ["-n", place.name, "--nokill"]);
    destroy(place);
  }), 120_000);
});

test("-t ubuntu-cloud: an archive, and what cloud-init finds in it", () => inPlace("privileged", async (place) => {
  const archive = join(place.lxcpath, "in-cloud.tar");
  writeFileSync(join(place.lxcpath, "in-user"), "#cloud-config\nhostname: x\n");
  expect(spawnSync("tar", ["-C", "/usr/share/lxc", "-cf", archive, "config"]).status).toBe(0);
  const { status, stderr } = await download(place, { template: "ubuntu-cloud", args: ["-T", archive, "-u", join(place.lxcpath, "in-user")] });
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  const seed = join(place.lxcpath, place.name, "rootfs/var/lib/cloud/seed/nocloud-net");
  expect([readFileSync(join(seed, "user-data"), "utf8"), readFileSync(join(seed, "meta-data"), "utf8").includes(`local-hostname: ${place.name}`)]).toEqual(["#cloud-config\nhostname: x\n", true]);
  destroy(place);
}), 60_000);

test("the options of the templates: help, and what is wrong is refused before anything is made", () => inPlace("privileged", async (place) => {
  for (const template of ["debian", "ubuntu", "ubuntu-cloud", "host", "sshd", "oci", "download", "fedora", "opensuse", "local"]) expect((await download(place, { template, args: ["--help"] })).stdout).toContain(`The template ${template}:`);
  expect((await download(place, { template: "busybox", args: ["-h"] })).stdout).toContain("--busybox-path=FILE");
  expect(containers(place)).toEqual([]);
  const refused = async (template: string, args: readonly string[], words: string): Promise<void> => {
    const { status, stderr } = await download(place, { template, args });
    expect([status, stderr.includes(words) ? "" : stderr, containers(place)]).toEqual([1, "", []]);
  };
  await refused("debian", ["-r", "../x"], "is no release");
  await refused("sshd", ["-S", "/nowhere.pub"], "cannot read '/nowhere.pub'");
  await refused("host", ["-S", "x"], "does not know '-S'");
  await refused("debian", ["-S", "/nowhere.pub"], "cannot read '/nowhere.pub'");
  await refused("ubuntu", ["-r", "noble", "-b", "nobody-of-that-name"], "there is no user");
  for (const [word, words] of [["--nonsense", "unknown option '--nonsense'"], ["-z", "unknown option '-z'"], ["--busybox-path", "--busybox-path needs a value"], ["x", "unknown argument 'x'"]] as const) await refused("busybox", [word], words);
  await refused("local", [], "needs --fstree");
  await refused("local", ["-f", "/nowhere.tar"], "'/nowhere.tar' does not exist");
  for (const [template, args] of [["host", []], ["sshd", []], ["debian", []], ["fedora", []], ["oci", ["-u", "oci:/etc"]], ["ubuntu-cloud", []]] as const) {
    const { status, stderr } = await download(place, { template, args, env: { LXC_CACHE_PATH: "/etc/hostname" } });
    expect([template, status, stderr.includes("cannot keep images in '/etc/hostname") && stderr.includes("set LXC_CACHE_PATH") ? "" : stderr, containers(place)]).toEqual([template, 1, "", []]);
  }
  await refused("ubuntu", ["--nonsense"], "does not know '--nonsense'");
}), 60_000);
