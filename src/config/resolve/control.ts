// Owns cgroups, hooks and namespaces of the spec, and what among them contradicts itself.
import type { Problem } from "../../model/problem.ts";
import type { CgroupSpec, ContainerSpec, HookName, NamespaceName, Sourced } from "../../model/spec.ts";
import { namespaceName } from "../grammar/words.ts";
import { controlKeys, hookKeys } from "../keys/control.ts";
import { isolationKeys } from "../keys/isolation.ts";
import type { Row } from "../keys/row.ts";
import { many, one, optional, type Settings } from "../settings.ts";

const files = (settings: Settings, row: Row<string>): CgroupSpec["v1"] => many(settings, row).map((item) => ({ value: { file: item.sub, value: item.value }, from: item.from }));

function checkDirectories(cgroup: CgroupSpec, problems: Problem[]): void {
  const { dir, monitorDir, containerDir, monitorPivotDir, containerInnerDir } = cgroup;
  const finer = monitorDir ?? containerDir ?? monitorPivotDir ?? containerInnerDir;
  if (finer === undefined) return;
  if (dir !== undefined) problems.push({ code: "config.conflict", at: dir.from, text: `lxc.cgroup.dir cannot be used together with ${finer.from.key}`, remedy: "keep lxc.cgroup.dir, or lxc.cgroup.dir.monitor and lxc.cgroup.dir.container" });
  if ((monitorDir === undefined) === (containerDir === undefined) && monitorDir !== undefined) return;
  const missing = monitorDir === undefined ? "lxc.cgroup.dir.monitor" : "lxc.cgroup.dir.container";
  problems.push({ code: "config.conflict", at: finer.from, text: `${finer.from.key} needs ${missing}`, remedy: `add a line '${missing} = DIRECTORY'` });
}

export function resolveCgroup(settings: Settings, problems: Problem[]): CgroupSpec {
  const cgroup: CgroupSpec = {
    ...optional("dir", settings, controlKeys.dir),
    ...optional("monitorDir", settings, controlKeys.dirMonitor),
    ...optional("monitorPivotDir", settings, controlKeys.dirPivot),
    ...optional("containerDir", settings, controlKeys.dirContainer),
    ...optional("containerInnerDir", settings, controlKeys.dirInner),
    isRelative: one(settings, controlKeys.relative)?.value ?? false,
    v1: files(settings, controlKeys.cgroup1),
    v2: files(settings, controlKeys.cgroup2),
  };
  checkDirectories(cgroup, problems);
  return cgroup;
}

const HOOKS: readonly HookName[] = ["pre-start", "pre-mount", "mount", "autodev", "start-host", "start", "stop", "post-stop", "clone", "destroy"];

export function resolveHooks(settings: Settings): ContainerSpec["hooks"] {
  const found: Partial<Record<HookName, readonly Sourced<string>[]>> = {};
  for (const name of HOOKS) {
    const commands = many(settings, hookKeys[name]).map(({ value, from }) => ({ value, from }));
    if (commands.length > 0) found[name] = commands;
  }
  return found;
}

function namespaceList(settings: Settings, row: Row<readonly NamespaceName[]>): readonly Sourced<NamespaceName>[] | undefined {
  const found = new Map<NamespaceName, Sourced<NamespaceName>>();
  for (const { value, from } of many(settings, row)) for (const name of value) found.set(name, { value: name, from });
  return found.size === 0 ? undefined : [...found.values()];
}

export function resolveNamespaces(settings: Settings, problems: Problem[]): ContainerSpec["namespaces"] {
  const clone = namespaceList(settings, isolationKeys.namespaceClone);
  const keep = namespaceList(settings, isolationKeys.namespaceKeep);
  const share: Partial<Record<NamespaceName, Sourced<string>>> = {};
  for (const item of many(settings, isolationKeys.namespaceShare)) {
    const name = namespaceName(item.sub);
    if (name.ok) share[name.value] = { value: item.value, from: item.from };
    else problems.push({ code: "config.key", at: item.from, text: `${item.key}: ${name.text}`, ...(name.remedy === undefined ? {} : { remedy: name.remedy }) });
  }
  const [second] = keep ?? [];
  if (clone !== undefined && second !== undefined) problems.push({ code: "config.conflict", at: second.from, text: "lxc.namespace.keep cannot be used together with lxc.namespace.clone", remedy: "say only which are new, or only which are shared" });
  return { ...(clone === undefined ? {} : { clone }), ...(keep === undefined ? {} : { keep }), share };
}
