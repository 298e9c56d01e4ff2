// Owns the verb copyFiles: files and directories between the host and containers, or between two of them.
import { typed, shown, WireReader, type Complaint, type Item } from "../host/files/wire.ts";
import type { Told, UnpackOrder } from "../host/files/order.ts";
import { enginePath } from "../host/probe/host-facts.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { errnoNumber, errnoText, isErrno } from "../linux/errno.ts";
import { isNoSpace } from "../linux/no-space.ts";
import { fail, ok, type Problem, type Result } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { containerSink, containerSource, hostSink, hostSource, streamSource, type Sink, type Source } from "./filing/ends.ts";
import { onSignals } from "./interrupt.ts";
import { absolutePath } from "./lxcpath.ts";
import type { Target } from "./verbs.ts";

/** Where files come from. `container` absent: the host. */
export type CopySource = { readonly kind: "paths"; readonly container?: Target; readonly paths: readonly string[] } | { readonly kind: "stream"; readonly input: AsyncIterable<Uint8Array> };
/** A directory that is there takes what comes under its own name. */
export type CopyTarget = { readonly kind: "path"; readonly container?: Target; readonly path: string }
  /** One file's bytes; false: nobody reads them any more. */
  | { readonly kind: "stream"; readonly write: (bytes: Uint8Array) => Promise<boolean> };

export interface CopyFilesOptions {
  /** Ids inside, of all that is written; root's of what is new unless said. Not for the host. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Owners by their numbers, set-ids and sticky bits too. */
  readonly keepsAll?: boolean;
  readonly makesParents?: boolean;
}
export interface CopiedFiles { readonly files: number; readonly bytes: number }

const words = (errno: string): string => (isErrno(errno) ? errnoText(errnoNumber(errno)) : errno);
const sideText = (container: Target | undefined, path: string): string => (container === undefined ? path : `${container.name}:${path}`);
const code = (errno: string): Problem["code"] => (isNoSpace(errno) ? "storage.full" : "file.inside");

function complaintProblem(container: Target | undefined, { path, errno, isLeftOut }: Complaint): Problem {
  const place = sideText(container, shown(path));
  if (isLeftOut === true) return { code: "file.inside", severity: "warning", text: `'${place}' is left out: it is a device, a socket or a pipe` };
  const text = `cannot read '${place}': ${words(errno ?? "EIO")}`;
  return { code: "file.inside", text, ...(errno === "EISDIR" ? { remedy: "a directory is no stream: name a directory to copy it to" } : {}) };
}

const LOST: Readonly<Record<string, string>> = { owner: "owners", "security.capability": "capabilities", "system.posix_acl_access": "ACLs", "system.posix_acl_default": "default ACLs" };
const LOST_CAUSES: Readonly<Record<string, string>> = { EPERM: "only root gives files away, and only root sets capabilities and trusted attributes", EOPNOTSUPP: "the file system has none", EINVAL: "they name ids that are not there" };
/** Of each thing that could not be kept, once. */
function lostProblems(complaints: readonly Complaint[]): readonly Problem[] {
  return [...new Set(complaints.flatMap(({ lost }) => lost ?? []))].map((lost): Problem => {
    const all = complaints.filter((complaint) => complaint.lost === lost);
    const [{ path, errno = "EIO" } = { path: "" }] = all;
    const many = all.length === 1 ? `of '${shown(path)}'` : `of ${all.length} files, '${shown(path)}' the first of them,`;
    return { code: isNoSpace(errno) ? "storage.full" : "file.inside", severity: "warning", text: `the ${LOST[lost] ?? `attributes '${shown(lost)}'`} ${many} are not kept: ${words(errno)}`, ...(LOST_CAUSES[errno] === undefined ? {} : { cause: LOST_CAUSES[errno] }), remedy: "berth export keeps everything" };
  });
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "make its directory first, or give --parents", EISDIR: "a file does not take a directory's place: name another target", ENOTDIR: "name a directory, or remove what is in its place",
  EBUSY: "something is mounted there: copy to a directory, then move it from inside", EROFS: "it is mounted read-only",
};
function stoppedProblem(container: Target | undefined, { path, errno }: NonNullable<Told["stopped"]>): Problem {
  if (errno === "EPIPE") return { code: "file.inside", text: "the copying was interrupted", cause: "the other side has ended before all was read" };
  const remedy = REMEDIES[errno];
  return { code: code(errno), text: `cannot write '${sideText(container, shown(path))}': ${words(errno)}`, ...(remedy === undefined ? {} : { remedy }) };
}

