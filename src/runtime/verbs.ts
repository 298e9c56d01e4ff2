// Owns the signatures of the verbs: what the doors call and what the library exposes.
// A verb reads, plans, runs, records. It returns data or problems and never prints.
import type { CustomizeWish } from "../images/customize.ts";
import type { Dialogue } from "../images/dialogue.ts";
import type { ImageOptions } from "../images/image/options.ts";
import type { Restarts } from "../model/next-start.ts";
import type { Published } from "../linux/nft-publish.ts";
import type { PortWish } from "../linux/port-words.ts";
import type { AnyConfigKey, EffectiveKey, LineChange } from "../config/index.ts";
import type { Plan } from "../isa/op.ts";
import type { Diagnosis } from "../model/doctor.ts";
import type { Finding } from "../model/finding.ts";
import type { Origin } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import type { Progress } from "../model/progress.ts";
import type { StorageWords } from "./storage-verbs.ts";
import type { Request } from "../model/request.ts";
import type { Change, SetupPlan, SetupWish } from "../model/setup.ts";
import type { ExitRecord, State, StateEvent } from "../model/state.ts";
import type { ContainerStats } from "../model/stats.ts";
import type { AttachWishes } from "../plan/lifecycle/attach.ts";
import type { ConsoleWishes } from "../plan/lifecycle/console.ts";
import type { MountWishes } from "../plan/lifecycle/mount.ts";
import type { UnshareInputs } from "../plan/lifecycle/unshare.ts";
import type { UsernsExecInputs } from "../plan/lifecycle/usernsexec.ts";

export type * from "./storage-verbs.ts";

/** Which container: every verb takes it. lxcpath is already canonical (see runtime/lxcpath.ts). */
export interface Target { readonly name: string; readonly lxcpath: string }

/** What the config verbs work on: a container's config, or any file, named by its absolute path. */
export type ConfigSubject = Target | { readonly file: string };

/** Options that change a config before it is used (lxc-start -f, -s, --rcfile). */
export interface ConfigOverrides {
  readonly rcfile?: string;
  /** `K=V`, applied after load by the same parser. */
  readonly define: readonly string[];
  /** Names of LXC 2 and older, and limits that would be translated, are refused. */
  readonly isStrict?: boolean;
  /** The plan will only be shown: nothing is written. */
  readonly isExplained?: boolean;
}

/** How far a start is waited for. */
export type Milestone = "running" | "booted" | "network";
/** Seconds at most; absent: as long as it takes. */
export interface AwaitWish { readonly milestone: Milestone; readonly seconds?: number; /** Who speaks of it. */ readonly program?: string }
/** How a container is started. Source: lxc-start(1). */
export interface StartOptions extends ConfigOverrides {
  readonly isDaemon: boolean;
  /** Replaces lxc.init.cmd when not empty. */
  readonly command: readonly string[];
  readonly pidfile?: string;
  readonly console?: string;
  readonly consoleLog?: string;
  readonly closeAllFds: boolean;
  /** In the foreground on a terminal: the control key after which q leaves the container to itself. */
  readonly escape?: number;
  readonly isQuiet?: boolean;
  readonly share: Readonly<Partial<Record<"net" | "ipc" | "uts" | "pid", string>>>;
  /** Ports of this host that lead to an interface of type user: [ADDR:]PORT:PORT[/udp]. */
  readonly publish?: readonly string[];
  /** Of a start in the background. */
  readonly wait?: AwaitWish;
}
/** How a container runs one command. Source: lxc-execute(1). */
export interface ExecuteOptions extends Omit<StartOptions, "console" | "consoleLog" | "pidfile"> {
  readonly uid?: number;
  readonly gid?: number;
}
/** How a command is attached. Source: lxc-attach(1). */
export interface AttachOptions extends AttachWishes {
  readonly context?: string;
  readonly rcfile?: string;
  /** Only looked at: nothing is asked of systemd. */
  readonly isExplained?: boolean;
}
/** How a container is stopped. Source: lxc-stop(1). */
export interface StopOptions {
  readonly isReboot: boolean;
  readonly isNoWait: boolean;
  readonly isKill: boolean;
  readonly isNoKill: boolean;
  readonly isNoLock: boolean;
  /** The machine goes down: what is to come up with it does. */
  readonly isHost?: boolean;
  /** Seconds; -1 waits for ever. */
  readonly timeout: number;
}
/** What a container is made of. Source: lxc-create(1). */
export interface CreateOptions {
  /** `none`, a template's name, an absolute path to a template script, a directory or a tarball. */
  readonly template: string;
  readonly templateArgs: readonly string[];
  readonly isStrict?: boolean;
  /** -f/--config; undefined: lxc.default_config. */
  readonly configFile?: string;
  readonly bdev?: string;
  readonly storage?: StorageWords;
  /** What was taken, and why. `isImage`: what it has to do with the files of an image. */
  readonly onStorage?: (backend: string, reason: string, isImage: boolean) => void;
  readonly dir?: string;
  readonly isQuiet: boolean;
  /** Long stages say how far they are; progressLine() of model/progress.ts makes a line of it. */
  readonly onProgress?: (progress: Progress) => void;
  /** Templates that are built in speak by it; absent: they are silent, and what they would ask is missing. */
  readonly dialogue?: Dialogue;
  /** For the template `image`, whose first argument is the image's name. */
  readonly image?: ImageOptions;
  /** What the new system is given of its own. */
  readonly own?: Omit<CustomizeWish, "cwd">;
  /** Aborted: it ends, and nothing is left. ^C of a command's terminal does the same. */
  readonly abort?: AbortSignal;
}
/** Which ids a command has. Source: lxc-usernsexec(1). */
export type UsernsExecOptions = UsernsExecInputs;
/** Which namespaces a command gets. Source: lxc-unshare(1). */
export type UnshareOptions = UnshareInputs;

