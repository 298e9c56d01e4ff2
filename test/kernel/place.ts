// Owns where kernel tests make their containers: one lxcpath of its own for each kind of container,
// the built commands, and the proof at the end that nothing is left.
import { expect } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chownSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { leaksAtLast, snapshot } from "./leaks.ts";
import type { Snapshot, Watch } from "./leaks.ts";
import { asUser, delegate, makeUser, removeUser } from "./users.ts";
import type { Context, User } from "./users.ts";

export const ROOT: string = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
export const DIST: string = process.env["BERTH_DIST"] ?? join(ROOT, "dist");

export type Kind = "privileged" | "root-owned" | "user-owned" | "user-owned, delegated" | "single-id maps";
export const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned", "user-owned, delegated"];

export interface Ran { readonly status: number; readonly stdout: string; readonly stderr: string }
export interface RunOptions { readonly input?: string; readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly isFromRoot?: boolean }

export interface Place {
  readonly kind: Kind;
  readonly mark: string;
  /** The container's usual name; carries the mark. */
  readonly name: string;
  readonly lxcpath: string;
  readonly user?: User;
  readonly watch: Watch;
  readonly before: Snapshot;
  /** Host id of the container's root. */
  readonly rootId: number;
  readonly config: readonly string[];
  /** How commands get into a network of the test's own, see net-room.ts. */
  readonly into?: readonly string[];
}

let count = 0;
/** Marks of the places that are still there: what is theirs is not looked at before they are left. */
const marks = new Set<string>();
const PATIENCE_MS = 120_000;

function idmap(kind: Kind): readonly string[] {
  switch (kind) {
    case "privileged": return [];
    case "root-owned": return ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"];
    case "single-id maps": return ["lxc.idmap = u 0 2001 1", "lxc.idmap = u 1000 2002 1", "lxc.idmap = g 0 2001 1", "lxc.idmap = g 1000 2002 1"];
    default: return ["lxc.idmap = u 0 300000 65536", "lxc.idmap = g 0 300000 65536"];
  }
}
const ROOT_IDS: Readonly<Record<Kind, number>> = { privileged: 0, "root-owned": 100000, "user-owned": 300000, "user-owned, delegated": 300000, "single-id maps": 2001 };

export function makePlace(kind: Kind): Place {
  const mark = `bt${process.pid.toString(36)}${(count++).toString(36)}`;
  const grants = kind === "single-id maps" ? ["2001:1", "2002:1"] : ["300000:65536"];
  const user = kind.startsWith("user") || kind === "single-id maps" ? makeUser(mark, { subuid: grants, subgid: grants }) : undefined;
  if (user !== undefined && kind === "user-owned, delegated") delegate(user);
  const lxcpath = `/var/lib/berth-test-${mark}`;
  const before = snapshot({ mark, folders: [] });
  marks.add(mark);
  mkdirSync(lxcpath, { recursive: true });
  if (user !== undefined) chownSync(lxcpath, user.uid, user.gid);
  return { kind, mark, name: `${mark}c`, lxcpath, watch: { mark, folders: [lxcpath] }, before, rootId: ROOT_IDS[kind], config: [...idmap(kind), "lxc.net.0.type = empty"], ...(user === undefined ? {} : { user }) };
}

/** Removes the place; a leak fails the test that asked. */
export async function leavePlace(place: Place): Promise<void> {
  spawnSync(join(DIST, "bin/lxc-stop"), ["-k", "-P", place.lxcpath, "-n", place.name]); // of a test that failed half way
  if (place.user !== undefined) removeUser(place.user);
  rmSync(place.lxcpath, { recursive: true, force: true });
  rmSync(`/run/lxc/lock${place.lxcpath}`, { recursive: true, force: true }); // locks of configs stay, as in LXC
  marks.delete(place.mark);
  expect(await leaksAtLast(place.before, { ...place.watch, others: [...marks] })).toEqual([]);
}

