// Owns the keys of cgroups, of the monitor and of hooks.
import { signal } from "../grammar/quantity.ts";
import { port } from "../grammar/own.ts";
import { oneDirectory, relativePath } from "../grammar/path.ts";
import { anyText, bool, oneOf } from "../grammar/scalar.ts";
import type { HookName } from "../../model/spec.ts";
import { row, type KeyState, type Row } from "./row.ts";

/** What each hook is: its release, its words, what it does to the wall, what of it is missing. */
const hook = (name: HookName, ...[since, doc, security, state]: readonly [string, string, string?, KeyState?]): Row<string> =>
  row({ key: `lxc.hook.${name}`, grammar: anyText("a shell command line"), isRepeatable: true, doc, since, spec: `hooks.${name}`, ...(security === undefined ? {} : { security }), ...(state === undefined ? {} : { state }) });

export const hookKeys: Readonly<Record<HookName, Row<string>>> = {
  "pre-start": hook("pre-start", "0.8", "Run on the host before anything else; when it fails the container does not start.", "Runs on the host, with the rights of the one who starts the container."),
  "pre-mount": hook("pre-mount", "1.0", "Run in the container's mount namespace before its root file system is mounted.", "Runs on the host's files; with an id map as the container's root."),
  mount: hook("mount", "0.8", "Run in the container's mount namespace after all mounts, before its root becomes the root.", "Sees the host's files and the container's; following a link in the root file system can lead back to the host."),
  autodev: hook("autodev", "1.0", "Run when the new /dev is mounted and still empty.", "Sees the host's files and the container's; with an id map it runs as the container's root."),
  "start-host": hook("start-host", "3.0", "Run on the host when the container is set up, just before init.", "Runs on the host, with the rights of the one who starts the container, while its init is about to run."),
  start: hook("start", "0.8", "Run inside the container just before init."),
  stop: hook("stop", "2.0", "Run on the host when init has ended and the namespaces still exist.", "Runs on the host, with the rights of the one who starts the container."),
  "post-stop": hook("post-stop", "0.8", "Run on the host when everything of the container is gone.", "Runs on the host, with the rights of the one who starts the container."),
  clone: hook("clone", "1.0", "Run when the container is copied, with the copy's root file system mounted.", "Runs on the host's files, with the copy's root file system mounted."),
  destroy: hook("destroy", "1.1", "Run when the container is destroyed; when it fails nothing is destroyed.", "Runs on the host, with the rights of the one who destroys the container."),
};

export const controlKeys = {
  hookVersion: row({ key: "lxc.hook.version", grammar: oneOf(["0", "1"]), default: "0", doc: "How hooks are told what they are run for: 0 by arguments, 1 by environment variables.", since: "3.0", spec: "hookVersion" }),
  hookAll: row({ key: "lxc.hook", grammar: anyText("nothing"), doc: "With an empty value: forgets all hooks set so far.", since: "1.0", spec: "hooks", clears: "lxc.hook.", getter: "none" }),
  cgroup1: row({ key: "lxc.cgroup.*", grammar: anyText("what is written to the file"), isRepeatable: true, doc: "Written to this file of the container's cgroup, where the host has cgroup v1 for it.", since: "0.6", until: "6.0", security: "Without limits of memory and pids the container can use up the host; devices.allow = a opens every device to root inside.", state: { kind: "partly", why: "Where the host has cgroup v2 for it, it is translated, and a start warns; what v2 has nothing for is told so." }, spec: "cgroup.v1" }),
  cgroup2: row({ key: "lxc.cgroup2.*", grammar: anyText("what is written to the file"), isRepeatable: true, doc: "Written to this file of the container's cgroup v2. devices.allow and devices.deny become a program that the kernel asks.", since: "3.0", security: "Without limits of memory and pids the container can use up the host; devices.allow = a opens every device to root inside.", state: { kind: "partly", why: "Where the host has cgroup v1 for it, it is translated, and a start warns; what v1 has nothing for is told so." }, spec: "cgroup.v2" }),
  cgroup1All: row({ key: "lxc.cgroup", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.cgroup.* files set so far.", since: "0.6", until: "6.0", spec: "cgroup.v1", clears: "lxc.cgroup." }),
  cgroup2All: row({ key: "lxc.cgroup2", grammar: anyText("nothing"), doc: "With an empty value: forgets all lxc.cgroup2.* files set so far.", since: "3.0", spec: "cgroup.v2", clears: "lxc.cgroup2." }),
  dir: row({ key: "lxc.cgroup.dir", grammar: relativePath("a directory"), doc: "Directory beneath which the container's cgroup is made.", since: "3.0", spec: "cgroup.dir" }),
  dirMonitor: row({ key: "lxc.cgroup.dir.monitor", grammar: relativePath("a directory"), doc: "Cgroup of the monitor. Needs lxc.cgroup.dir.container, and excludes lxc.cgroup.dir.", since: "4.0", spec: "cgroup.monitorDir" }),
  dirPivot: row({ key: "lxc.cgroup.dir.monitor.pivot", grammar: relativePath("a directory"), doc: "Cgroup into which the monitor moves when the container's cgroup is removed.", since: "4.0", spec: "cgroup.monitorPivotDir" }),
  dirContainer: row({ key: "lxc.cgroup.dir.container", grammar: relativePath("a directory"), doc: "Cgroup of the container, where its limits are. Needs lxc.cgroup.dir.monitor.", since: "4.0", spec: "cgroup.containerDir" }),
  dirInner: row({ key: "lxc.cgroup.dir.container.inner", grammar: oneDirectory("a directory"), doc: "Directory below it that becomes the root of the container's cgroup namespace: the container cannot change its own limits.", since: "4.0", security: "Without it the container's root may be given the very directory that holds its limits.", spec: "cgroup.containerInnerDir" }),
  relative: row({ key: "lxc.cgroup.relative", grammar: bool, default: "0", doc: "1: root's containers too are made below the starter's own cgroup.", since: "4.0", spec: "cgroup.isRelative" }),
  monitorUnshare: row({ key: "lxc.monitor.unshare", grammar: bool, default: "0", doc: "1: the monitor has a mount namespace of its own, made before hooks and storage.", since: "2.1", spec: "monitor.unshare" }),
  monitorSignal: row({ key: "lxc.monitor.signal.pdeath", grammar: signal, default: "9", cleared: "0", doc: "Signal init gets when the monitor dies; 0: none, the container lives on. Unset: SIGKILL.", since: "3.2", security: "0 leaves the container running without anybody who watches it.", spec: "monitor.pdeathSignal" }),
  publish: row({ key: "berth.publish", grammar: port, isRepeatable: true, doc: "A port of this host that leads to one of the container, while it runs. LXC passes the line over.", since: "berth", security: "Whoever reaches this host reaches the container there; a port without an address is open on all of them.", spec: "published" }),
  include: row({ key: "lxc.include", grammar: anyText("path of a file, or of a directory whose *.conf are read"), isRepeatable: true, doc: "Reads another file in the place of this line. A directory may be missing, a file may not.", since: "1.0", security: "The file is read at each start: whoever may write to it decides what the container may do, and hooks in it run on the host.", spec: "", getter: "none" }),
};
