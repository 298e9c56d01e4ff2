// Owns what a sandbox's wishes are as lines of a config: ids, limits, mounts, network.
import type { ConfigValues } from "../config/index.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { fstabField } from "../linux/fstab-field.ts";
import type { Request } from "../model/request.ts";
import type { ConfigAssignment } from "../runtime/verbs.ts";
import { checkLimits, checkNetwork, checkedMount } from "./checks.ts";

/** What a sandbox may use. */
export interface SandboxLimits {
  /** Bytes, or with a suffix of powers of 1024: `256M`. Source: memory.max of cgroup v2. */
  readonly memory?: string | number;
  /** Processes and threads at once. Source: pids.max. */
  readonly pids?: number;
  /** Of how many processors the time may be used: 0.5. Source: cpu.max. */
  readonly cpus?: number;
}

/** Something of the host, inside. */
export interface SandboxMount {
  /** On the host: a directory or a file; relative to `cwd`. */
  readonly source: string;
  /** The path inside; what is missing of it is made. */
  readonly target: string;
  /** Nobody inside changes it. */
  readonly isReadOnly?: boolean;
  /** `source` is a file; it is looked at unless said. */
  readonly isFile?: boolean;
  /** What belongs to the caller outside belongs, inside, to the same uid and gid; what that uid makes inside is the caller's outside. For
   * root by an idmapped mount (kernel 5.12): root inside is the host's root there and nowhere else. For an ordinary user, whom the kernel
   * lets make none, by a map that has his own ids in it. */
  readonly mine?: boolean;
}

/** How a sandbox is connected. */
export interface SandboxNetwork {
  /** A bridge of the host; unless said `lxcbr0` for root, and for an ordinary user pasta(1). */
  readonly bridge?: string;
  /** All that may leave, as `HOST[/PREFIX][:PORT[-PORT][/tcp|/udp]]`: `10.0.0.0/8`, `example.org:443`, `[2001:db8::1]:53/udp`; nothing where it
   * is empty, everything where it is not said. Names are looked up on the host, at the start. Rules of nft(8) outside keep it: root inside
   * cannot lift them. Where they could not be kept the start fails with `network.unsupported`. Source: lxc.net.N.egress. */
  readonly egress?: readonly string[];
}

/** @internal What sandboxConfig takes. */
export interface SandboxWishes { readonly limits?: SandboxLimits; readonly mounts?: readonly SandboxMount[]; readonly network?: "none" | SandboxNetwork; readonly config?: ConfigValues }

const CPU_PERIOD = 100_000;
const IDS = 65_536;
const ROOT_IDS = 100_000;
const DEFAULT_BRIDGE = "lxcbr0";

/** Around one id that stays what it is. */
function ownIdMap(kind: "u" | "g", start: number, count: number, own: number): readonly string[] {
  if (own >= count) return [`${kind} 0 ${start} ${count}`, `${kind} ${own} ${own} 1`];
  return [...(own > 0 ? [`${kind} 0 ${start} ${own}`] : []), `${kind} ${own} ${own} 1`, ...(own + 1 < count ? [`${kind} ${own + 1} ${start + own + 1} ${count - own - 1}`] : [])];
}

/** @internal Ranges that this user may map; root takes the usual one. */
export function sandboxIdmap(request: Request, { mounts = [] }: SandboxWishes): Pick<ConfigValues, "lxc.idmap"> {
  if (request.euid === 0) return { "lxc.idmap": [`u 0 ${ROOT_IDS} ${IDS}`, `g 0 ${ROOT_IDS} ${IDS}`] };
  const { subuid, subgid, caller: { user = "", uid } } = probeHost(request, { idmap: true });
  const [users, groups] = [subuid, subgid].map((ranges) => ranges.find(({ owner }) => owner === user || owner === String(uid)));
  if (users === undefined || groups === undefined) return {}; // a start says what is missing
  if (!mounts.some(({ mine }) => mine === true)) return { "lxc.idmap": [`u 0 ${users.start} ${users.count}`, `g 0 ${groups.start} ${groups.count}`] };
  return { "lxc.idmap": [...ownIdMap("u", users.start, users.count, request.euid), ...ownIdMap("g", groups.start, groups.count, request.egid)] };
}

const mountLine = (request: Request, { source, target, isReadOnly = false, isFile = false, mine = false }: SandboxMount): string =>
  `${fstabField(source)} ${fstabField(target.replace(/^\/+/, ""))} none bind,create=${isFile ? "file" : "dir"}${isReadOnly ? ",ro" : ""}${mine && request.euid === 0 ? ",idmap=container" : ""} 0 0`;

/** @internal */
export function sandboxNetwork(request: Request, { network = "none" }: SandboxWishes): ConfigValues {
  checkNetwork(network);
  if (network === "none") return { "lxc.net.0.type": "empty" };
  const { bridge = request.euid === 0 ? DEFAULT_BRIDGE : undefined } = network;
  return { ...(bridge === undefined ? { "lxc.net.0.type": "user" } : { "lxc.net.0.type": "veth", "lxc.net.0.link": bridge }), "lxc.net.0.flags": "up", ...egressLines(network) };
}

const egressLines = ({ egress }: SandboxNetwork): ConfigValues => (egress === undefined ? {} : { "lxc.net.0.egress": egress.length === 0 ? ["none"] : egress });

/** @internal Limits, mounts, and what else was said. */
export function sandboxLimits(request: Request, { limits = {}, mounts = [], config = {} }: SandboxWishes): ConfigValues {
  checkLimits(limits);
  const { memory, pids, cpus } = limits;
  return {
    ...(memory === undefined ? {} : { "lxc.cgroup2.memory.max": String(memory) }), ...(pids === undefined ? {} : { "lxc.cgroup2.pids.max": String(pids) }),
    ...(cpus === undefined ? {} : { "lxc.cgroup2.cpu.max": `${Math.round(cpus * CPU_PERIOD)} ${CPU_PERIOD}` }),
    ...(mounts.length === 0 ? {} : { "lxc.mount.entry": mounts.map((mount) => mountLine(request, checkedMount(request, mount))) }),
    ...config,
  };
}

const textOf = (value: string | number | boolean): string => (typeof value === "boolean" ? (value ? "1" : "0") : String(value));
/** @internal */
export const assignments = (values: ConfigValues): readonly ConfigAssignment[] =>
  Object.entries(values).flatMap(([key, value]: [string, string | number | boolean | readonly (string | number | boolean)[] | undefined]) => (value === undefined ? [] : [{ key, values: (typeof value === "object" ? value : [value]).map(textOf) }]));
