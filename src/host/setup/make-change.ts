// Owns making one change of `berth setup`, and taking it back: only what is still as setup left it.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { O_CREAT, O_EXCL, O_NOFOLLOW, AT_REMOVEDIR } from "../../linux/fs.ts";
import { byDefault } from "../../model/origin.ts";
import type { Change, Owner } from "../../model/setup.ts";
import type { Op } from "../../isa/op.ts";
import { runPlan } from "../engine/run.ts";
import { errorCode } from "../read-text.ts";
import { PROGRAM_PATH } from "../probe/program.ts";
import { withShadowLock } from "./shadow-lock.ts";
import { addLine, dropLine, plainText, putFile } from "./system-file.ts";

/** `done`; `kept`: it is not as we left it, so it stays, and why; `failed`: why. */
export type Outcome = { readonly kind: "done" } | { readonly kind: "kept" | "failed"; readonly why: string };
const DONE: Outcome = { kind: "done" };
const kept = (why: string): Outcome => ({ kind: "kept", why });
const failed = (why: string): Outcome => ({ kind: "failed", why });

const sysctlFile = (name: string): string => `/proc/sys/${name.replaceAll(".", "/")}`;

/** Systemd reads all its units again for one of the commands: on a busy machine that has taken more than a minute. */
const RUN_MS = 180_000;
function command(argv: readonly string[]): Outcome {
  const { status, stderr, error } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], env: { PATH: PROGRAM_PATH, LC_ALL: "C" }, timeout: RUN_MS });
  if (status === 0) return DONE;
  const why = error === undefined ? stderr.trim().split("\n").at(-1) ?? "" : errorCode(error);
  return failed(`'${argv.join(" ")}' ${status === null ? "did not end" : `ended with ${status}`}${why === "" ? "" : `: ${why}`}`);
}

const from = byDefault("berth setup");
/** In a user's home only with his rights: what he has linked elsewhere does not lead root there. */
async function asOwner(engine: string, { uid, gid }: Owner, op: Op): Promise<Outcome> {
  const { status, events } = await runPlan({ verb: "setup", name: "", lxcpath: "", ops: [{ op: "setIds", uid, gid, groups: [], from }, op] }, { engine, stderr: "ignore" });
  const error = events.find(({ kind }) => kind === "failed")?.error;
  return status === 0 ? DONE : failed(error === undefined ? `the engine ended with ${status}` : `errno ${error} for the user's own rights`);
}

async function inSubIds(file: string, body: () => Outcome): Promise<Outcome> {
  const locked = await withShadowLock(file, body);
  return locked.isLocked ? locked.value : failed(`${file}.lock is held${locked.pid === undefined ? "" : ` by process ${locked.pid}`}`);
}

async function make(change: Change, engine: string): Promise<Outcome> {
  switch (change.kind) {
    case "line": {
      const { file, line, isSubId } = change;
      const add = (): Outcome => { addLine(file, line, isSubId === true); return DONE; };
      return isSubId === true ? inSubIds(file, add) : add();
    }
    case "file": {
      const { path, text, mode, owner } = change;
      if (owner === undefined) { putFile(path, text, mode); return DONE; }
      return asOwner(engine, owner, { op: "writeFile", path, data: text, flags: O_CREAT | O_EXCL | O_NOFOLLOW, mode, from });
    }
    case "directory": {
      const { path, mode, owner } = change;
      if (owner === undefined) { mkdirSync(path, { mode, recursive: true }); return DONE; }
      return asOwner(engine, owner, { op: "mkdir", path, mode, from });
    }
    case "mode": chmodSync(change.path, change.to); return DONE;
    case "sysctl": writeFileSync(sysctlFile(change.name), `${change.to}\n`); return DONE;
    case "command": case "reload": return command(change.argv);
  }
}

async function unmakeFile({ path, text, owner, before }: Extract<Change, { readonly kind: "file" }>, engine: string): Promise<Outcome> {
  const now = plainText(path);
  if (now === undefined) return DONE;
  if (now !== text) return kept(`${path} was changed since`);
  if (owner !== undefined) return asOwner(engine, owner, { op: "unlink", path, from });
  if (before === undefined) unlinkSync(path);
  else putFile(path, before, 0o644);
  return DONE;
}

async function unmakeDirectory({ path, owner }: Extract<Change, { readonly kind: "directory" }>, engine: string): Promise<Outcome> {
  const isEmpty = kept(`${path} is not empty`);
  if (owner !== undefined) return (await asOwner(engine, owner, { op: "unlink", path, flags: AT_REMOVEDIR, from })).kind === "done" ? DONE : isEmpty;
  try {
    rmdirSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") return isEmpty;
  }
  return DONE;
}

async function unmake(change: Change, engine: string): Promise<Outcome> {
  switch (change.kind) {
    case "line": {
      const { file, line, isSubId } = change;
      const drop = (): Outcome => (dropLine(file, line) ? DONE : kept(`'${line}' is no longer in ${file}`));
      return isSubId === true ? inSubIds(file, drop) : drop();
    }
    case "file": return unmakeFile(change, engine);
    case "directory": return unmakeDirectory(change, engine);
    case "mode": {
      if ((statSync(change.path, { throwIfNoEntry: false })?.mode ?? 0) % 0o10000 !== change.to) return kept(`the mode of ${change.path} was changed since`);
      chmodSync(change.path, change.from);
      return DONE;
    }
    case "sysctl": {
      if (Number(readFileSync(sysctlFile(change.name), "utf8")) !== change.to) return kept(`${change.name} was changed since`);
      writeFileSync(sysctlFile(change.name), `${change.from}\n`);
      return DONE;
    }
    case "command": return change.undo === undefined ? DONE : command(change.undo);
    case "reload": return command(change.argv);
  }
}

/** What node:fs throws becomes a failed outcome. */
async function caught(outcome: Promise<Outcome>): Promise<Outcome> {
  try {
    return await outcome;
  } catch (error) {
    if (!(error instanceof Error) || !("syscall" in error)) throw error;
    return failed(error.message);
  }
}
export const makeChange = (change: Change, engine: string): Promise<Outcome> => caught(make(change, engine));
export const unmakeChange = (change: Change, engine: string): Promise<Outcome> => caught(unmake(change, engine));