function unpackOrder(request: Request, from: CopySource, to: Extract<CopyTarget, { readonly kind: "path" }>, options: CopyFilesOptions): UnpackOrder {
  const { owner, keepsAll = false, makesParents = false } = options;
  const given = owner ?? (to.container === undefined ? undefined : { uid: 0, gid: 0 });
  return {
    verb: "unpack", engine: enginePath(request.prefix), isSynced: false, ...(to.container === undefined ? { isHost: true } : {}), path: typed(to.container === undefined ? absolutePath(request, to.path) : to.path), isStream: from.kind === "stream", isDirectory: to.path.endsWith("/") || (from.kind === "paths" && from.paths.length > 1),
    makesParents, keepsAll, isOwnerWished: owner !== undefined, random: randomHex().slice(0, 12), ...(given === undefined ? {} : { owner: given }),
  };
}

/** Bytes of one file alone; what else comes is told. */
function streamSink(write: (bytes: Uint8Array) => Promise<boolean>): Sink {
  const reader = new WireReader();
  const complaints: Complaint[] = [];
  let bytes = 0;
  let isEnded = false;
  const hear = (item: Item): void => {
    if (item.kind === "complaint") complaints.push(item);
    isEnded ||= item.kind === "end";
  };
  return {
    write: async (chunk) => {
      for (const heard of reader.push(chunk)) {
        if (heard.kind === "item") hear(JSON.parse(heard.text));
        else if (heard.bytes.length > 0 && !await write(heard.bytes)) return false;
        else bytes += heard.bytes.length;
      }
      return true;
    },
    finish: () => Promise.resolve(ok({ files: 1, bytes, complaints, ...(isEnded ? {} : { stopped: { path: "-", errno: "EPIPE" } }) })),
  };
}

function sourceOf(request: Request, from: CopySource, how: { readonly isOneFile: boolean; readonly engine?: string }): Promise<Result<Source>> {
  if (from.kind === "stream") return Promise.resolve(ok(streamSource(from.input)));
  if (from.container !== undefined) return containerSource(request, from.container, { paths: from.paths.map(typed), ...how });
  return Promise.resolve(ok(hostSource({ paths: from.paths.map((path) => typed(absolutePath(request, path))), ...how })));
}
function sinkOf(request: Request, from: CopySource, to: CopyTarget, options: CopyFilesOptions): Promise<Result<Sink>> {
  if (to.kind === "stream") return Promise.resolve(ok(streamSink(to.write)));
  const order = unpackOrder(request, from, to, options);
  return to.container === undefined ? Promise.resolve(ok(hostSink(order))) : containerSink(request, to.container, order);
}

export async function copyFiles(request: Request, from: CopySource, to: CopyTarget, options: CopyFilesOptions = {}): Promise<Result<CopiedFiles>> {
  const source = await sourceOf(request, from, { isOneFile: to.kind === "stream", ...(options.keepsAll === true && to.kind === "path" ? { engine: enginePath(request.prefix) } : {}) });
  if (!source.ok) return source;
  const sink = await sinkOf(request, from, to, options);
  if (!sink.ok) return sink;
  const abort = new AbortController();
  const off = onSignals(request, abort);
  try {
    for await (const bytes of source.value.bytes) if (abort.signal.aborted || !await sink.value.write(bytes)) break;
    const told = await sink.value.finish();
    const ended = await source.value.ended();
    if (!ended.ok) return ended;
    return told.ok ? verdict(from, to, told.value) : told;
  } finally {
    off();
  }
}

function verdict(from: CopySource, to: CopyTarget, { files, bytes, complaints, stopped }: Told): Result<CopiedFiles> {
  const inside = from.kind === "paths" ? from.container : undefined;
  const told = [...complaints.filter(({ lost }) => lost === undefined).map((complaint) => complaintProblem(inside, complaint)), ...lostProblems(complaints)];
  const problems = stopped === undefined ? told : [...told, stoppedProblem(to.kind === "path" ? to.container : undefined, stopped)];
  return problems.some(({ severity }) => severity !== "warning") ? fail(...problems) : ok({ files, bytes }, problems);
}