/** Bytes that an interface has sent and received, as the container sees it. */
export interface NicStatistics { readonly link: string; readonly txBytes: number; readonly rxBytes: number }
/** lxc-info(1). Undefined where the kernel or the state gives nothing. */
export interface ContainerInfo {
  readonly name: string;
  readonly state: State;
  readonly pid?: number;
  readonly ips: readonly string[];
  readonly cpuNanoseconds?: bigint;
  readonly blkioBytes?: bigint;
  readonly memoryBytes?: bigint;
  readonly kmemBytes?: bigint;
  readonly nics: readonly NicStatistics[];
  /** How the last run of init ended, kept after exit. */
  readonly lastExit?: ExitRecord;
  /** Of a restart policy: how often it has been started again, when it will be, or why it is not. */
  readonly restarts?: Restarts;
}
/** One row of lxc-ls(1). */
export interface ListedContainer {
  readonly name: string;
  readonly state: State;
  readonly isDefined: boolean;
  readonly restarts?: Restarts;
  readonly pid?: number;
  readonly ramBytes?: bigint;
  readonly swapBytes?: bigint;
  readonly isAutostart: boolean;
  readonly groups: readonly string[];
  readonly interfaces: readonly string[];
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  readonly isUnprivileged: boolean;
}
/** What of each container is read. */
export interface ListOptions {
  /** Which columns will be shown: what is not asked for is not read. */
  readonly needs: readonly ("config" | "state" | "memory" | "ips")[];
}

