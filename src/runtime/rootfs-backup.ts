// Owns the verbs `backUp` and `bringBack`: a container's root file system is kept as LXCPATH/NAME/rootfs.backup.NUMBER, where
// lxc-backup of Ubuntu kept its, and takes the place of the one there is.
import { closeSync, createReadStream, existsSync, lstatSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { setItem } from "../config/index.ts";
import { probeHost } from "../host/probe/host-facts.ts";
import { errorCode } from "../host/read-text.ts";
import { configFile, containerDir, recordDir } from "../host/store/layout.ts";
import { isNoSpace } from "../linux/no-space.ts";
import type { HostFacts } from "../model/facts.ts";
import { byOption } from "../model/origin.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { rootOnly } from "../model/storage.ts";
import { mapProblems } from "../plan/usernsexec.ts";
import { feedTree } from "./changing/feed.ts";
import { layoutOf } from "./changing/layout.ts";
import { refill } from "./changing/refill.ts";
import { stageOf, whileChanging } from "./changing/stage.ts";
import { decodeConfig, encodeConfig } from "./config-text.ts";
import { loadConfig, type LoadedConfig } from "./container-config.ts";
import { exportContainer } from "./export.ts";
import { onSignals } from "./interrupt.ts";
import { leftOutText } from "./porting/members.ts";
import { feedRootfs } from "./porting/rootfs-only.ts";
import { clonesText, hasClones } from "./removing/dependents.ts";
import { unsafeReason } from "./removing/remove.ts";
import { settledState, stillRunning } from "./running-container.ts";
import type { BackUpVerb, BringBackVerb, Target } from "./verbs.ts";

const from = byOption("lxc-restore");
const BACKUP = /^rootfs\.backup\.(\d+)$/;
const pathOf = (target: Target, number: number): string => `${containerDir(target)}/rootfs.backup.${number}`;

/** Their numbers, the oldest first. */
function backupsOf(target: Target): readonly number[] {
  try {
    return readdirSync(containerDir(target)).flatMap((name) => BACKUP.exec(name)?.[1] ?? []).map(Number).toSorted((a, b) => a - b);
  } catch {
    return [];
  }
}

/** What it throws is told as what it is. */
const intoFile = (fd: number) => (bytes: Uint8Array): Promise<boolean> => {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at);
  return Promise.resolve(true);
};

export const backUp: BackUpVerb = async (request, target, { number, mayRun }) => {
  const unsafe = unsafeReason(containerDir(target));
  if (unsafe !== undefined) return fail(unsafe);
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const wanted = number ?? (backupsOf(target).at(-1) ?? 0) + 1;
  const path = pathOf(target, wanted);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return fail({ code: "container.exists", text: `'${path}' is there already`, cause: "another LXC has made it: it is a directory", remedy: "choose another number, or remove it by hand" });
  const half = `${path}.part`;
  let fd = -1;
  try {
    rmSync(half, { force: true }); // of one that was killed
    fd = openSync(half, "wx", 0o600);
    const exported = await exportContainer(request, target, { write: intoFile(fd), mayRun, withSnapshots: false });
    if (!exported.ok) return exported;
    renameSync(half, path);
    return ok({ path, number: wanted }, exported.warnings);
  } catch (error) {
    if (isNoSpace(errorCode(error))) return fail({ code: "storage.full", text: `no space left for '${path}'`, remedy: "free some space, or keep it elsewhere: berth export" });
    return fail({ code: "storage.copy", text: `cannot write '${path}': ${errorCode(error)}` });
  } finally {
    if (fd >= 0) closeSync(fd);
    rmSync(half, { force: true });
  }
};

async function* chunks(path: string): AsyncIterable<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) if (chunk instanceof Uint8Array) yield chunk;
}

/** The config stays as it is; `rootfs`: but for where the files lie. */
function sameConfig(target: Target, rootfs: string | undefined): Result<Uint8Array> {
  const bytes = readFileSync(configFile(target));
  if (rootfs === undefined) return ok(bytes);
  const { text, encoding } = decodeConfig(bytes);
  const placed = setItem(text, "lxc.rootfs.path", rootfs);
  return placed.ok ? encodeConfig(placed.value, encoding) : placed;
}

interface Job { readonly request: Request; readonly target: Target; readonly facts: HostFacts; readonly loaded: LoadedConfig; readonly path: string; readonly abort: AbortSignal }

async function make({ target, facts, loaded, path, abort }: Job): Promise<Result<void>> {
  const stage = stageOf(target, "restore");
  const layout = layoutOf(target, loaded.spec.rootfs, { stage, from });
  if (!layout.ok) return layout;
  if (layout.value.block !== undefined && facts.caller.euid !== 0) return fail(rootOnly(`an ordinary user cannot write '${layout.value.now}'`, { at: from }));
  const idmap = loaded.spec.idmap.map(({ value }) => value);
  const [unmapped] = loaded.spec.idmap[0] === undefined ? [] : mapProblems(facts, idmap, loaded.spec.idmap[0].from);
  if (unmapped !== undefined) return fail(unmapped);
  const hasDevices = idmap.length === 0;
  const isTree = lstatSync(path).isDirectory();
  const made = await refill({
    target, facts, stage, layout: layout.value, idmap, abort, from, config: (rootfs) => sameConfig(target, rootfs),
    feed: (unpacking) => (isTree
      ? feedTree(unpacking, { target, facts, source: { kind: "directory", path }, idmap, hasDevices, scratch: recordDir(target), abort })
      : feedRootfs(unpacking, chunks(path), { hasDevices, abort })),
  });
  if (!made.ok) return made;
  return ok(undefined, leftOutText(made.value));
}

const noBackup = (target: Target, number: number | undefined): Problem => {
  const there = backupsOf(target);
  const text = number === undefined ? `${target.name} has no backup` : `${target.name} has no backup ${number}`;
  return { code: "container.missing", text, remedy: there.length === 0 ? `lxc-backup ${target.name} makes one` : `it has ${there.join(", ")}` };
};

async function refusal(request: Request, target: Target): Promise<Problem | undefined> {
  if ((await settledState(request, target)).state !== "STOPPED") return stillRunning(target);
  return hasClones(target) ? { code: "container.clones", text: `${target.name} has clones`, cause: "they go on using the files it has now", remedy: `destroy ${clonesText(target)} first` } : undefined;
}

export const bringBack: BringBackVerb = async (request, target, { number }) => {
  const unsafe = unsafeReason(containerDir(target));
  if (unsafe !== undefined) return fail(unsafe);
  const loaded = loadConfig(request, target);
  if (!loaded.ok) return loaded;
  const wanted = number ?? backupsOf(target).at(-1);
  const path = pathOf(target, wanted ?? 0);
  if (wanted === undefined || !existsSync(path)) return fail(noBackup(target, number));
  const found = lstatSync(path);
  if (!found.isFile() && !found.isDirectory()) return fail({ code: "rootfs.unsafe", at: from, text: `'${path}' is neither an archive nor a directory`, cause: "what a link points to may be somebody else's" });
  const refused = await refusal(request, target);
  if (refused !== undefined) return fail(refused);
  const facts = probeHost(request, { idmap: true });
  const abort = new AbortController();
  const off = onSignals(request, abort);
  try {
    const made = await whileChanging(target, facts, () => make({ request, target, facts, loaded: loaded.value, path, abort: abort.signal }));
    return made.ok ? ok({ path, number: wanted }, made.warnings) : made;
  } finally {
    off();
  }
};
