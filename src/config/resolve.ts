// Owns syntax -> ContainerSpec: what a config means, with all problems at once.
import { withoutSlashes } from "../linux/slashes.ts";
import { SIGKILL } from "../linux/signals.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { ContainerSpec, RootfsSpec } from "../model/spec.ts";
import type { ReadFile } from "./include.ts";
import { collectSettings } from "./collect.ts";
import { withExcerpts } from "./excerpt.ts";
import { comesUp } from "./grammar/own.ts";
import { consoleKeys } from "./keys/console.ts";
import { controlKeys } from "./keys/control.ts";
import { filesystemKeys } from "./keys/filesystem.ts";
import { isolationKeys } from "./keys/isolation.ts";
import { processKeys } from "./keys/process.ts";
import { resolveCgroup, resolveHooks, resolveNamespaces } from "./resolve/control.ts";
import { resolveIdMap } from "./resolve/idmap.ts";
import { resolveAutoMounts, resolveMounts } from "./resolve/mounts.ts";
import { resolveNics } from "./resolve/nics.ts";
import { list, orDefault, resolveConsole, resolveInit, resolveLimits, resolveLog, resolveSignals } from "./resolve/process.ts";
import { hasSysAdmin, resolveSecurity } from "./resolve/security.ts";
import { many, one, optional, type Settings } from "./settings.ts";
import type { Syntax } from "./syntax.ts";

/** LXC's size of /dev in bytes. */
const DEV_SIZE = 500000;

export interface ResolveInput {
  readonly syntax: Syntax | readonly Syntax[];
  /** -s K=V as typed; applied after the files. */
  readonly overrides: readonly string[];
  readonly name: string;
  readonly lxcpath: string;
  /** Hex digits; used for hwaddr templates. The same string gives the same addresses. */
  readonly random: string;
  readonly isRoot: boolean;
  readonly rootfsMountDefault: string;
  /** Reads lxc.mount.fstab. Without it the lines of that file are not part of `mounts`: enough for lxc-info and lxc-ls, not for a start. */
  readonly read?: ReadFile;
  /** For a relative lxc.mount.fstab. */
  readonly cwd?: string;
}


const canonicalPath = (path: string): string => (path.length > 1 ? withoutSlashes(path) : path);

function resolveRootfs(settings: Settings, mountDefault: string): RootfsSpec | undefined {
  const found = one(settings, filesystemKeys.rootfsPath);
  if (found === undefined) return undefined;
  const options = one(settings, filesystemKeys.rootfsOptions);
  const mount = one(settings, filesystemKeys.rootfsMount);
  return {
    ...found.value,
    mount: mount?.value ?? mountDefault,
    ...(mount === undefined ? {} : { mountFrom: mount.from }),
    options: (options?.value ?? "").split(",").filter((option) => option !== ""),
    ...(options === undefined ? {} : { optionsFrom: options.from }),
    isManaged: one(settings, filesystemKeys.rootfsManaged)?.value ?? true,
    from: found.from,
  };
}

function resolveStart(settings: Settings): ContainerSpec["start"] {
  return {
    isAuto: one(settings, processKeys.startAuto)?.value === true || comesUp(one(settings, processKeys.restart)?.value),
    delay: one(settings, processKeys.startDelay)?.value ?? 0,
    order: one(settings, processKeys.startOrder)?.value ?? 0,
  };
}

/** What stands in files and in the container's tree: root, mounts, /dev. */
function resolveFiles(settings: Settings, input: ResolveInput, problems: Problem[]): Pick<ContainerSpec, "rootfs" | "mounts" | "hasAutodev" | "autodevSize"> {
  const rootfs = resolveRootfs(settings, input.rootfsMountDefault);
  const usualRootfs = `${canonicalPath(input.lxcpath)}/${input.name}/rootfs`;
  const size = one(settings, filesystemKeys.autodevSize)?.value ?? 0;
  return {
    ...(rootfs === undefined ? {} : { rootfs }),
    mounts: resolveMounts(settings, one(settings, filesystemKeys.mountFstab), { rootfs, usualRootfs, read: input.read, cwd: input.cwd ?? "/", problems }),
    hasAutodev: orDefault(settings, filesystemKeys.autodev, true),
    autodevSize: size === 0 ? DEV_SIZE : size,
  };
}