/** Verbs that end in a plan for the launcher's own process. */
export type PlanVerb<O> = (request: Request, target: Target, options: O) => Promise<Result<Plan>>;
/** How `start` is called. */
export type StartVerb = PlanVerb<StartOptions>;
/** How `execute` is called. */
export type ExecuteVerb = PlanVerb<ExecuteOptions>;
/** How `attach` is called. */
export type AttachVerb = PlanVerb<AttachOptions>;
/** undefined plan value never happens: a container that does not run is the problem `container.stopped`. */
export type ConsoleVerb = PlanVerb<ConsoleWishes>;
/** How `stop` is called. */
export type StopVerb = PlanVerb<StopOptions>;
/** How `cgroupSet` is called. */
export type CgroupSetVerb = PlanVerb<{ readonly key: string; readonly value: string }>;
/** Text of a file of its cgroup, in either version's name; ends in a newline. */
export type CgroupGetVerb = (request: Request, target: Target, key: string) => Promise<Result<string>>;
/** Something of the host, on a path beneath the root of a running container. */
export interface MountOptions extends Pick<MountWishes, "source" | "isReadOnly" | "keepsOwners"> { readonly target: string }
/** How `mount` is called. */
export type MountVerb = PlanVerb<MountOptions>;
/** How `umount` is called. */
export type UmountVerb = PlanVerb<{ readonly target: string; readonly isLazy: boolean }>;
/** A device's path or the name of a network interface; `as`: its path or name on the other side. */
export interface DeviceOptions { readonly action: "add" | "del"; readonly device: string; readonly as?: string }
/** How `device` is called. */
export type DeviceVerb = PlanVerb<DeviceOptions>;
/** Ports to add, or to remove: then none means all. */
export interface PublishOptions { readonly ports: readonly PortWish[]; readonly isRemoved: boolean }
/** How `publish` is called. */
export type PublishVerb = PlanVerb<PublishOptions>;
/** How `published` is called. */
export type PublishedVerb = (request: Request, target: Target) => Promise<Result<readonly Published[]>>;
/** How `freeze` is called. */
export type FreezeVerb = PlanVerb<{ readonly isFrozen: boolean }>;
/** How `usernsExec` is called. */
export type UsernsExecVerb = (request: Request, options: UsernsExecOptions) => Promise<Result<Plan>>;
/** How `unshare` is called. */
export type UnshareVerb = (request: Request, options: UnshareOptions) => Promise<Result<Plan>>;

/** Verbs that do their work here, driving engines of their own. Templates write to the caller's terminal. */
export type CreateVerb = (request: Request, target: Target, options: CreateOptions) => Promise<Result<void>>;
/** Whose changes are told, and to whom. */
export interface EventsOptions {
  readonly lxcpaths: readonly string[];
  /** Of which containers. */
  readonly isWanted: (name: string) => boolean;
  readonly on: (event: StateEvent) => void;
  /** What comes from now on is told. */
  readonly isReady?: () => void;
  readonly end: AbortSignal;
}
/** Who hears what a console says, and until when. */
export interface LogsOptions {
  /** The console's bytes; `isNew`: said just now. */
  readonly on: (bytes: Uint8Array, isNew: boolean) => void;
  /** All that was kept has been given. */
  readonly caughtUp: () => void;
  /** Also what it says from now on, until it stops. */
  readonly isFollow: boolean;
  readonly end: AbortSignal;
}
/** How `logs` is called. */
export type LogsVerb = (request: Request, target: Target, options: LogsOptions) => Promise<Result<void>>;
/** How `events` is called. */
export type EventsVerb = (request: Request, options: EventsOptions) => Promise<Result<void>>;
/** How `info` is called. */
export type InfoVerb = (request: Request, target: Target, needs: { readonly stats: boolean; readonly ips: boolean }) => Promise<Result<ContainerInfo>>;
/** Value of a config key, `undefined` for a key that does not exist; lists are newline-terminated (get_config_item). */
export type ConfigItemVerb = (request: Request, target: Target, key: AnyConfigKey, options?: Pick<ConfigOverrides, "rcfile">) => Promise<Result<string | undefined>>;
/** A key's value. */
export interface ConfigValue {
  /** In its normal form. */
  readonly key: string;
  readonly isList: boolean;
  /** Of a list one for each item; of a scalar always one. */
  readonly values: readonly string[];
}
/** The effective value of one key, includes and defaults counted in. */
export type ConfigGetVerb = (request: Request, subject: ConfigSubject, key: AnyConfigKey) => Promise<Result<ConfigValue>>;

/** Which keys are listed. */
export interface ConfigListOptions {
  /** Only keys that begin with these words: `lxc.net.0`. */
  readonly prefix?: string;
  /** Only what the file itself sets, not what it includes. */
  readonly isOwn?: boolean;
  /** Keys that are not set, too, with what they mean then. */
  readonly withDefaults?: boolean;
  /** `K=V`, as lxc-start -s. */
  readonly define?: readonly string[];
}
/** The keys of a config with their values. */
export interface ConfigListing {
  readonly file: string;
  /** Sorted by key; of an interface the type comes first. */
  readonly keys: readonly EffectiveKey[];
  /** They as lines of a config. lxc.include is among them for a file's own keys only: else what it brings is. */
  readonly text: string;
  /** What is wrong with the config: what can be read of it is listed all the same. */
  readonly problems: readonly Problem[];
}
/** How `configList` is called. */
export type ConfigListVerb = (request: Request, subject: ConfigSubject, options?: ConfigListOptions) => Promise<Result<ConfigListing>>;

