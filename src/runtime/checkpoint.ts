// Owns the verbs checkpoint and restore of lxc-checkpoint(1): what CRIU cannot do with a container is said before it is asked.
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { bootId } from "../host/probe/kernel.ts";
import { byHost, byOption } from "../model/origin.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Plan } from "../isa/op.ts";
import type { Request } from "../model/request.ts";
import type { ContainerSpec } from "../model/spec.ts";
import { planDump } from "../plan/lifecycle/checkpoint.ts";
import type { Criu, DumpWishes } from "../plan/lifecycle/checkpoint.ts";
import { planStart } from "../plan/lifecycle/start.ts";
import { loadConfig } from "./container-config.ts";
import { settleForStart } from "./half-made.ts";
import { replanEntries } from "./reboot-request.ts";
import { decidedState, requireRunning } from "./running-container.ts";
import { lateFacts } from "./late-facts.ts";
import { loadForStart, startFacts, wantedConfinement, withLoaded } from "./start.ts";
import type { Target } from "./verbs.ts";

export interface RestoreOptions extends Pick<DumpWishes, "directory" | "isVerbose" | "actionScript"> { readonly isDaemon: boolean; readonly isExplained: boolean; readonly rcfile?: string }

const SEARCHED = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const find = (name: string): string | undefined => SEARCHED.map((folder) => `${folder}/${name}`).find((path) => existsSync(path));
const criuProblem: Problem = { code: "host.feature", at: byHost("criu"), text: "criu is not installed", cause: "it writes processes to files and brings them back", remedy: "apt-get install criu (as root)" };
const needsRoot: Problem = { code: "privilege", text: "Must be root to checkpoint", cause: "CRIU reads and makes processes as only root may", remedy: "run this as root; it works for containers with ids of their own too" };

function criu(request: Request): Result<Criu> {
  if (request.euid !== 0) return fail(needsRoot);
  const program = find("criu");
  return program === undefined ? fail(criuProblem) : ok({ program, isNftables: find("iptables-restore") === undefined });
}

const NETWORKS: readonly string[] = ["empty", "veth"];

/** CRIU links each dump to the pre-dump that it goes on from. */
const MOST_DUMPS = 16;
function chainOf(directory: string): readonly string[] {
  const chain = [realpathSync(directory)];
  for (let last = chain[0]; last !== undefined && existsSync(`${last}/parent`); last = chain.at(-1)) {
    const next = realpathSync(`${last}/parent`);
    if (chain.includes(next) || chain.length > MOST_DUMPS) break;
    chain.push(next);
  }
  return chain;
}

/** The rules of its networks are in it as text. */
function locksOf(directory: string): readonly string[] {
  const files = readdirSync(directory).filter((name) => /^nftables-\d+\.img$/.test(name));
  return [...new Set(files.flatMap((name) => [...readFileSync(`${directory}/${name}`, "latin1").matchAll(/table inet (CRIU-\d+)/g)].flatMap(([, table = ""]) => table)))];
}

/** With the directories above them that only their owner may pass: from one dump to the one before CRIU goes through them. */
function shownOf(chain: readonly string[]): readonly string[] {
  if (chain.length === 1) return chain;
  const closed = chain.flatMap((path) => path.split("/").slice(0, -1).map((_, i, all) => all.slice(0, i + 1).join("/")).filter((above) => above !== "" && (statSync(above).mode & 1) === 0));
  return [...new Set([...chain, ...closed])].toSorted((one, other) => one.length - other.length);
}

