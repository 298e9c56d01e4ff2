// Owns a look at a file of a container's root file system from outside: every link is followed beneath that root.
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { errorCode } from "../../host/read-text.ts";

export type Inside =
  | { readonly kind: "missing"; readonly at: string }
  | { readonly kind: "dangling"; readonly link: string; readonly target: string }
  | { readonly kind: "file"; readonly path: string; readonly mode: number }
  | { readonly kind: "directory" | "other" | "unreadable" };

const LINKS_MAX = 40;
const parts = (path: string): readonly string[] => path.split("/").filter((part) => part !== "" && part !== ".");

/** Resolves `path` as a process with that root would. */
export function lookInside(root: string, path: string): Inside {
  const todo = [...parts(path)];
  const done: string[] = [];
  let lastLink: { readonly link: string; readonly target: string } | undefined;
  try {
    for (let links = 0; ;) {
      const part = todo.shift();
      if (part === undefined) break;
      if (part === "..") { done.pop(); continue; }
      const here = `/${[...done, part].join("/")}`;
      const found = lstatSync(`${root}${here}`, { throwIfNoEntry: false });
      if (found === undefined) return lastLink === undefined ? { kind: "missing", at: here } : { kind: "dangling", ...lastLink };
      if (!found.isSymbolicLink()) { done.push(part); continue; }
      if (++links > LINKS_MAX) return { kind: "other" };
      const target = readlinkSync(`${root}${here}`);
      lastLink = { link: here, target };
      if (target.startsWith("/")) done.length = 0;
      todo.unshift(...parts(target));
    }
    const whole = `/${done.join("/")}`;
    const found = lstatSync(`${root}${whole}`);
    if (found.isFile()) return { kind: "file", path: whole, mode: found.mode & 0o7777 };
    return { kind: found.isDirectory() ? "directory" : "other" };
  } catch (error) {
    return errorCode(error) === "ENOTDIR" ? { kind: "missing", at: path } : { kind: "unreadable" };
  }
}

const HEAD_BYTES = 4096;

function readHead(file: string): Buffer {
  let fd: number | undefined;
  try {
    fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!fstatSync(fd).isFile()) return Buffer.alloc(0);
    const head = Buffer.alloc(HEAD_BYTES);
    return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

export interface Executable {
  /** `#!` or ELF's program interpreter: what the kernel starts in its place. */
  readonly interpreter?: string;
  /** ELF e_machine, in uname's words. */
  readonly machine?: string;
  readonly format: "elf" | "script" | "empty" | "unknown";
}

const MACHINES: Readonly<Record<number, string>> = { 3: "i686", 8: "mips", 20: "ppc", 21: "ppc64le", 22: "s390x", 40: "armv7l", 62: "x86_64", 183: "aarch64", 243: "riscv64", 258: "loong64" };
const PT_INTERP = 3;

function elfInterpreter(head: Buffer): string | undefined {
  if (head[4] !== 2 || head[5] !== 1) return undefined; // 64 bit, little-endian
  const [offset, size, count] = [Number(head.readBigUInt64LE(32)), head.readUInt16LE(54), head.readUInt16LE(56)];
  for (let index = 0; index < count; index++) {
    const at = offset + index * size;
    if (at + 40 > head.length) return undefined;
    if (head.readUInt32LE(at) !== PT_INTERP) continue;
    const [from, length] = [Number(head.readBigUInt64LE(at + 8)), Number(head.readBigUInt64LE(at + 32))];
    return from + length > head.length ? undefined : head.subarray(from, from + length).toString().replace(/\0.*$/s, "");
  }
  return undefined;
}

export function parseExecutable(head: Buffer): Executable {
  if (head.length === 0) return { format: "empty" };
  if (head.subarray(0, 2).toString("latin1") === "#!") {
    const [interpreter] = head.subarray(2).toString().split("\n")[0]?.trim().split(/\s+/) ?? [];
    return { format: "script", ...(interpreter === undefined || interpreter === "" ? {} : { interpreter }) };
  }
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46) return { format: "unknown" };
  const machine = MACHINES[head.readUInt16LE(18)];
  const interpreter = elfInterpreter(head);
  return { format: "elf", ...(machine === undefined ? {} : { machine }), ...(interpreter === undefined ? {} : { interpreter }) };
}

export const readExecutable = (root: string, path: string): Executable => parseExecutable(readHead(`${root}${path}`));