/** One key, or those below it; a default where no line sets it. */
export interface ConfigShowOptions extends Pick<ConfigListOptions, "define" | "withDefaults"> { readonly key?: string }
/** How `configShow` is called. */
export type ConfigShowVerb = (request: Request, subject: ConfigSubject, options?: ConfigShowOptions) => Promise<Result<ConfigListing>>;

/** What becomes, or became, of a config's lines. */
export interface ConfigChange {
  /** The file that is or would be written, links followed. */
  readonly file: string;
  readonly before: string;
  readonly after: string;
  /** False for a dry run, and when there was nothing to change. */
  readonly isWritten: boolean;
  /** The container runs: it takes the change at its next start. */
  readonly isRunning: boolean;
  /** Where what was there before is kept, and where an earlier backup went. */
  readonly backup?: string;
  readonly earlierBackup?: string;
}
/** A key and what it is to have: of a list one for each item. */
export interface ConfigAssignment { readonly key: AnyConfigKey; readonly values: readonly string[] }
/** How a config is changed. */
export interface ConfigSetOptions {
  /** A list becomes these values; otherwise they are added to it. */
  readonly isReplace?: boolean;
  readonly isDryRun?: boolean;
}
/** What a change makes of a key. */
export interface ConfigKeyChange { readonly key: string; readonly before: readonly string[]; readonly after: readonly string[] }
/** What a change of a config came to. */
export interface ConfigSetAnswer extends ConfigChange { readonly keys: readonly ConfigKeyChange[] }
/** How `configSet` is called. */
export type ConfigSetVerb = (request: Request, subject: ConfigSubject, assignments: readonly ConfigAssignment[], options?: ConfigSetOptions) => Promise<Result<ConfigSetAnswer>>;
/** How keys are taken out of a config. */
export interface ConfigUnsetOptions {
  /** Writes a clearing line where an included file still sets the key. */
  readonly isClear?: boolean;
  readonly isDryRun?: boolean;
}
/** What was taken out of a config. */
export interface ConfigUnsetAnswer extends ConfigSetAnswer {
  /** Lines of included files that still set one of the keys. */
  readonly stillSet: readonly Origin[];
}
/** How `configUnset` is called. */
export type ConfigUnsetVerb = (request: Request, subject: ConfigSubject, keys: readonly AnyConfigKey[], options?: ConfigUnsetOptions) => Promise<Result<ConfigUnsetAnswer>>;
/** lxc-update-config: old names of one file become today's. */
export interface ConfigUpdateAnswer extends ConfigChange { readonly changes: readonly LineChange[] }
/** How `configUpdate` is called. */
export type ConfigUpdateVerb = (request: Request, subject: ConfigSubject, options?: { readonly isDryRun?: boolean }) => Promise<Result<ConfigUpdateAnswer>>;
/** The same for all files of a container's own directory that its config includes, and what the linter can mend. */
export interface ConfigFixAnswer { readonly files: readonly ConfigChange[]; readonly mended: readonly Finding[] }
/** How `configFix` is called. */
export type ConfigFixVerb = (request: Request, subject: ConfigSubject, options?: { readonly isDryRun?: boolean }) => Promise<Result<ConfigFixAnswer>>;
/** How strict the linter is. */
export interface ConfigLintOptions {
  /** Only what the text says: nothing of the machine is looked at. */
  readonly isTextOnly?: boolean;
}
/** What the linter has to say, in the order of the files. */
export interface ConfigLintAnswer { readonly file: string; readonly findings: readonly Finding[] }
/** How `configLint` is called. */
export type ConfigLintVerb = (request: Request, subject: ConfigSubject, options?: ConfigLintOptions) => Promise<Result<ConfigLintAnswer>>;
/** How `stats` is called. */
export type StatsVerb = (request: Request, lxcpath: string, names: readonly string[]) => Promise<Result<readonly ContainerStats[]>>;
/** How `list` is called. */
export type ListVerb = (request: Request, lxcpath: string, options: ListOptions) => Promise<Result<readonly ListedContainer[]>>;
/** true when one of the states was reached in time. Seconds; -1 waits for ever. */
export type WaitVerb = (request: Request, target: Target, states: readonly State[], timeout: number) => Promise<Result<boolean>>;
/** lxc.conf(5): value of a system key, e.g. lxc.lxcpath. */
export type SystemConfigVerb = (request: Request, key: string) => string | undefined;

