// Owns what the linter is told of the machine. Looked up, never changed: nothing is mounted, run, entered or opened but
// configs and files of /proc.
import { lstatSync } from "node:fs";
import { shippedPath } from "../config/index.ts";
import { INIT, INITTAB, wantedPaths, type LintDraft } from "../config/lint/index.ts";
import { lookBeneath } from "../host/probe/beneath.ts";
import { bootId } from "../host/probe/kernel.ts";
import { hardLimits } from "../host/probe/limits.ts";
import { probeHostPath, type Trusted } from "../host/probe/trust.ts";
import { configFile } from "../host/store/layout.ts";
import { definedContainers } from "../host/store/listing.ts";
import { readConfigFile } from "../host/store/read-config.ts";
import { readText } from "../host/read-text.ts";
import { toHost, type IdMapEntry } from "../linux/idmap.ts";
import type { HostFacts } from "../model/facts.ts";
import type { HostPath, InitKind, InsidePath, LintFacts } from "../model/lint-facts.ts";
import type { Problem } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { planStart } from "../plan/lifecycle/start.ts";
import { lateFacts } from "./late-facts.ts";
import { startFacts, wantedConfinement } from "./start.ts";
import type { Target } from "./verbs.ts";

/** So many neighbours are asked for their ids. */
const MOST_NEIGHBOURS = 200;

function mapOf(text: string): readonly IdMapEntry[] {
  return [...text.matchAll(/^[ \t]*lxc\.id_?map[ \t]*=[ \t]*([ug])[ \t]+(\d+)[ \t]+(\d+)[ \t]+(\d+)[ \t]*$/gm)].map(([, kind, inside, outside, count]) => ({ kind: kind === "g" ? "g" : "u", inside: Number(inside), outside: Number(outside), count: Number(count) }));
}

function neighboursOf({ lxcpath, name }: Target): LintFacts["neighbours"] {
  return definedContainers(lxcpath).filter((other) => other !== name).slice(0, MOST_NEIGHBOURS).map((other) => {
    const answer = readConfigFile(configFile({ lxcpath, name: other }));
    return { name: other, idmap: answer.kind === "file" ? mapOf(answer.text) : [] };
  });
}

/** A hard link or a copy of busybox has another name, and the same size. */
function isSameFile(root: string, one: InsidePath, other: InsidePath): boolean {
  const [first, second] = [one, other].map(({ resolved }) => lstatSync(`${root}/${resolved}`, { throwIfNoEntry: false }));
  return first?.isFile() === true && second?.isFile() === true && first.size === second.size;
}

function initOf(root: string, inside: Readonly<Record<string, InsidePath>>): InitKind | undefined {
  const init = inside[INIT];
  const name = init?.kind === "file" ? init.resolved.split("/").at(-1) : undefined;
  const busybox = lookBeneath(root, "bin/busybox");
  if (init?.kind === "file" && busybox.kind === "file" && isSameFile(root, init, busybox)) return "busybox";
  if (name === "systemd" || name === "busybox") return name;
  if (name === "openrc-init") return "openrc";
  return name === "init" && inside[INITTAB]?.kind === "file" ? "sysvinit" : undefined;
}

/** What a start would say here. The shares of other containers are left out: whether those run is another day's matter. */
async function startProblems(request: Request, spec: ContainerSpec, host: HostFacts): Promise<readonly Problem[]> {
  const plan = planStart(spec, host, { isDaemon: true, bootId: bootId(), command: [], closeAllFds: false, share: {}, replan: [], isReboot: false, ...await wantedConfinement(request, spec, host) });
  return plan.ok ? plan.warnings ?? [] : plan.problems;
}

const mountpoints = (): readonly string[] => (readText("/proc/self/mountinfo") ?? "").split("\n").flatMap((line) => line.split(" ")[4] ?? []);
const passwdRow = (uid: number): readonly string[] => (readText("/etc/passwd") ?? "").split("\n").map((line) => line.split(":")).find((row) => row[2] === String(uid)) ?? [];
const nameOf = (uid: number): string => passwdRow(uid)[0] ?? String(uid);

/** Root, who asks, whose container it is, and root inside, each with his own group. */
function trustedBy(request: Request, spec: ContainerSpec, owner: number): Trusted {
  const ids = spec.idmap.map(({ value }) => value);
  const root = (kind: "u" | "g"): readonly number[] => { const id = toHost(ids, kind, 0); return id === undefined ? [] : [id]; };
  const ofOwner = request.euid === 0 ? [] : [owner];
  return { uids: [0, request.euid, ...ofOwner, ...root("u")], gids: [0, request.egid, ...ofOwner.flatMap((uid) => (passwdRow(uid)[3] === undefined ? [] : [Number(passwdRow(uid)[3])])), ...root("g")] };
}

/** The file that is really run, where a package's hook is only there as Berth ships it. */
function hostPath(request: Request, path: string, trusted: Trusted): HostPath {
  const found = probeHostPath(path, trusted);
  const shipped = found.kind === "missing" ? shippedPath(path, `${request.prefix}/share`) : undefined;
  return shipped === undefined ? found : probeHostPath(shipped, trusted);
}

export async function lintFacts(request: Request, target: Target, { view }: LintDraft): Promise<LintFacts> {
  const { spec, main } = view;
  const wanted = wantedPaths(view);
  const probed = probeHostPath(main, { uids: [], gids: [] });
  const owner = "uid" in probed ? probed.uid : request.euid;
  const trusted = trustedBy(request, spec, owner);
  const files = Object.fromEntries(wanted.files.map((path) => [path, hostPath(request, path, trusted)]));
  const root = spec.rootfs?.path ?? "/";
  const inside = Object.fromEntries(wanted.inside.map((path) => [path, lookBeneath(root, path)]));
  const isRootThere = spec.rootfs !== undefined && files[spec.rootfs.path]?.kind === "directory";
  const init = isRootThere ? initOf(root, inside) : undefined;
  const host = { ...startFacts(request, spec), ...await lateFacts(spec) };
  return {
    host, files, inside: isRootThere ? inside : {}, ...(init === undefined ? {} : { init }), mountpoints: mountpoints(),
    start: view.isWhole ? await startProblems(request, spec, host) : [],
    hasSiblings: (readText("/sys/devices/system/cpu/smt/active") ?? "1").trim() !== "0",
    owner: { uid: owner, name: nameOf(owner) }, neighbours: neighboursOf(target), limits: hardLimits(request.pid),
  };
}
