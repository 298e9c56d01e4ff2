// Owns writing files of the system: whole and at once, with the mode and owner they had.
import { chmodSync, closeSync, constants, copyFileSync, fchmodSync, fchownSync, fstatSync, fsyncSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync } from "node:fs";

/** Undefined when it is missing or no ordinary file; never waits, never follows a link at the end. */
export function plainText(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return fstatSync(fd).isFile() ? readFileSync(fd, "utf8") : undefined;
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}

export function putFile(path: string, text: string, mode: number): void {
  const had = statSync(path, { throwIfNoEntry: false });
  const fresh = `${path}.berth-${process.pid}`;
  const fd = openSync(fresh, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    writeSync(fd, text);
    if (had !== undefined) fchownSync(fd, had.uid, had.gid);
    fchmodSync(fd, had === undefined ? mode : had.mode & 0o7777);
    fsyncSync(fd);
    renameSync(fresh, path);
  } catch (error) {
    unlinkSync(fresh);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Adds a line at the end; shadow's habit is to keep the old file as FILE-. */
export function addLine(file: string, line: string, keepsOld: boolean): void {
  const text = plainText(file) ?? "";
  if (text.split("\n").includes(line)) return;
  if (keepsOld && text !== "") { copyFileSync(file, `${file}-`); chmodSync(`${file}-`, statSync(file).mode & 0o7777); }
  putFile(file, `${text === "" || text.endsWith("\n") ? text : `${text}\n`}${line}\n`, 0o644);
}

/** True: it was there. */
export function dropLine(file: string, line: string): boolean {
  const lines = plainText(file)?.split("\n") ?? [];
  const at = lines.lastIndexOf(line);
  if (at < 0) return false;
  putFile(file, lines.toSpliced(at, 1).join("\n"), 0o644);
  return true;
}
