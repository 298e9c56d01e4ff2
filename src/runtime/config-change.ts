// Owns the way every change of a config goes: locked, read, edited, judged, put in the old one's place at once.
import { configFile } from "../host/store/layout.ts";
import { dropBackup, keepBackup } from "../host/store/backup.ts";
import { closeFile, isUnchanged, openFile, replaceFile, type OpenFile } from "../host/store/replace-file.ts";
import { randomHex } from "../host/probe/kernel.ts";
import { runningState } from "../host/store/running.ts";
import type { Problem, Result } from "../model/problem.ts";
import { fail, ok } from "../model/problem.ts";
import type { Request } from "../model/request.ts";
import { missingProblem, targetOfFile, type ConfigDocument } from "./config-document.ts";
import { attributesWarning, fileProblem, strayProblem } from "./config-file.ts";
import { lockConfig, lockFile, UNLOCKED } from "./config-lock.ts";
import { decodeConfig, encodeConfig } from "./config-text.ts";
import { settleExchange } from "./half-made.ts";
import type { ConfigChange, ConfigSubject, Target } from "./verbs.ts";

export interface Edited<T> { readonly text: string; readonly value: T; readonly warnings?: readonly Problem[] }
/** What becomes of a config; may be asked again when somebody else changed the file meanwhile. */
export type Editor<T> = (document: ConfigDocument) => Result<Edited<T>>;

export interface ChangeOptions {
  readonly isDryRun: boolean;
  /** What was there stays as FILE.backup. */
  readonly hasBackup?: boolean;
  /** The container whose lock is held; for a file that belongs to one. */
  readonly owner?: Target;
}
export interface Changed<T> { readonly change: ConfigChange; readonly value: T }

/** Somebody who writes all the time without a lock. */
const MOST_ATTEMPTS = 20;

const pathOf = (subject: ConfigSubject): string => ("file" in subject ? subject.file : configFile(subject));
const isRunning = (target: Target): boolean => runningState(target).state !== "STOPPED";
const isContainer = (subject: ConfigSubject, file: string): boolean => !("file" in subject) || file.endsWith("/config");

function open(request: Request, subject: ConfigSubject, path: string, isWriting: boolean): Result<OpenFile> {
  const opened = openFile(path, { euid: request.euid, isWriting });
  if (opened.kind === "open") return ok(opened.file);
  if (opened.kind === "stray") return fail(strayProblem(path, opened));
  return fail(opened.code === "ENOENT" || opened.code === "ENOTDIR" ? missingProblem(subject, path) : fileProblem(`${isWriting ? "change" : "read"} '${path}'`, opened.code));
}

interface Written { readonly backup?: string; readonly earlierBackup?: string; readonly warnings: readonly Problem[] }

/** undefined: somebody else changed the file. */
function write(file: OpenFile, bytes: Uint8Array, hasBackup: boolean): Result<Written> | undefined {
  const { path } = file.located;
  const random = randomHex();
  const backup = hasBackup ? keepBackup(file, random) : undefined;
  if (backup?.kind === "error") return backup.code === "EAGAIN" ? undefined : fail(fileProblem(`keep '${path}' as '${backup.path}'`, backup.code));
  const replaced = replaceFile(file, bytes, random);
  if (replaced.kind !== "written" && backup !== undefined) dropBackup(file, backup);
  if (replaced.kind === "changed") return undefined;
  if (replaced.kind === "error") return fail(fileProblem(`change '${path}'`, replaced.code));
  return ok({
    warnings: replaced.hasAttributes ? [] : [attributesWarning(path)],
    ...(backup === undefined ? {} : { backup: backup.path, ...(backup.earlier === undefined ? {} : { earlierBackup: backup.earlier }) }),
  });
}

interface Job<T> { readonly request: Request; readonly subject: ConfigSubject; readonly edit: Editor<T>; readonly options: ChangeOptions }

/** The text as it would be, and as it is then written. undefined: somebody else changed the file. */
function editFile<T>({ subject, edit, options }: Job<T>, file: OpenFile): Result<Changed<T>> | undefined {
  const path = pathOf(subject);
  const target = options.owner ?? ("file" in subject ? targetOfFile(path) : subject);
  const { text, encoding } = decodeConfig(file.bytes);
  const edited = edit({ file: path, text, target });
  if (!edited.ok) return edited;
  const { text: after, value, warnings = [] } = edited.value;
  const change: ConfigChange = { file: file.located.path, before: text, after, isWritten: false, isRunning: isContainer(subject, path) && isRunning(target) };
  if (after === text || options.isDryRun) return ok({ change, value }, warnings);
  const bytes = encodeConfig(after, encoding);
  if (!bytes.ok) return bytes;
  const written = write(file, bytes.value, options.hasBackup === true);
  if (written === undefined || !written.ok) return written;
  const { warnings: more, ...backups } = written.value;
  return ok({ change: { ...change, isWritten: true, ...backups }, value }, [...warnings, ...more]);
}

/** undefined: somebody else changed the file. */
async function attempt<T>(job: Job<T>): Promise<Result<Changed<T>> | undefined> {
  const { request, subject, options } = job;
  const opened = open(request, subject, pathOf(subject), !options.isDryRun);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const lock = options.isDryRun ? ok(UNLOCKED) : await lockFile(request, file);
    if (!lock.ok) return lock;
    try {
      return isUnchanged(file) ? editFile(job, file) : undefined;
    } finally {
      await lock.value.release();
    }
  } finally {
    closeFile(file);
  }
}

const restless = (path: string): Problem => ({ code: "container.busy", text: `'${path}' is being changed by another program all the time`, remedy: "find out which, and run this again when it is done" });

/** A dry run takes no lock and writes nothing. */
export async function changeConfig<T>(request: Request, subject: ConfigSubject, edit: Editor<T>, options: ChangeOptions): Promise<Result<Changed<T>>> {
  const path = pathOf(subject);
  // another config may be about to take its place
  const exchanged = "file" in subject || options.isDryRun ? ok(undefined) : await settleExchange(request, subject);
  if (!exchanged.ok) return exchanged;
  // What cannot be opened needs no lock: no file is left for what is not there.
  const first = open(request, subject, path, !options.isDryRun);
  if (!first.ok) return first;
  const lockTarget = options.owner ?? ("file" in subject ? targetOfFile(first.value.located.path) : subject);
  closeFile(first.value);
  const lock = options.isDryRun ? ok(UNLOCKED) : await lockConfig(request, lockTarget);
  if (!lock.ok) return lock;
  try {
    for (let count = 0; count < MOST_ATTEMPTS; count++) {
      const done = await attempt({ request, subject, edit, options });
      if (done !== undefined) return done;
    }
    return fail(restless(path));
  } finally {
    await lock.value.release();
  }
}
