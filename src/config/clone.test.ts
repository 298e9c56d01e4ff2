import { describe, expect, test } from "bun:test";
import { clonedConfig, type CloneWish } from "./clone.ts";

const WISH: CloneWish = { from: "/c/old", to: "/c/new", rootfs: "dir:/c/new/rootfs", hostname: "new", random: "abcdef0123456789" };
const cloned = (text: string, wish: Partial<CloneWish> = {}): { readonly text: string; readonly files: readonly string[] } => {
  const made = clonedConfig(text, { ...WISH, ...wish });
  if (!made.ok) throw new Error(made.problems[0]?.text);
  return made.value;
};

describe("the config of a copy", () => {
  test("has its own root, name and hardware addresses; comments and the rest stay", () => {
    const text = "# mine\nlxc.rootfs.path = dir:/c/old/rootfs\nlxc.uts.name = old\nlxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:11:22:33\nlxc.net.1.hwaddr=02:00:00:00:00:01\n";
    expect(cloned(text).text).toBe("# mine\nlxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:ab:cd:ef\nlxc.net.1.hwaddr=00:16:3e:01:23:45\nlxc.rootfs.path = dir:/c/new/rootfs\nlxc.uts.name = new\n");
  });

  test("keeps what it is asked to keep", () => {
    const text = "lxc.uts.name = old\nlxc.net.0.hwaddr = 00:16:3e:11:22:33\n";
    const kept = clonedConfig(text, { from: "/c/old", to: "/c/new" });
    expect(kept.ok && kept.value.text).toBe(text);
  });

  test("names its own hooks, fstab and writable layers, which are told", () => {
    const text = "lxc.hook.start = /c/old/h.sh a /c/old/b\nlxc.hook.stop = /c/older/h.sh\nlxc.mount.fstab = /c/old/my tab\nlxc.mount.entry = overlay srv overlay lowerdir=/c/old/low,upperdir=/c/old/up,workdir=/c/old/work 0 0\nlxc.mount.entry = /c/old/data srv none bind 0 0\n";
    const { files, text: made } = cloned(text, { hostname: "x" });
    expect(files).toEqual(["h.sh", "my tab"]);
    expect(made).toContain("lxc.hook.start = /c/new/h.sh a /c/old/b\nlxc.hook.stop = /c/older/h.sh\nlxc.mount.fstab = /c/new/my tab\nlxc.mount.entry = overlay srv overlay lowerdir=/c/old/low,upperdir=/c/new/up,workdir=/c/new/work 0 0\nlxc.mount.entry = /c/old/data srv none bind 0 0\n");
  });

  test("old names count as what they are called now", () => {
    const made = cloned("lxc.utsname = old\nlxc.rootfs = /c/old/rootfs\nlxc.network.type = veth\nlxc.network.hwaddr = 02:00:00:00:00:01\nlxc.mount = /c/old/fstab\n");
    expect(made.text).toBe("lxc.network.type = veth\nlxc.network.hwaddr = 00:16:3e:ab:cd:ef\nlxc.mount = /c/new/fstab\nlxc.rootfs.path = dir:/c/new/rootfs\nlxc.uts.name = new\n");
    expect(made.files).toEqual(["fstab"]);
  });

  test("a file outside by .. is none of ours", () => {
    expect(cloned("lxc.hook.start = /c/old/../x.sh\n").files).toEqual([]);
  });
});
