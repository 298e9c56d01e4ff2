// Owns the keys of cgroups, of the monitor and of hooks.
import { signal } from "../grammar/quantity.ts";
import { oneDirectory, relativePath } from "../grammar/path.ts";
import { anyText, bool, oneOf } from "../grammar/scalar.ts";
import type { HookName } from "../../model/spec.ts";
import { row, type Row } from "./row.ts";

const hook = (name: HookName, since: string, doc: string): Row<string> =>
  row({ key: `lxc.hook.${name}`, grammar: anyText("a shell command line"), isRepeatable: true, doc, since, spec: `hooks.${name}` });

export const hookKeys: Readonly<Record<HookName, Row<string>>> = {
  "pre-start": hook("pre-start", "0.8", "Run on the host before anything else; when it fails the container does not start."),
  "pre-mount": hook("pre-mount", "1.0", "Run in the container's mount namespace before its root file system is mounted."),
  mount: hook("mount", "0.8", "Run in the container's mount namespace after all mounts, before its root becomes the root."),
  autodev: hook("autodev", "1.0", "Run when the new /dev is mounted and still empty."),
  "start-host": hook("start-host", "3.0", "Run on the host when the container is set up, just before init."),
  start: hook("start", "0.8", "Run inside the container just before init."),
  stop: hook("stop", "2.0", "Run on the host when init has ended and the namespaces still exist."),
  "post-stop": hook("post-stop", "0.8", "Run on the host when everything of the container is gone."),
  clone: hook("clone", "1.0", "Run when the container is copied, with the copy's root file system mounted."),
  destroy: hook("destroy", "1.0", "Run when the container is destroyed; when it fails nothing is destroyed."),
};

export const controlKeys = {
  hookVersion: row({ key: "lxc.hook.version", grammar: oneOf(["0", "1"]), default: "0", doc: "How hooks are told what they are run for: 0 by arguments, 1 by environment variables.", since: "3.0", spec: "hookVersion" }),
  hookAll: row({ key: "lxc.hook", grammar: anyText("nothing"), doc: "With an empty value: forgets all hooks set so far.", since: "1.0", spec: "hooks", clears: "lxc.hook.", getter: "none" }),
  cgroup1: row({ key: "lxc.cgroup.*", grammar: anyText("what is written to the file"), isRepeatable: true, doc: "Written to this file of the container's cgroup, where the host has cgroup v1 for it.", since: "0.6", until: "6.0", spec: "cgroup.v1" }),
  cgroup2: row({ key: "lxc.cgroup2.*", grammar: anyText("what is written to the file"), isRepeatable: true, doc: "Written to this file of the container's cgroup v2. devices.allow and devices.deny become a program that the kernel asks.", since: "3.0", spec: "cgroup.v2" }),
  cgroup1All: row({ key: "lxc.cgroup", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.cgroup.* files set so far.", since: "0.6", until: "6.0", spec: "cgroup.v1", clears: "lxc.cgroup." }),
  cgroup2All: row({ key: "lxc.cgroup2", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.cgroup2.* files set so far.", since: "3.0", spec: "cgroup.v2", clears: "lxc.cgroup2." }),
  dir: row({ key: "lxc.cgroup.dir", grammar: relativePath("a directory"), doc: "Directory beneath which the container's cgroup is made.", since: "3.0", spec: "cgroup.dir" }),
  dirMonitor: row({ key: "lxc.cgroup.dir.monitor", grammar: relativePath("a directory"), doc: "Cgroup of the monitor. Needs lxc.cgroup.dir.container, and excludes lxc.cgroup.dir.", since: "4.0", spec: "cgroup.monitorDir" }),
  dirPivot: row({ key: "lxc.cgroup.dir.monitor.pivot", grammar: relativePath("a directory"), doc: "Cgroup into which the monitor moves when the container's cgroup is removed.", since: "4.0", spec: "cgroup.monitorPivotDir" }),
  dirContainer: row({ key: "lxc.cgroup.dir.container", grammar: relativePath("a directory"), doc: "Cgroup of the container, where its limits are. Needs lxc.cgroup.dir.monitor.", since: "4.0", spec: "cgroup.containerDir" }),
  dirInner: row({ key: "lxc.cgroup.dir.container.inner", grammar: oneDirectory("a directory"), doc: "Directory below it that becomes the root of the container's cgroup namespace: the container cannot change its own limits.", since: "4.0", spec: "cgroup.containerInnerDir" }),
  relative: row({ key: "lxc.cgroup.relative", grammar: bool, default: "0", doc: "1: root's containers too are made below the starter's own cgroup.", since: "4.0", spec: "cgroup.isRelative" }),
  monitorUnshare: row({ key: "lxc.monitor.unshare", grammar: bool, default: "0", doc: "1: the monitor has a mount namespace of its own, made before hooks and storage.", since: "2.1", spec: "monitor.isUnshared" }),
  monitorSignal: row({ key: "lxc.monitor.signal.pdeath", grammar: signal, default: "9", cleared: "0", doc: "Signal init gets when the monitor dies; 0: none, the container lives on. Unset: SIGKILL.", since: "3.2", spec: "monitor.pdeathSignal" }),
  include: row({ key: "lxc.include", grammar: anyText("path of a file, or of a directory whose *.conf are read"), isRepeatable: true, doc: "Reads another file in the place of this line. A directory may be missing, a file may not.", since: "1.0", spec: "", getter: "none" }),
};
