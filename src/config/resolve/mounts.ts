// Owns mounts: entries, the fstab file, and which targets lie inside the container's root.
import type { Origin } from "../../model/origin.ts";
import type { AutoMounts, Mount } from "../../model/mount.ts";
import type { Problem } from "../../model/problem.ts";
import type { RootfsSpec, Sourced } from "../../model/spec.ts";
import type { ReadFile } from "../include.ts";
import { excerptOf } from "../excerpt.ts";
import { mountLine, type MountLine } from "../grammar/mount.ts";
import { filesystemKeys } from "../keys/filesystem.ts";
import { many, type Settings } from "../settings.ts";

export interface MountContext {
  readonly rootfs: RootfsSpec | undefined;
  /** LXCPATH/NAME/rootfs. */
  readonly usualRootfs: string;
  readonly read: ReadFile | undefined;
  readonly cwd: string;
  readonly problems: Problem[];
}

const withoutDots = (path: string): string => path.split("/").filter((part) => part !== "" && part !== ".").join("/");

/** The target relative to the container's root; undefined: it lies elsewhere. */
function targetInside(target: string, context: MountContext): string | undefined {
  if (!target.startsWith("/")) return withoutDots(target);
  if (context.rootfs === undefined) return withoutDots(target);
  const { path, mount } = context.rootfs;
  for (const root of [context.usualRootfs, path, mount]) {
    const bare = `/${withoutDots(root)}`;
    if (root.startsWith("/") && (target === bare || target.startsWith(`${bare}/`))) return withoutDots(target.slice(bare.length));
  }
  return undefined;
}

function toMount(line: MountLine, from: Origin, context: MountContext): readonly Mount[] {
  const target = targetInside(line.target, context);
  if (target !== undefined && target !== "") return [{ ...line, target, from }];
  const roots = context.rootfs === undefined ? "" : `'${context.rootfs.path}'`;
  context.problems.push({
    code: "mount.target", severity: "warning", at: from,
    text: target === "" ? `target '${line.target}' is the container's root itself, the mount is left out` : `target '${line.target}' is not inside the container's root ${roots}, the mount is left out`,
    remedy: `write the target without the leading '/', relative to the container's root`,
  });
  return [];
}

function fstabLines(file: string, text: string, context: MountContext): readonly Mount[] {
  return text.split("\n").flatMap((raw, index) => {
    const line = raw.trim();
    const from: Origin = { kind: "config", file, line: index + 1, column: raw.length - raw.trimStart().length + 1, key: "lxc.mount.fstab" };
    if (line === "" || line.startsWith("#")) return [];
    const reading = mountLine.read(line);
    if (reading.ok) return toMount(reading.value, from, context);
    const at = { ...from, column: (from.column ?? 1) + reading.offset };
    const problem: Problem = { code: "config.value", at, text: reading.text, cause: `expected ${mountLine.expects}`, ...(reading.remedy === undefined ? {} : { remedy: reading.remedy }) };
    context.problems.push({ ...problem, excerpt: excerptOf(raw, problem) });
    return [];
  });
}

function fstabMounts(fstab: Sourced<string> | undefined, context: MountContext): readonly Mount[] {
  if (fstab === undefined || context.read === undefined) return [];
  const answer = context.read(fstab.value.startsWith("/") ? fstab.value : `${context.cwd}/${fstab.value}`);
  if (answer.kind === "file") return fstabLines(fstab.value, answer.text, context);
  const why = answer.kind === "missing" ? "does not exist" : answer.kind === "directory" ? "is a directory" : `cannot be read: ${answer.text}`;
  context.problems.push({ code: answer.kind === "missing" ? "config.missing" : "config.unreadable", at: fstab.from, text: `the fstab file '${fstab.value}' ${why}`, remedy: "correct the path, or take the line out" });
  return [];
}

/** The lines of the fstab file come first, as LXC mounts them. */
export function resolveMounts(settings: Settings, fstab: Sourced<string> | undefined, context: MountContext): readonly Mount[] {
  const entries = many(settings, filesystemKeys.mountEntry).flatMap((item) => toMount(item.value, item.from, context));
  return [...fstabMounts(fstab, context), ...entries];
}

/** The last word of each class wins. */
export function resolveAutoMounts(settings: Settings, hasSysAdmin: boolean): AutoMounts {
  let mounts: AutoMounts = {};
  for (const { value, from } of many(settings, filesystemKeys.mountAuto)) {
    for (const word of value) {
      if (word.class === "proc") mounts = { ...mounts, proc: { mode: word.mode, from } };
      else if (word.class === "sys") mounts = { ...mounts, sys: { mode: word.mode, from } };
      else if (word.class === "shmounts") mounts = { ...mounts, shmounts: { host: word.host, container: word.container, from } };
      else mounts = { ...mounts, cgroup: { mode: word.mode ?? (hasSysAdmin ? "rw" : "mixed"), isFull: word.isFull, isForced: word.isForced, isV2: word.isV2, from } };
    }
  }
  return mounts;
}