/** Which containers are selected. Source: lxc-autostart(1). */
export interface AutostartWishes {
  readonly action: "start" | "reboot" | "shutdown" | "kill";
  /** One after the other; "": those that are in no group. */
  readonly groups: readonly string[];
  /** Whatever their groups. */
  readonly isAll: boolean;
  /** Also those without lxc.start.auto. */
  readonly isAutoIgnored: boolean;
}
/** A container that is to be started or stopped; `delay`: lxc.start.delay, in seconds. */
export interface AutostartItem { readonly name: string; readonly order: number; readonly delay: number; readonly state: State }
/** In the order in which they are acted on. `broken`: what cannot be read of those that may have to be started. */
export interface AutostartSelection { readonly items: readonly AutostartItem[]; readonly broken: readonly { readonly name: string; readonly problems: readonly Problem[] }[] }
/** How `autostartList` is called. */
export type AutostartListVerb = (request: Request, lxcpath: string, wishes: AutostartWishes) => Promise<Result<AutostartSelection>>;
/** What to do with the selected. Source: lxc-autostart(1). */
export interface AutostartOptions extends AutostartWishes {
  /** Seconds that a shutdown may take before the container is killed. */
  readonly timeout: number;
  /** It is that one's turn. */
  readonly begins: (name: string) => void;
  /** Its turn is over; also of those that cannot be read. Warnings are among the problems. */
  readonly ends: (name: string, result: Result<void>) => void;
  /** Fired: what has been begun is brought to its end, nothing else is begun. */
  readonly end: AbortSignal;
}
/** How `autostart` is called. */
export type AutostartVerb = (request: Request, lxcpath: string, options: AutostartOptions) => Promise<Result<{ readonly all: number; readonly failed: number }>>;

/** What setup would change, and the way to do it. */
export interface SetupAnswer extends SetupPlan { readonly user: string; readonly make: () => Promise<Result<undefined>> }
/** How `setup` is called. */
export type SetupVerb = (request: Request, user: string, wish: SetupWish) => Promise<Result<SetupAnswer>>;
/** `changes` were taken back, but for what is not as setup left it, which `kept` tells. */
export interface Unmade { readonly changes: readonly Change[]; readonly kept: readonly string[] }
/** How `undoSetup` is called. */
export type UnsetupVerb = (request: Request, user: string, options: { readonly isDryRun: boolean }) => Promise<Result<Unmade>>;

/** `args`: what is given again to the same command with another user's rights. */
export interface DoctorOptions { readonly user?: string; readonly args: readonly string[] }
/** What the doctor has found. */
export type DoctorAnswer = { readonly kind: "diagnosis"; readonly diagnosis: Diagnosis } | { readonly kind: "plan"; readonly plan: Plan };
/** How `doctor` is called. */
export type DoctorVerb = (request: Request, options: DoctorOptions) => Promise<Result<DoctorAnswer>>;

/** A line of a config, with what it means. */
export type ConfigLine = { readonly label: string; readonly value: "enabled" | "missing" | "required"; readonly more?: "loaded" | "not loaded" } | { readonly label: string; readonly places: readonly string[] } | { readonly note: string };
/** The lines of one file of a config. */
export interface ConfigSection { readonly title: string; readonly lines: readonly ConfigLine[] }
/** Of the kernel's configuration at `path`; `missing` is where it was looked for first. */
export interface CheckedConfig { readonly path: string; readonly missing?: string; readonly hasVersion: boolean; readonly sections: readonly ConfigSection[] }
/** How `checkConfig` is called. */
export type CheckConfigVerb = (request: Request) => Promise<Result<CheckedConfig>>;
