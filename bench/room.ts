// Owns what the contenders run: one busybox root file system for each, and a container of each made from it.
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { must } from "./measure.ts";

export const TOP = "/var/lib/berth-bench";
export const NAME = "bench";
const HUNDRED = 100;

/** `label`: what a table calls it, where that is not its name. */
export interface Lxc { readonly name: "berth" | "lxc"; readonly label?: string; readonly bin: string; readonly lxcpath: string; readonly isUnprivileged: boolean }
export const tool = (lxc: Lxc, command: string, ...args: string[]): string[] => [join(lxc.bin, command), "-P", lxc.lxcpath, "-n", NAME, ...args];

const IDMAP = ["lxc.idmap = u 0 100000 65536", "lxc.idmap = g 0 100000 65536"];
export function makeLxc(lxc: Lxc, rootfs: string): void {
  mkdirSync(lxc.lxcpath, { recursive: true });
  const config = join(TOP, "lxc.conf");
  writeFileSync(config, `${["lxc.net.0.type = empty", "lxc.tty.max = 0", ...(lxc.isUnprivileged ? IDMAP : [])].join("\n")}\n`);
  must([join(lxc.bin, "lxc-create"), "-P", lxc.lxcpath, "-n", NAME, "-t", "busybox", "-f", config]);
  if (!existsSync(rootfs)) cpSync(join(lxc.lxcpath, NAME, "rootfs"), rootfs, { recursive: true, verbatimSymlinks: true });
}

/** A build of Berth with a container of each kind. */
export const berths = (dist: string, label: string): readonly Lxc[] => [false, true].map((isUnprivileged) => ({ name: "berth", label, bin: join(dist, "bin"), lxcpath: join(TOP, `${label}${isUnprivileged ? "-u" : ""}`), isUnprivileged }));

/** A hundred stopped containers, the same for both. */
export function makeHundred(): string {
  const lxcpath = join(TOP, "hundred");
  for (let i = 0; i < HUNDRED; i++) {
    const folder = join(lxcpath, `c${String(i).padStart(3, "0")}`);
    mkdirSync(join(folder, "rootfs"), { recursive: true });
    writeFileSync(join(folder, "config"), `lxc.rootfs.path = dir:${folder}/rootfs\nlxc.uts.name = c${i}\nlxc.net.0.type = empty\n`);
  }
  return lxcpath;
}

interface Spec { process: { terminal: boolean; args: string[] }; root: { path: string; readonly: boolean } }
/** A bundle for runc and crun: their own default spec, without a terminal. */
function makeBundle(name: string, rootfs: string, args: string[]): string {
  const bundle = join(TOP, name);
  mkdirSync(bundle, { recursive: true });
  must(["runc", "spec", "--bundle", bundle]);
  const spec: Spec = JSON.parse(must(["cat", join(bundle, "config.json")]));
  spec.process.terminal = false;
  spec.process.args = args;
  spec.root = { path: rootfs, readonly: false };
  writeFileSync(join(bundle, "config.json"), JSON.stringify(spec));
  return bundle;
}

export interface Room { readonly rootfs: string; readonly lxcs: readonly Lxc[]; readonly hundred: string; readonly idle: string; readonly once: string }
export function makeRoom(dist: string): Room {
  rmSync(TOP, { recursive: true, force: true });
  mkdirSync(TOP, { recursive: true });
  const rootfs = join(TOP, "rootfs");
  const lxcs: Lxc[] = [false, true].flatMap((isUnprivileged) => [
    { name: "berth", bin: join(dist, "bin"), lxcpath: join(TOP, isUnprivileged ? "berth-u" : "berth"), isUnprivileged },
    { name: "lxc", bin: "/usr/bin", lxcpath: join(TOP, isUnprivileged ? "lxc-u" : "lxc"), isUnprivileged },
  ]);
  for (const lxc of lxcs) makeLxc(lxc, rootfs);
  return { rootfs, lxcs, hundred: makeHundred(), idle: makeBundle("idle", rootfs, ["/bin/sleep", "1000"]), once: makeBundle("once", rootfs, ["/bin/true"]) };
}
export function leaveRoom(room: Room): void {
  for (const lxc of room.lxcs) Bun.spawnSync([...tool(lxc, "lxc-destroy", "-f")]);
  rmSync(TOP, { recursive: true, force: true });
}