function resolveProcess(settings: Settings, problems: Problem[]): Pick<ContainerSpec, "init" | "environment" | "environmentRuntime" | "environmentHooks" | "signals" | "prlimits" | "sysctls" | "procs" | "start" | "restart" | "groups" | "isEphemeral" | "coreScheduling"> {
  return {
    init: resolveInit(settings),
    environment: list(settings, processKeys.environment),
    environmentRuntime: list(settings, processKeys.environmentRuntime),
    environmentHooks: list(settings, processKeys.environmentHooks),
    signals: resolveSignals(settings),
    prlimits: resolveLimits(settings, problems),
    sysctls: many(settings, processKeys.sysctl).map((item) => ({ value: { key: item.sub, value: item.value }, from: item.from })),
    procs: many(settings, processKeys.proc).map((item) => ({ value: { file: item.sub, value: item.value }, from: item.from })),
    start: resolveStart(settings),
    ...optional("restart", settings, processKeys.restart),
    groups: many(settings, processKeys.group).flatMap((item) => item.value),
    isEphemeral: one(settings, processKeys.ephemeral)?.value ?? false,
    ...optional("coreScheduling", settings, processKeys.schedCore),
  };
}

function specOf(settings: Settings, input: ResolveInput, problems: Problem[]): Omit<ContainerSpec, "configFile"> {
  const security = resolveSecurity(settings, problems);
  return {
    name: input.name,
    lxcpath: canonicalPath(input.lxcpath),
    ...optional("arch", settings, processKeys.arch),
    ...optional("hostname", settings, processKeys.hostname),
    ...optional("executeCmd", settings, processKeys.executeCmd),
    ...optional("ttyDir", settings, consoleKeys.ttyDir),
    ...optional("fstab", settings, filesystemKeys.mountFstab),
    idmap: resolveIdMap(settings, problems),
    ...resolveFiles(settings, input, problems),
    autoMounts: resolveAutoMounts(settings, hasSysAdmin(security)),
    ttyMax: orDefault(settings, consoleKeys.ttyMax, 0),
    ptyMax: orDefault(settings, consoleKeys.ptyMax, 0),
    console: resolveConsole(settings),
    ...resolveProcess(settings, problems),
    nics: resolveNics(settings, input.random),
    published: list(settings, controlKeys.publish),
    cgroup: resolveCgroup(settings, problems),
    security,
    hooks: resolveHooks(settings),
    hookVersion: one(settings, controlKeys.hookVersion)?.value === "1" ? 1 : 0,
    namespaces: resolveNamespaces(settings, problems),
    timeOffsets: { ...optional("boot", settings, isolationKeys.timeBoot), ...optional("monotonic", settings, isolationKeys.timeMonotonic) },
    monitor: { ...optional("unshare", settings, controlKeys.monitorUnshare), pdeathSignal: one(settings, controlKeys.monitorSignal)?.value ?? SIGKILL },
    log: resolveLog(settings),
  };
}

/** All that can be understood, also of a config with errors: for whoever explains them. */
export function interpret(input: ResolveInput): { readonly spec: ContainerSpec; readonly settings: Settings; readonly problems: readonly Problem[] } {
  const syntaxes = "lines" in input.syntax ? [input.syntax] : input.syntax;
  const settings = collectSettings(syntaxes, input.overrides, input.read === undefined ? undefined : { read: input.read, cwd: input.cwd ?? "/" });
  const problems = [...settings.problems];
  const spec = specOf(settings, input, problems);
  const configFile = syntaxes.at(-1)?.file;
  return { spec: { ...spec, ...(configFile === undefined ? {} : { configFile }) }, settings, problems: withExcerpts(syntaxes, problems) };
}

export function resolve(input: ResolveInput): Result<ContainerSpec> {
  const { spec, problems } = interpret(input);
  const errors = problems.filter((problem) => problem.severity !== "warning");
  const warnings = problems.filter((problem) => problem.severity === "warning");
  return errors.length > 0 ? fail(...errors, ...warnings) : ok(spec, warnings);
}
