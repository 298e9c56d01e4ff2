// The linter has nothing to say of what Berth ships, alone and as templates include it.
import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { readConfig, type ReadFile } from "../include.ts";
import { lint } from "./lint.ts";

const SHARE = join(import.meta.dir, "../../../share");
const FOLDER = join(SHARE, "lxc/config");
const read: ReadFile = (path) => {
  const found = path.startsWith(SHARE) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (found === undefined) return { kind: "missing" };
  return found.isDirectory() ? { kind: "directory", files: readdirSync(path) } : { kind: "file", text: readFileSync(path, "utf8") };
};
function said(file: string, text: string): readonly string[] {
  const syntax = readConfig({ file, text, read, cwd: "/", share: SHARE });
  if (!syntax.ok) throw new Error("readConfig never fails");
  const findings = lint({ syntax: syntax.value, name: "c", lxcpath: "/l", random: "0", isRoot: true, rootfsMountDefault: "/m", read, isContainer: false });
  return findings.map(({ rule, at, text: words }) => `${at.file}:${at.line} ${rule}: ${words}`);
}
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".conf"));

test.each(names)("%s", (name) => {
  expect(said(join(FOLDER, name), readFileSync(join(FOLDER, name), "utf8"))).toEqual([]);
});

const distributions = names.flatMap((name) => (name.endsWith(".common.conf") ? [name.slice(0, -".common.conf".length)] : []));
test.each(distributions)("a container with an id map made from the files of %s", (name) => {
  const includes = ["common", "userns"].map((part) => `${name}.${part}.conf`).filter((file) => existsSync(join(FOLDER, file)));
  const text = `${includes.map((file) => `lxc.include = /usr/share/lxc/config/${file}\n`).join("")}lxc.arch = linux64\nlxc.rootfs.path = dir:/l/c/rootfs\nlxc.uts.name = c\nlxc.idmap = u 0 100000 65536\nlxc.idmap = g 0 100000 65536\nlxc.net.0.type = veth\nlxc.net.0.link = lxcbr0\nlxc.net.0.flags = up\n`;
  expect(said("config", text)).toEqual([]);
});

test("common.conf behind userns.conf is told, once", () => {
  expect(said("config", "lxc.include = /usr/share/lxc/config/userns.conf\nlxc.include = /usr/share/lxc/config/common.conf\n").map((line) => line.split(":")[1])).toEqual(["1 include-order"]);
});
