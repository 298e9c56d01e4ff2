// Owns the verb `resize`: a root file system that has a size of its own gets another one. It grows where it is; a smaller
// image, or one that cannot grow so, is a new one beside it, which takes its place when all files are in it.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { runPlan } from "../host/engine/run.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { readText } from "../host/read-text.ts";
import { configFile, recordDir } from "../host/store/layout.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import type { RootfsSpec } from "../model/spec.ts";
import { rootOnly } from "../model/storage.ts";
import { isGrown, planGrow, type Sized } from "../plan/storage/resized.ts";
import { feedTree } from "./changing/feed.ts";
import { layoutOf } from "./changing/layout.ts";
import { refill } from "./changing/refill.ts";
import { stageOf, sweepStages, whileChanging } from "./changing/stage.ts";
import { loadConfig } from "./container-config.ts";
import { placeOf } from "./copying/storage.ts";
import { readCreated } from "./creating/record.ts";
import { settleExchange } from "./half-made.ts";
import { onSignals } from "./interrupt.ts";
import { settle } from "./partial.ts";
import { outcomeProblem } from "./removing/outcome.ts";
import { settledState, stillRunning } from "./running-container.ts";
import type { ResizeVerb, Target } from "./verbs.ts";

const at = byOption("SIZE");
const no = (text: string, cause: string, remedy: string): Problem => ({ code: "storage.unsupported", at, text, cause, remedy });

/** The loop device that has the image now. */
function loopDeviceOf(path: string): string | undefined {
  const found = readdirSync("/sys/block").find((name) => name.startsWith("loop") && readText(`/sys/block/${name}/loop/backing_file`)?.trim() === path);
  return found === undefined ? undefined : `/dev/${found}`;
}

function sizeless(target: Target, { type, path }: RootfsSpec): Problem {
  const copy = `put it on one that has: lxc-copy -n ${target.name} -N NEW -B loop -L SIZE`;
  return no(`the root file system of '${target.name}' has no size of its own`, `lxc.rootfs.path = ${type}:${path}: it may take what the file system below it has`, type === "btrfs" ? `limit the subvolume: btrfs quota enable, btrfs qgroup limit; or ${copy}` : copy);
}

/** What of it has a size. */
function sizedOf(target: Target, rootfs: RootfsSpec, isRunning: boolean): Result<Sized> {
  if (rootfs.type === "zfs") return ok({ kind: "zfs", path: rootfs.path });
  const place = placeOf(rootfs);
  if (!place.ok) return place;
  const { value } = place;
  if (value.kind === "directory" || value.kind === "layers") return fail(sizeless(target, rootfs));
  if (!isGrown(value.type)) return fail(no(`${value.type} has no tool that makes it larger while it is mounted`, `it is on '${rootfs.path}'`, `lxc-copy -n ${target.name} -N NEW -L SIZE makes a copy of another size`));
  if (value.kind === "image") {
    const device = isRunning ? loopDeviceOf(value.path) : undefined;
    return isRunning && device === undefined ? fail(stillRunning(target, { at, cause: "its loop device cannot be found" })) : ok({ kind: "image", path: value.path, type: value.type, ...(device === undefined ? {} : { device }) });
  }
  if (rootfs.type === "lvm") return ok({ kind: "lvm", path: value.path, type: value.type });
  const outside = readCreated(target)?.outside;
  const image = /^\/dev\/rbd\/(.+\/.+)$/.exec(rootfs.path)?.[1];
  if (rootfs.type === "rbd" && image !== undefined) return ok({ kind: "rbd", path: value.path, type: value.type, image, ...(outside?.user === undefined ? {} : { user: outside.user }) });
  return fail(no(`'${rootfs.path}' is a block device that nothing is known of`, "only an image, a volume of lvm, an image of rbd and a dataset of zfs are made larger here", "make the device larger by its own tool, then its file system: resize2fs, xfs_growfs, btrfs filesystem resize"));
}

interface Job { readonly request: Request; readonly target: Target; readonly facts: HostFacts; readonly rootfs: RootfsSpec; readonly size: number; readonly abort: AbortSignal }

