// lxc-config beside Debian's, with lxc.conf files of all kinds and any HOME: the same, but for what docs/differences.md lists.
import { expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { DIST } from "../kernel/place.ts";

const KEYS = ["lxc.lxcpath", "lxc.default_config", "lxc.bdev.lvm.vg", "lxc.bdev.lvm.thin_pool", "lxc.bdev.zfs.root", "lxc.cgroup.use", "lxc.cgroup.pattern", "lxc.bdev.rbd.rbdpool", "-l", "lxc"];

/** What both print for all keys: /etc/lxc is an empty one of a mount namespace. `before` are words before the command. */
function answers(before: readonly string[], setUp: string, input = ""): readonly (readonly string[])[] {
  const ask = (program: string): string => KEYS.map((key) => `${[...before, program].join(" ")} ${key} 2>/dev/null; echo "status $?"`).join("\n");
  const script = `set -e; mount -t tmpfs none /etc/lxc; cat > /tmp/lxc-config-twin.$$; cd /etc/lxc; ${setUp}; rm -f /tmp/lxc-config-twin.$$; set +e\n${ask("/usr/bin/lxc-config")}\necho ----\n${ask(join(DIST, "bin/lxc-config"))}`;
  const { status, stdout, stderr } = spawnSync("unshare", ["-m", "sh", "-c", script], { encoding: "utf8", input });
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("----\n").map((text) => text.split("\n"));
}
const asRoot = (text: string): readonly (readonly string[])[] => answers([], "mv /tmp/lxc-config-twin.$$ lxc.conf", text);

const SAME = [
  "", "lxc.lxcpath = /a\n", "lxc.lxcpath=/a/\n", "lxc.lxcpath = /a//\n", "lxc.lxcpath = /a # c\n", "#lxc.lxcpath = /a\n", " # lxc.lxcpath = /a\n", "lxc.lxcpath = /a\nlxc.lxcpath = /b\n", "lxc.lxcpath = /a\nlxc.lxcpath =\n",
  "lxc.lxcpath\n", "lxc.lxcpath = /a=b\n", "lxc.lxcpath = /a b\n", "lxc.lxcpathx = /a\n", "xlxc.lxcpath = /a\n", "lxc.lxcpath /a = x\n", "lxc.lxcpath = /a", "\tlxc.lxcpath\t=\t/a\n", "LXC.LXCPATH = /a\n", "lxcpath = /a\n", "junk\n\n\nlxc.lxcpath = /z\n",
  "lxc.bdev.lvm.vg = vg\nlxc.bdev.lvm.thin_pool = tp\nlxc.bdev.zfs.root = t/l\nlxc.cgroup.use = @all\nlxc.cgroup.pattern = lxc/%n\nlxc.default_config = /d\n", 'lxc.bdev.lvm.thin_pool = "q\n',
];
test.each(SAME.map((text) => [JSON.stringify(text), text] as const))("lxc.conf %s", (_, text) => {
  const [theirs, ours] = asRoot(text);
  expect(ours).toEqual([...(theirs ?? [])]);
});

const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ["lxc.lxcpath = /\n", "/", ""], ["lxc.lxcpath = /a  \n", "/a", "/a  "], ['lxc.lxcpath = "/a"\n', "/a", '"/a"'], ["lxc.lxcpath =\n", "/var/lib/lxc", ""],
];
test.each(DIFFERENT.map(([text, ours, theirs]) => [JSON.stringify(text), text, ours, theirs] as const))("different: lxc.conf %s", (_, text, ours, theirs) => {
  const [first, second] = asRoot(text);
  expect([second?.[0], first?.[0]]).toEqual([ours, theirs]);
  expect(second?.slice(1)).toEqual(first?.slice(1));
});

const USER = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "env"];
const OWN = "mkdir -p h/.config/lxc; mv /tmp/lxc-config-twin.$$ h/.config/lxc/lxc.conf; chmod -R a+rX .";
const SITUATIONS: readonly (readonly [string, readonly string[], string])[] = [
  ["no lxc.conf", [], "true"], ["a directory lxc.conf", [], "mkdir lxc.conf"], ["root without HOME", ["env", "-u", "HOME"], "true"],
  ["a user", [...USER, "HOME=/home/x"], "true"], ["a user with an lxc.conf", [...USER, "HOME=/etc/lxc/h"], OWN], ["a relative HOME", [...USER, "HOME=h"], OWN], ["an empty HOME", [...USER, "HOME="], "true"],
  ["an unreadable lxc.conf", [...USER, "HOME=/etc/lxc/h"], `${OWN}; chmod 600 h/.config/lxc/lxc.conf`],
  ["no HOME", [...USER, "-u", "HOME"], "true"], ["a slash at the end of HOME", [...USER, "HOME=/tmp/"], "true"],
];
test.each(SITUATIONS)("%s", (_, before, setUp) => {
  const [theirs, ours] = answers(before, setUp, "lxc.lxcpath = /u\nlxc.bdev.zfs.root=x\n");
  expect(ours).toEqual((theirs ?? []).map((line) => line.replace("//", "/")));
});
