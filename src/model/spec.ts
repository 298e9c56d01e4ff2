// Owns ContainerSpec: what a config means. Every field is concrete; each wish keeps its origin.
import type { IdMapEntry } from "../linux/idmap.ts";
import type { Mount, AutoMounts } from "./mount.ts";
import type { Nic } from "./nic.ts";
import type { Origin } from "./origin.ts";

/** A value and the line, option or default that asked for it. */
export interface Sourced<T> { readonly value: T; readonly from: Origin }

export type NamespaceName = "cgroup" | "ipc" | "mnt" | "net" | "pid" | "time" | "user" | "uts";
export type HookName = "pre-start" | "pre-mount" | "mount" | "autodev" | "start-host" | "start" | "stop" | "post-stop" | "clone" | "destroy";

export interface RootfsSpec {
  /** Storage driver prefix of lxc.rootfs.path, `dir` when there is none. */
  readonly type: string;
  /** Path without the driver prefix. */
  readonly path: string;
  /** lxc.rootfs.mount. */
  readonly mount: string;
  /** Absent: nobody has said where, it is the default. */
  readonly mountFrom?: Origin;
  /** lxc.rootfs.options, split at commas. */
  readonly options: readonly string[];
  readonly optionsFrom?: Origin;
  readonly isManaged: boolean;
  readonly from: Origin;
}

export interface InitSpec {
  /** argv; empty for lxc-execute's default. */
  readonly cmd: Sourced<readonly string[]>;
  readonly cwd?: Sourced<string>;
  readonly uid: Sourced<number>;
  readonly gid: Sourced<number>;
  readonly groups: Sourced<readonly number[]>;
}

export interface CgroupFile {
  readonly file: string;
  readonly value: string;
  /** Set by a translation: the kernel has the file only with some schedulers. */
  readonly mayBeMissing?: true;
}

export interface CgroupSpec {
  /** lxc.cgroup.dir and the four finer keys; relative paths. */
  readonly dir?: Sourced<string>;
  readonly monitorDir?: Sourced<string>;
  readonly monitorPivotDir?: Sourced<string>;
  readonly containerDir?: Sourced<string>;
  readonly containerInnerDir?: Sourced<string>;
  /** lxc.cgroup.pattern of lxc.conf, where none of those is given. */
  readonly pattern?: Sourced<string>;
  readonly isRelative: boolean;
  /** lxc.cgroup.FILE and lxc.cgroup2.FILE in the order given. */
  readonly v1: readonly Sourced<CgroupFile>[];
  readonly v2: readonly Sourced<CgroupFile>[];
}

export interface ConsoleSpec {
  /** lxc.console.path; `none` is kept as it is. */
  readonly path?: Sourced<string>;
  readonly logfile?: Sourced<string>;
  /** Bytes; 0 is unlimited. */
  readonly size: number;
  readonly bufferSize: number;
  readonly rotate: boolean;
}

export interface SecuritySpec {
  readonly capDrop: readonly Sourced<string>[];
  /** lxc.cap.keep; `["none"]` keeps none; undefined when the key is unset. */
  readonly capKeep?: readonly Sourced<string>[];
  readonly noNewPrivs?: Sourced<boolean>;
  readonly seccompProfile?: Sourced<string>;
  readonly seccompAllowNesting?: Sourced<boolean>;
  readonly seccompNotifyProxy?: Sourced<string>;
  readonly seccompNotifyCookie?: Sourced<string>;
  readonly apparmorProfile?: Sourced<string>;
  readonly apparmorAllowIncomplete?: Sourced<boolean>;
  readonly apparmorAllowNesting?: Sourced<boolean>;
  /** Lines for a generated profile. */
  readonly apparmorRaw?: readonly Sourced<string>[];
  readonly selinuxContext?: Sourced<string>;
  readonly selinuxKeyring?: Sourced<string>;
  readonly hasSessionKeyring: boolean;
}

/** What a config means: every field concrete, each value with the line that it comes from. */
export interface ContainerSpec {
  readonly name: string;
  /** Canonical, without a trailing slash. */
  readonly lxcpath: string;
  /** The file this came from; absent when only options made it. */
  readonly configFile?: string;
  readonly arch?: Sourced<string>;
  /** Empty: a privileged container. */
  readonly idmap: readonly Sourced<IdMapEntry>[];
  /** Absent: the host's root is shared (lxc-execute without a rootfs). */
  readonly rootfs?: RootfsSpec;
  readonly autoMounts: AutoMounts;
  readonly mounts: readonly Mount[];
  /** lxc.mount.fstab; its lines are already part of `mounts`. */
  readonly fstab?: Sourced<string>;
  readonly hasAutodev: Sourced<boolean>;
  readonly autodevSize: number;
  readonly ttyMax: Sourced<number>;
  readonly ttyDir?: Sourced<string>;
  readonly ptyMax: Sourced<number>;
  readonly console: ConsoleSpec;
  readonly hostname?: Sourced<string>;
  readonly init: InitSpec;
  /** lxc-execute's default command (lxc.execute.cmd). */
  readonly executeCmd?: Sourced<readonly string[]>;
  /** `K=V`; a bare `K` inherits. */
  readonly environment: readonly Sourced<string>[];
  readonly environmentRuntime: readonly Sourced<string>[];
  readonly environmentHooks: readonly Sourced<string>[];
  readonly nics: readonly Nic[];
  /** Ports of this host that lead to it, as they are written. */
  readonly published?: readonly Sourced<string>[];
  readonly cgroup: CgroupSpec;
  readonly security: SecuritySpec;
  /** lxc.prlimit.*: resource name as in setrlimit(2), lower case. undefined = unlimited. */
  readonly prlimits: readonly Sourced<{ readonly resource: string; readonly soft: bigint; readonly hard: bigint }>[];
  readonly sysctls: readonly Sourced<{ readonly key: string; readonly value: string }>[];
  readonly procs: readonly Sourced<{ readonly file: string; readonly value: string }>[];
  readonly hooks: Readonly<Partial<Record<HookName, readonly Sourced<string>[]>>>;
  readonly hookVersion: 0 | 1;
  /** Signal numbers; halt is undefined when unset (SIGPWR, or SIGRTMIN+3 for systemd). */
  readonly signals: { readonly halt?: Sourced<number>; readonly reboot: Sourced<number>; readonly stop: Sourced<number> };
  readonly namespaces: {
    readonly clone?: readonly Sourced<NamespaceName>[];
    readonly keep?: readonly Sourced<NamespaceName>[];
    readonly share: Readonly<Partial<Record<NamespaceName, Sourced<string>>>>;
  };
  /** Nanoseconds. */
  readonly timeOffsets: { readonly boot?: Sourced<bigint>; readonly monotonic?: Sourced<bigint> };
  readonly isEphemeral: boolean;
  readonly monitor: { readonly unshare?: Sourced<boolean>; readonly pdeathSignal: number };
  readonly coreScheduling?: Sourced<boolean>;
  /** berth.restart. */
  readonly restart?: Sourced<string>;
  /** isAuto: by lxc.start.auto, or by its restart policy. */
  readonly start: { readonly isAuto: boolean; readonly delay: number; readonly order: number };
  readonly groups: readonly string[];
  readonly log: { readonly file?: string; readonly fileFrom?: Origin; readonly level?: string; readonly syslog?: string };
}
