// What a new container's config begins with, and the default it takes where none is installed.
import { expect, test } from "bun:test";
import { builtinDefault, createdConfig } from "./index.ts";
import { mustLoad, problemsOf } from "./golden/load.ts";

test("header, default config, root file system, name: in LXC's order", () => {
  const text = createdConfig({ template: "/usr/share/lxc/templates/lxc-busybox", templateArgs: ["--a", "b c"], defaultText: "lxc.net.0.type = veth\nlxc.net.0.hwaddr = 00:16:3e:xx:xx:xx", rootfsPath: "dir:/var/lib/lxc/web/rootfs", hostname: "web", random: "abc" });
  const lines = text.split("\n");
  expect(lines.slice(0, 2)).toEqual(["# Template used to create this container: /usr/share/lxc/templates/lxc-busybox", "# Parameters passed to the template: --a b c"]);
  expect(lines.filter((line) => line.startsWith("lxc."))).toEqual(["lxc.net.0.type = veth", "lxc.net.0.hwaddr = 00:16:3e:ab:ca:bc", "lxc.rootfs.path = dir:/var/lib/lxc/web/rootfs", "lxc.uts.name = web"]);
  expect(problemsOf(text)).toEqual([]);
  expect(text).toContain("\n#lxc.include = /usr/share/lxc/config/nesting.conf\n");
});

test("without a template there is no header, as LXC has it", () => {
  expect(createdConfig({ template: undefined, templateArgs: [], defaultText: "# mine\n", rootfsPath: undefined })).toBe("# mine\n");
  expect(createdConfig({ template: "/t", templateArgs: [], defaultText: "", rootfsPath: undefined }).split("\n")[1]).toBe("# Parameters passed to the template:");
});

test("an argument cannot end the comment it stands in", () => {
  const text = createdConfig({ template: "/t\nlxc.hook.start = /evil", templateArgs: ["x\nlxc.hook.start = /evil"], defaultText: "", rootfsPath: undefined });
  expect(mustLoad(text).spec.hooks).toEqual({});
});

const range = { owner: "ann", start: 100000, count: 65536 };
test("the built-in default: root has no network; a user the one that he can have, and the first ranges that hold an id", () => {
  const network = "lxc.net.0.type = user\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\n";
  expect(builtinDefault({ isRoot: true, subuid: [range], subgid: [range] })).toBe("lxc.net.0.type = empty\n");
  expect(builtinDefault({ isRoot: false, subuid: [{ ...range, count: 0 }, range, { ...range, start: 5 }], subgid: [{ ...range, start: 200000 }] })).toBe(`${network}lxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 200000 65536\n`);
  expect(builtinDefault({ isRoot: false, subuid: [], subgid: [] })).toBe(network);
  expect(mustLoad(builtinDefault({ isRoot: false, subuid: [range], subgid: [range] })).spec.nics).toMatchObject([{ type: "user", link: "lxcbr0" }]);
});