const contextOf = (kind: Kind): Context => (kind === "user-owned, delegated" ? "delegated" : "setpriv");
/** argv for running something as the place's owner. */
export function argvFor(place: Place, argv: readonly string[], isFromRoot = false): string[] {
  return [...(place.into ?? []), ...(place.user === undefined || isFromRoot ? argv : asUser(place.user, contextOf(place.kind), argv))];
}

/** Runs a command of dist/bin as the owner; `-P LXCPATH` is put in. */
export function berth(place: Place, command: string, args: readonly string[] = [], options: RunOptions = {}): Ran {
  const [program = "", ...rest] = argvFor(place, [join(DIST, "bin", command), ...(args.includes("-P") ? [] : ["-P", place.lxcpath]), ...args], options.isFromRoot);
  const { status, signal, stdout, stderr, error } = spawnSync(program, rest, {
    encoding: "utf8", input: options.input ?? "", timeout: PATIENCE_MS, killSignal: "SIGKILL", ...(options.cwd === undefined ? {} : { cwd: options.cwd }), ...(options.env === undefined ? {} : { env: { ...options.env } }),
  });
  if (error !== undefined) throw error;
  return { status: status ?? 128 + (signal === "SIGKILL" ? 9 : 15), stdout, stderr };
}
/** The same, but it must work: what it printed on stdout. */
export function works(place: Place, command: string, args: readonly string[] = [], options: RunOptions = {}): string {
  const ran = berth(place, command, args, options);
  expect({ command: `${command} ${args.join(" ")}`, status: ran.status, stderr: ran.status === 0 ? "" : ran.stderr }).toEqual({ command: `${command} ${args.join(" ")}`, status: 0, stderr: "" });
  return ran.stdout;
}
/** Runs a command with a terminal on all three, by script(1). */
export function onTerminal(place: Place, command: string, args: readonly string[], input = ""): Ran {
  const line = [join(DIST, "bin", command), "-P", place.lxcpath, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const [program = "", ...rest] = argvFor(place, ["script", "-qec", line, "/dev/null"]);
  const { status, stdout, stderr } = spawnSync(program, rest, { encoding: "utf8", input, timeout: PATIENCE_MS });
  return { status: status ?? 143, stdout, stderr };
}
/** The same, without waiting for its end. */
export function berthStarted(place: Place, command: string, args: readonly string[]): ChildProcess {
  const [program = "", ...rest] = argvFor(place, [join(DIST, "bin", command), "-P", place.lxcpath, ...args]);
  return spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
}
/** Also of one that ended before anybody asked: its event has gone by. */
export const ended = (child: ChildProcess): Promise<number> => new Promise((resolve) => {
  const tell = (code: number | null, signal: NodeJS.Signals | null): void => resolve(code ?? (signal === "SIGKILL" ? 137 : 143));
  if (child.exitCode === null && child.signalCode === null) child.once("exit", tell);
  else tell(child.exitCode, child.signalCode);
});

/** Writes a config beside the containers and creates a busybox container with it. */
export function create(place: Place, more: readonly string[] = [], name: string = place.name): void {
  const file = join(place.lxcpath, `${name}.conf`);
  writeFileSync(file, `${[...place.config, ...more].join("\n")}\n`);
  works(place, "lxc-create", ["-n", name, "-t", "busybox", "-f", file]);
  rmSync(file);
}
export const start = (place: Place, args: readonly string[] = []): string => works(place, "lxc-start", ["-n", place.name, "-d", ...args]);
export const state = (place: Place, name: string = place.name): string => works(place, "lxc-info", ["-n", name, "-sH"]).trim();
export const initPid = (place: Place): number => Number(works(place, "lxc-info", ["-n", place.name, "-pH"]).trim());
/** What a shell line prints inside. */
export const inside = (place: Place, line: string): string => works(place, "lxc-attach", ["-n", place.name, "--clear-env", "--", "sh", "-c", line]).trim();
/** Waits until something is true; gives up after a while. */
export async function eventually(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
