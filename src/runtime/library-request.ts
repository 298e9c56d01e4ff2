// Owns the request of a program that uses the library: it speaks for its own process.
import { existsSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import type { Request } from "../model/request.ts";

/** For whom and from where things are done. */
export interface LibraryRequestOptions {
  /** Where Berth is installed; the tree this file lies in when not given. */
  readonly prefix?: string;
  /** What paths are relative to; this program's own unless said. */
  readonly cwd?: string;
  /** What is believed of the environment (HOME, PATH, proxies); this program's own unless said. */
  readonly env?: Readonly<Record<string, string>>;
}

const ENGINE = "libexec/berth/berth-engine";

/** dist/lib/runtime/… lies in dist; src/runtime/… beside it. */
function ownPrefix(): string {
  const above = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
  return [above, `${above}/..`, `${above}/dist`].find((folder) => existsSync(`${folder}/${ENGINE}`)) ?? above;
}

const ownEnvironment = (): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));

/** The request of this program: its own ids, directory and environment. */
export function libraryRequest(options: LibraryRequestOptions = {}): Request {
  const id = (read: (() => number) | undefined): number => read?.() ?? 0;
  return {
    kind: "command", argv: ["berth"], cwd: options.cwd ?? process.cwd(), env: options.env ?? ownEnvironment(), pid: process.pid,
    uid: id(process.getuid), euid: id(process.geteuid), gid: id(process.getgid), egid: id(process.getegid),
    isTty: [isatty(0), isatty(1), isatty(2)], inheritedFds: [], cgroup: readFileSync("/proc/self/cgroup", "utf8"), prefix: options.prefix ?? ownPrefix(),
  };
}
