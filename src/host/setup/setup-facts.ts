// Owns the facts for `berth setup`: everything it may change, as it is now.
import { existsSync, lstatSync, realpathSync, statSync } from "node:fs";
import { parseSubIds } from "../../linux/idmap.ts";
import { parseCgroupMounts } from "../../linux/proc-mountinfo.ts";
import type { Account, CgroupTree, IdSide, SetupFacts } from "../../model/setup.ts";
import { enginePath } from "../probe/host-facts.ts";
import { INSTALLED_USER_NIC, ownUserNic, userNicTool } from "../probe/links.ts";
import { programPath } from "../probe/program.ts";
import { probeIdMapHelper } from "../probe/userns.ts";
import { readText } from "../read-text.ts";
import { idsOf, printedBy } from "./account.ts";

/** login.defs(5); a line that is missing means shadow's default. */
function idSpace(kind: "UID" | "GID"): IdSide["space"] {
  const text = readText("/etc/login.defs") ?? "";
  const value = (name: string, otherwise: number): number => {
    const found = new RegExp(`^\\s*SUB_${kind}_${name}\\s+(\\d+)`, "m").exec(text)?.[1];
    return found === undefined ? otherwise : Number(found);
  };
  return { first: value("MIN", 100_000), last: value("MAX", 600_100_000), count: value("COUNT", 65_536) };
}

/** nsswitch.conf(5) `subid:`; shadow asks one source only. */
function subidSource(): string | undefined {
  const word = /^\s*subid:\s*(\S+)/m.exec(readText("/etc/nsswitch.conf") ?? "")?.[1];
  return word === "files" ? undefined : word;
}

/** Lines of getsubids(1): `0: alice 100000 65536`. */
const subIdsOf = (account: Account, flags: readonly string[]): IdSide["file"] =>
  (printedBy(["getsubids", ...flags, account.name]) ?? "").split("\n").flatMap((line) => {
    const [, , start, count] = line.split(/\s+/);
    return start === undefined || count === undefined ? [] : [{ owner: account.name, start: Number(start), count: Number(count) }];
  });

function idSide(account: Account, kind: "u" | "g", isElsewhere: boolean): IdSide {
  const space = idSpace(kind === "u" ? "UID" : "GID");
  const side = { file: parseSubIds(readText(kind === "u" ? "/etc/subuid" : "/etc/subgid") ?? ""), space, real: idsOf(kind === "u" ? "passwd" : "group").filter((id) => id >= space.first && id <= space.last) };
  return isElsewhere ? { ...side, other: subIdsOf(account, kind === "u" ? [] : ["-g"]) } : side;
}

const idmapTool = (name: "newuidmap" | "newgidmap"): SetupFacts["idmapTools"][number] => {
  const path = programPath(name);
  if (path === undefined) return { name };
  return probeIdMapHelper(name) === undefined ? { name, path, powerless: statSync(path).mode & 0o7777 } : { name, path };
};

function cgroupTrees({ name, uid }: Account): Pick<SetupFacts, "trees" | "layout"> {
  const mounts = parseCgroupMounts(readText("/proc/self/mountinfo") ?? "").filter(({ fstype, root }) => (fstype === "cgroup" || fstype === "cgroup2") && root === "/");
  const trees = mounts.map(({ mountpoint, fstype }): CgroupTree => ({ mountpoint, version: fstype === "cgroup2" ? 2 : 1, isOwn: statSync(`${mountpoint}/berth/${name}`, { throwIfNoEntry: false })?.uid === uid }));
  const has = (version: 1 | 2): boolean => trees.some((tree) => tree.version === version);
  return { trees, layout: has(1) ? (has(2) ? "hybrid" : "v1") : has(2) ? "v2" : "none" };
}

const isSystemd = (): boolean => existsSync("/run/systemd/system");
function bootOf(): SetupFacts["boot"] {
  if (isSystemd()) return "systemd";
  if (existsSync("/sbin/openrc-run")) return "openrc";
  return existsSync("/etc/init.d") && programPath("update-rc.d") !== undefined ? "sysvinit" : "none";
}
const systemdFacts = ({ name, uid }: Account): SetupFacts["systemd"] => (isSystemd() ? {
  delegated: (printedBy(["systemctl", "show", `user@${uid}.service`, "--property=DelegateControllers", "--value"]) ?? "").trim().split(/\s+/),
  isLingering: existsSync(`/var/lib/systemd/linger/${name}`),
} : undefined);

const SYSCTLS = ["kernel.unprivileged_userns_clone", "user.max_user_namespaces", "kernel.apparmor_restrict_unprivileged_userns", "kernel.threads-max"];
function sysctls(): Readonly<Record<string, number | undefined>> {
  return Object.fromEntries(SYSCTLS.map((name) => {
    const text = readText(`/proc/sys/${name.replaceAll(".", "/")}`);
    return [name, text === undefined ? undefined : Number(text)];
  }));
}

/** getfacl(1): `user:100000:--x`. */
function homeFacts({ home }: Account): SetupFacts["home"] {
  const stat = statSync(home, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const lines = (printedBy(["getfacl", "-cnp", "--", home]) ?? "").split("\n");
  return { mode: stat.mode & 0o7777, hasTool: programPath("setfacl") !== undefined, searchableBy: lines.flatMap((line) => { const id = /^user:(\d+):..x/.exec(line)?.[1]; return id === undefined ? [] : [Number(id)]; }) };
}

/** Of a user's own file only whether it is there: root does not follow what a user may have put in its place. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Ours, where neither it nor another one is set-user-ID root. */
function nicToInstall(prefix: string): Pick<SetupFacts["install"], "userNic"> {
  const from = ownUserNic(prefix);
  return userNicTool(prefix) !== undefined || !existsSync(from) ? {} : { userNic: { from: realpathSync(from), to: INSTALLED_USER_NIC } };
}

export interface Looked { readonly prefix: string; /** Files and folders of the system that may be written. */ readonly files: readonly string[]; readonly folders: readonly string[] }

export function probeSetup(account: Account, { prefix, files, folders }: Looked): SetupFacts {
  const [source, systemd, home] = [subidSource(), systemdFacts(account), homeFacts(account)];
  const engine = enginePath(prefix);
  const own = `${account.home}/.config/lxc/default.conf`;
  return {
    account, uids: idSide(account, "u", source !== undefined), gids: idSide(account, "g", source !== undefined),
    ...(source === undefined ? {} : { subidSource: source }),
    idmapTools: [idmapTool("newuidmap"), idmapTool("newgidmap")],
    ...(systemd === undefined ? {} : { systemd }), ...(home === undefined ? {} : { home }),
    ...cgroupTrees(account), boot: bootOf(), sysctls: sysctls(), hasAppArmorParser: programPath("apparmor_parser") !== undefined,
    install: { engine: existsSync(engine) ? realpathSync(engine) : engine, bootScript: readText(`${prefix}/share/berth/berth-cgroups`) ?? "", ...nicToInstall(prefix) },
    files: { ...Object.fromEntries(files.map((path) => [path, readText(path)])), [own]: isThere(own) ? "" : undefined },
    folders: [...folders, account.home, `${account.home}/.config`, `${account.home}/.config/lxc`].filter(isThere),
  };
}
