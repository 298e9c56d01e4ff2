// Owns the files of an image's metadata: unpacked from their archive by the caller, with no rights but its own, and read as texts.
import { spawnSync } from "node:child_process";
import { closeSync, lstatSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { PROGRAM_PATH } from "../host/probe/program.ts";
import { fail, ok, type Result } from "../model/problem.ts";
import { byOption } from "../model/origin.ts";
import { unpackCommand } from "../plan/storage/dir.ts";
import { archiveAt } from "./archive.ts";

/** Texts: what is larger is none. */
const TEXT_MAX = 1 << 20;
/** Of the sum of all texts. */
const UNPACKED_MAX_BLOCKS = 64 << 10;
const from = byOption("--metadata");
const ROOT_ONLY = ["--same-owner", "--preserve-permissions"];

export function textsIn(folder: string): ReadonlyMap<string, string> {
  return new Map(readdirSync(folder).flatMap((name): [string, string][] => {
    const found = lstatSync(`${folder}/${name}`);
    return found.isFile() && found.size <= TEXT_MAX ? [[name, readFileSync(`${folder}/${name}`, "utf8")]] : [];
  }));
}

/** `scratch`: where a directory can be made for a moment. */
export function readTexts(path: string, scratch: string, isMapped: boolean): Result<ReadonlyMap<string, string>> {
  const compression = archiveAt(path, { at: from });
  if (!compression.ok) return compression;
  const folder = `${scratch}/metadata`;
  let fd: number | undefined;
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    fd = openSync(path, "r");
    const args = unpackCommand({ compression: compression.value, isMapped, exclude: [] }).filter((word) => !ROOT_ONLY.includes(word));
    // a bomb ends at the limit: the metadata of an image is a few texts
    const tar = spawnSync("sh", ["-c", `ulimit -f ${UNPACKED_MAX_BLOCKS}; exec "$@"`, "sh", ...args, "--no-same-owner", "--no-same-permissions"], { stdio: [fd, "ignore", "pipe"], cwd: folder, env: { PATH: PROGRAM_PATH, LC_ALL: "C" }, encoding: "utf8" });
    if (tar.status !== 0) return fail({ code: "image.invalid", at: from, text: `unpacking ${path} failed`, cause: tar.stderr.trim() });
    return ok(textsIn(folder));
  } catch (error) {
    return fail({ code: "image.invalid", at: from, text: `cannot read '${path}': ${error instanceof Error && "code" in error ? String(error.code) : "unknown"}` });
  } finally {
    if (fd !== undefined) closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files of the metadata that LXC's cache keeps; anything else in the archive is left out. */
const KEPT = /^(config|fstab|excludes|templates|create-message|expiry)([-.][\w.-]+)?$/;

export function keepTexts(texts: ReadonlyMap<string, string>, folder: string): void {
  for (const [name, text] of texts) if (KEPT.test(name)) writeFileSync(`${folder}/${name}`, text);
}
