// Owns sandbox(): a container that is made, started and, when its scope ends, gone; root inside is nobody outside.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configText, type ConfigValues } from "../config/index.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { fstabField } from "../linux/fstab-field.ts";
import type { Request } from "../model/request.ts";
import { configSet } from "../runtime/config-set.ts";
import { copy } from "../runtime/copy.ts";
import { create } from "../runtime/create.ts";
import { libraryRequest } from "../runtime/library-request.ts";
import { targetOf } from "../runtime/lxcpath.ts";
import type { ConfigAssignment, Target } from "../runtime/verbs.ts";
import { Container, type ContainerOptions } from "./container.ts";
import { need } from "./error.ts";

export interface SandboxMount {
  /** On the host: a directory, or with `isFile` a file. */
  readonly source: string;
  /** Inside. */
  readonly target: string;
  readonly isReadOnly?: boolean;
  readonly isFile?: boolean;
}

export interface SandboxOptions extends ContainerOptions {
  /** `sandbox-` and some digits unless said. */
  readonly name?: string;
  /** What its root file system is made of, as lxc-create -t has it: a template, an archive, a directory. busybox unless said. */
  readonly template?: string;
  readonly templateArgs?: readonly string[];
  /** Instead of a template: a stopped container of the same lxcpath; what the sandbox writes goes into a layer of its own. */
  readonly from?: string;
  /** Bytes, or with a suffix: `256M`. */
  readonly memory?: string | number;
  readonly pids?: number;
  /** Of how many processors the time may be used: 0.5. */
  readonly cpus?: number;
  readonly mounts?: readonly SandboxMount[];
  /** The name of a bridge. Without one there is the loopback and nothing else; with `from` the network is that container's kind. */
  readonly bridge?: string;
  /** Whatever else its config is to say; wins over the words above. */
  readonly config?: ConfigValues;
}

const CPU_PERIOD = 100_000;
const IDS = 65_536;
const ROOT_IDS = 100_000;

const mountLine = ({ source, target, isReadOnly = false, isFile = false }: SandboxMount): string =>
  `${fstabField(source)} ${fstabField(target.replace(/^\/+/, ""))} none bind,create=${isFile ? "file" : "dir"}${isReadOnly ? ",ro" : ""} 0 0`;

/** Ranges that this user may map; root takes the usual one. */
function idmap(request: Request): Pick<ConfigValues, "lxc.idmap"> {
  if (request.euid === 0) return { "lxc.idmap": [`u 0 ${ROOT_IDS} ${IDS}`, `g 0 ${ROOT_IDS} ${IDS}`] };
  const { subuid, subgid, caller: { user = "", uid } } = probeHost(request, { idmap: true });
  const own = (ranges: typeof subuid): string | undefined => ranges.filter(({ owner }) => owner === user || owner === String(uid)).map(({ start, count }) => `0 ${start} ${count}`)[0];
  const [users, groups] = [own(subuid), own(subgid)];
  return users === undefined || groups === undefined ? {} : { "lxc.idmap": [`u ${users}`, `g ${groups}`] }; // a start says what is missing
}

const networkOf = ({ bridge }: SandboxOptions): ConfigValues =>
  (bridge === undefined ? { "lxc.net.0.type": "empty" } : { "lxc.net.0.type": "veth", "lxc.net.0.link": bridge, "lxc.net.0.flags": "up" });

function limitsOf({ memory, pids, cpus, mounts = [], config = {} }: SandboxOptions): ConfigValues {
  return {
    ...(memory === undefined ? {} : { "lxc.cgroup2.memory.max": String(memory) }), ...(pids === undefined ? {} : { "lxc.cgroup2.pids.max": String(pids) }),
    ...(cpus === undefined ? {} : { "lxc.cgroup2.cpu.max": `${Math.round(cpus * CPU_PERIOD)} ${CPU_PERIOD}` }),
    ...(mounts.length === 0 ? {} : { "lxc.mount.entry": mounts.map(mountLine) }),
    ...config,
  };
}

const textOf = (value: string | number | boolean): string => (typeof value === "boolean" ? (value ? "1" : "0") : String(value));
const assignments = (values: ConfigValues): readonly ConfigAssignment[] =>
  Object.entries(values).flatMap(([key, value]: [string, string | number | boolean | readonly (string | number | boolean)[] | undefined]) => (value === undefined ? [] : [{ key, values: (typeof value === "object" ? value : [value]).map(textOf) }]));

async function make(request: Request, target: Target, options: SandboxOptions): Promise<void> {
  if (options.from !== undefined) {
    const source = need(targetOf(request, options.from, target.lxcpath));
    need(await copy(request, source, { to: target, keepsName: false, keepsAddresses: false, hookArgs: [], mayRun: false, isSnapshot: true }));
    const values = assignments(limitsOf(options));
    if (values.length > 0) need(await configSet(request, target, values));
    return;
  }
  const text = need(configText({ ...(options.config?.["lxc.idmap"] === undefined ? idmap(request) : {}), ...networkOf(options), ...limitsOf(options) }));
  const room = mkdtempSync(join(tmpdir(), "berth-sandbox-"));
  try {
    const configFile = join(room, "config");
    writeFileSync(configFile, text);
    need(await create(request, target, { template: options.template ?? "busybox", templateArgs: options.templateArgs ?? [], configFile, isQuiet: true }));
  } finally {
    rmSync(room, { recursive: true });
  }
}

/** A running container that belongs to the scope it was made in: `await using box = await sandbox()`. */
export class Sandbox extends Container implements AsyncDisposable {
  async [Symbol.asyncDispose](): Promise<void> { await this.destroy({ force: true }); }
}

/** Made and started; or a BerthError, and nothing is left. */
export async function sandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const request = libraryRequest(options);
  const target = need(targetOf(request, options.name ?? `sandbox-${randomHex().slice(0, 12)}`, options.lxcpath));
  await make(request, target, options);
  const box = new Sandbox(target.name, { ...options, lxcpath: target.lxcpath });
  try {
    await box.start();
    return box;
  } catch (error) {
    await box.destroy({ force: true });
    throw error;
  }
}