/** All files into an image of that size; those that do not fit refuse it. */
async function renew({ target, facts, rootfs, size, abort }: Job): Promise<Result<void>> {
  const stage = stageOf(target, "restore");
  const layout = layoutOf(target, rootfs, { stage, from: at, size });
  const source = placeOf(rootfs);
  if (!layout.ok) return layout;
  if (!source.ok) return source;
  const made = await refill({
    target, facts, stage, layout: layout.value, idmap: [], abort, from: at, config: () => ok(readFileSync(configFile(target))),
    feed: (unpacking) => feedTree(unpacking, { target, facts, source: source.value, idmap: [], hasDevices: true, scratch: recordDir(target), abort }),
  });
  if (made.ok) return ok(undefined);
  return fail(...made.problems.map((problem) => (problem.code === "storage.full" || problem.text.includes("mkfs.") || problem.text.includes("has no space") ? { ...problem, at, text: `what is in '${rootfs.path}' does not fit into ${size} bytes`, cause: problem.cause ?? problem.text, remedy: "choose a larger size; it has the one it had" } : problem)));
}

async function grow({ target, facts, size }: Job, sized: Sized): Promise<Result<void>> {
  const directory = recordDir(target);
  mkdirSync(directory, { recursive: true, mode: 0o750 });
  const plan = planGrow(target, sized, { size, target: directory, from: at });
  const problem = outcomeProblem(plan, await runPlan(plan, { engine: facts.install.engine }), `make '${sized.path}' larger`);
  if (problem !== undefined) return fail({ ...problem, at });
  if (sized.kind === "image" && statSync(sized.path).size !== size) return fail({ code: "engine.op", at, text: `'${sized.path}' has ${statSync(sized.path).size} bytes, not ${size}` });
  return ok(undefined);
}

/** The kernel asks for it before ext4 grows while it is mounted. */
const CAP_SYS_RESOURCE = 1n << 24n;
/** To less than this no btrfs is resized. */
const BTRFS_LEAST = 256 * 2 ** 20;

/** Why the kernel does not let it grow while it is mounted. */
function notMounted(type: string, size: number): string | undefined {
  if (type === "btrfs" && size < BTRFS_LEAST) return `the kernel resizes no btrfs to less than ${BTRFS_LEAST} bytes`;
  const powers = /^CapEff:\s*([0-9a-f]+)/m.exec(readText("/proc/self/status") ?? "")?.[1] ?? "0";
  return type.startsWith("ext") && (BigInt(`0x${powers}`) & CAP_SYS_RESOURCE) === 0n ? `the kernel lets ${type} grow while it is used for who has CAP_SYS_RESOURCE, which this root has not` : undefined;
}

async function change(job: Job, sized: Sized, isRunning: boolean): Promise<Result<void>> {
  const { target, size } = job;
  if (sized.kind !== "image") return grow(job, sized);
  const now = statSync(sized.path).size;
  const running = (cause: string): Result<void> => fail(stillRunning(target, { at, cause }));
  if (size < now) return isRunning ? running(`it has ${now} bytes, and no file system gets smaller while it is used`) : renew(job);
  const reason = notMounted(sized.type, size);
  if (reason === undefined) return grow(job, sized);
  return isRunning ? running(reason) : renew(job);
}

export const resize: ResizeVerb = async (request, target, { size }) => {
  const facts = probeHost(request, { idmap: true });
  const settled = await settle(target, facts);
  if (!settled.ok) return settled;
  const exchanged = await settleExchange(request, target);
  if (!exchanged.ok) return exchanged;
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const { rootfs } = loaded.value.spec;
  if (rootfs === undefined || rootfs.path === "" || !existsSync(configFile(target))) return fail(no(`'${target.name}' has no root file system of its own`, "it shares the host's", "give it one: lxc-create"));
  const isRunning = (await settledState(request, target)).state !== "STOPPED";
  const sized = sizedOf(target, rootfs, isRunning);
  if (!sized.ok) return sized;
  if (request.euid !== 0) return fail(rootOnly(`an ordinary user cannot change the size of '${rootfs.path}'`, { at }));
  await sweepStages(target, facts);
  const abort = new AbortController();
  const off = onSignals(request, abort);
  try {
    return await whileChanging(target, facts, () => change({ request, target, facts, rootfs, size, abort: abort.signal }, sized.value, isRunning));
  } finally {
    off();
  }
};
