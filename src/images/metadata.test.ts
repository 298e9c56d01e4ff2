import { expect, test } from "bun:test";
import { parseMetadata } from "./metadata.ts";

const place = { name: "web", path: "/l/web", rootfs: "/l/web/rootfs", configs: "/c", hooks: "/h" };
const parse = (files: Readonly<Record<string, string>>, isMapped = false) => parseMetadata(new Map(Object.entries(files)), isMapped, place);

test("the words for the place are filled in", () =>
  expect(parse({ config: "lxc.include = LXC_TEMPLATE_CONFIG/a\nx = LXC_NAME LXC_PATH LXC_ROOTFS LXC_HOOK_DIR" })?.config).toBe("lxc.include = /c/a\nx = web /l/web /l/web/rootfs /h\n"));
test("the file for the kind of container and the version wins", () => {
  const files = { config: "a", "config.5": "b", "config-user": "c", "config.6": "d" };
  expect([parse(files)?.config, parse(files, true)?.config, parse({ ...files, "config-user.5": "e" }, true)?.config, parse({ config: "a", "config-system": "f" })?.config]).toEqual(["b\n", "c\n", "e\n", "f\n"]);
});
test("lists", () => {
  const read = parse({ config: "", excludes: "./dev/*\n\ndev\n", templates: "/etc/hostname\netc/hosts\n../../etc/passwd\n", fstab: "x LXC_ROOTFS", "create-message": "hello\n" });
  expect(read).toEqual({ config: "\n", excludes: ["./dev/*", "dev"], templates: ["./etc/hostname", "./etc/hosts"], fstab: "x /l/web/rootfs", message: "hello\n" });
});
test("without a config it is no metadata", () => expect(parse({ fstab: "x" })).toBeUndefined());