/** What keeps CRIU from it, of what a config says, with what CRIU says of it. */
function obstacles({ name, console: { path }, ttyMax, nics, rootfs }: ContainerSpec): readonly Problem[] {
  const again = `then stop and start ${name}`;
  const problems: Problem[] = [];
  const outside = "the other end is held by the monitor, outside: CRIU would say 'tty: Unable to find a master'";
  if (path?.value !== "none") problems.push({ code: "unsupported", ...(path === undefined ? {} : { at: path.from }), text: "its console cannot be written to files", cause: outside, remedy: `lxc.console.path = none; ${again}` });
  if (ttyMax.value > 0) problems.push({ code: "unsupported", at: ttyMax.from, text: "its terminals cannot be written to files", cause: outside, remedy: `lxc.tty.max = 0; ${again}` });
  for (const { type, from } of nics) if (!NETWORKS.includes(type)) problems.push({ code: "unsupported", at: from, text: `an interface of type ${type} is not brought back`, cause: type === "macvlan" ? "CRIU writes it, and would say then 'net: couldn't restore macvlan interface'" : "CRIU knows veth alone of those that hang on the host", remedy: `lxc.net.0.type = veth, or empty; ${again}` });
  if (rootfs !== undefined && rootfs.type !== "dir" && rootfs.type !== "btrfs") problems.push({ code: "unsupported", at: rootfs.from, text: `a root file system of type ${rootfs.type} is not brought back`, cause: "CRIU's --root is a mount of a directory", remedy: "lxc.rootfs.path = dir:PATH" });
  return problems;
}

/** -s, -p and --predump-dir. */
export async function checkpoint(request: Request, target: Target, options: DumpWishes): Promise<Result<Plan>> {
  const program = criu(request);
  if (!program.ok) return program;
  const live = requireRunning(target, await decidedState(request, target));
  if (!live.ok) return live;
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const problems = options.isPreDump ? [] : obstacles(loaded.value.spec);
  if (problems.length > 0) return fail(...problems);
  const { initPid: pid, initStart: startTime, record: { monitorPid, monitorStart, hasPolicy } } = live.value;
  const monitor = monitorPid === undefined || monitorStart === undefined ? {} : { monitor: { pid: monitorPid, startTime: monitorStart } };
  return ok(planDump({ ...target, ...options, init: { pid, startTime }, ...monitor, ...(hasPolicy === undefined ? {} : { hasPolicy }), criu: program.value }));
}

/** -r: a start whose init comes out of the directory. */
export async function restore(request: Request, target: Target, options: RestoreOptions): Promise<Result<Plan>> {
  const program = criu(request);
  if (!program.ok) return program;
  const settled = await settleForStart(request, target);
  if (!settled.ok) return settled;
  const { directory, isDaemon, isExplained } = options;
  if (!existsSync(`${directory}/inventory.img`)) return fail({ code: "option.value", at: byOption("--checkpoint-dir"), text: `there is no checkpoint in '${directory}'`, cause: "it holds no inventory.img", remedy: "name the directory that was given to lxc-checkpoint without -r" });
  const chain = chainOf(directory);
  if (chain.length > MOST_DUMPS) return fail({ code: "unsupported", at: byOption("--checkpoint-dir"), text: `the checkpoint in '${directory}' goes on from more than ${MOST_DUMPS - 1} others`, cause: "each names the pre-dump before it: parent", remedy: "make a new one without --predump-dir" });
  const nft = find("nft");
  const overrides = { define: [], isExplained, ...(options.rcfile === undefined ? {} : { rcfile: options.rcfile }) };
  const loaded = await loadForStart(request, target, { ...overrides, isReboot: false });
  if (!loaded.ok) return loaded;
  const { spec } = loaded.value;
  const problems = obstacles(spec);
  if (problems.length > 0) return fail(...problems);
  const facts = { ...startFacts(request, spec), ...await lateFacts(spec) };
  const started = { isDaemon, command: [], closeAllFds: isDaemon, share: {}, ...overrides };
  const plan = planStart(spec, facts, {
    isDaemon, bootId: bootId(), command: [], closeAllFds: isDaemon, share: {}, replan: replanEntries("start", target, started), isReboot: false,
    ...await wantedConfinement(request, spec, facts), restore: { ...options, shown: shownOf(chain), locks: locksOf(directory), ...(nft === undefined ? {} : { nft }), criu: program.value },
  });
  return withLoaded(loaded, plan);
}
