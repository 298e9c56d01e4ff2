// Owns linting an example of the rule table: its text, its files, and a host that it describes.
import type { Finding } from "../../model/finding.ts";
import type { HostFacts } from "../../model/facts.ts";
import type { LintFacts } from "../../model/lint-facts.ts";
import { readConfig, type ReadFile } from "../include.ts";
import { lint } from "./lint.ts";
import { exampleOf, type Example } from "./rule.ts";

/** A plain host: root, cgroup v2, nothing unusual. */
const HOST: HostFacts = {
  caller: { pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, user: "root", cwd: "/", isTty: [false, false, false], inheritedFds: [], env: {} },
  kernel: { release: "6.1.0", machine: "x86_64" }, cgroups: { layout: "v2", hierarchies: [], self: "0::/\n" },
  subuid: [], subgid: [], lsms: [], hasCgroupNamespace: true, hasTimeNamespace: true, userns: { isAllowed: true },
  paths: {}, links: {}, install: { engine: "/e", share: "/s" }, now: 0, random: "00",
};
const PLAIN: LintFacts = { host: HOST, files: {}, inside: {}, mountpoints: [], start: [], hasSiblings: true, owner: { uid: 0, name: "root" }, neighbours: [], limits: {} };

export function lintExample(given: Example | string): readonly Finding[] {
  const { text, files = {}, host } = exampleOf(given);
  const read: ReadFile = (path) => {
    const found = files[path];
    return found === undefined ? { kind: "missing" } : typeof found === "string" ? { kind: "file", text: found } : { kind: "directory", files: found };
  };
  const syntax = readConfig({ file: "config", text, read, cwd: "/work" });
  if (!syntax.ok) return [];
  const input = { syntax: syntax.value, name: "web", lxcpath: "/var/lib/lxc", random: "0123456789abcdef", isRoot: true, rootfsMountDefault: "/usr/lib/lxc/rootfs", read, cwd: "/work", isContainer: false };
  return lint(input, host === undefined ? undefined : { ...PLAIN, ...host });
}
