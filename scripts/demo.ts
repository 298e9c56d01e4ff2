// npm run demo [-- --quick]: from nothing to a running, unprivileged system container, and back to nothing.
// Every step is a command anyone can type; it is shown before it runs. --quick: busybox, offline.
import { existsSync, rmSync, rmdirSync, writeFileSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { DIST, build } from "./build.ts";
import { debianImage } from "./demo-image.ts";
import { delegation, findRoom, makeRoom } from "./demo-room.ts";
import type { Room } from "./demo-room.ts";
import { showBothSides } from "./demo-sides.ts";
import { ROOT } from "./step.ts";
import { SYSTEMD_UP } from "./systemd-up.ts";
import { leaksAtLast, snapshot } from "../test/kernel/leaks.ts";

const isQuick = process.argv.includes("--quick");
const NAME = isQuick ? "berthdemoquick" : "berthdemo";
const begin = performance.now();
let stageNumber = 0;
type Guest = "debian" | "busybox";

const say = (text: string): void => console.log(text);
function stage(title: string): void {
  say(`\n== ${++stageNumber}. ${title}  (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
}

/** Runs a command of dist/bin with this terminal, showing it first. */
function berth(room: Room, command: string, args: readonly string[] = [], options: { readonly isCaptured?: boolean; readonly mayFail?: boolean } = {}): { status: number; output: string } {
  const argv = ["-P", room.lxcpath, "-n", NAME, ...args];
  say(`$ ${command} ${argv.map((word) => (/^[\w./:=,+-]+$/.test(word) ? word : `'${word}'`)).join(" ")}`);
  const { status, stdout, error } = spawnSync(join(DIST, "bin", command), argv, { encoding: "utf8", stdio: ["ignore", options.isCaptured === true ? "pipe" : "inherit", "inherit"] });
  if (error !== undefined) throw error;
  if (status !== 0 && options.mayFail !== true) throw new Error(`${command} ended with status ${status}`);
  return { status: status ?? 1, output: stdout ?? "" };
}

function config(room: Room, guest: Guest): string {
  const path = join(room.lxcpath, `${NAME}.conf`);
  const lines = [
    "# made by npm run demo",
    `lxc.idmap = u 0 ${room.uids.join(" ")}`,
    `lxc.idmap = g 0 ${room.gids.join(" ")}`,
    "lxc.net.0.type = empty",
    "lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed",
    "lxc.tty.max = 1",
    "lxc.pty.max = 1024",
    `lxc.uts.name = ${NAME}`,
    // what a guest must not touch anyway; systemd leaves out the units that would need it
    "lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio",
    ...(guest === "busybox" ? [] : ["lxc.signal.halt = SIGRTMIN+3"]),
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

/** Waits for the container's own word that it is up; a line now and then shows that it lives. */
async function waitUntilUp(room: Room, guest: Guest): Promise<string> {
  if (guest === "busybox") return "running (busybox init)";
  const child = spawn(join(DIST, "bin/lxc-attach"), ["-P", room.lxcpath, "-n", NAME, "--clear-env", "--", ...SYSTEMD_UP], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => { output += chunk.toString(); });
  child.stderr.on("data", (chunk: Buffer) => { output += chunk.toString(); });
  const tick = setInterval(() => say("   still booting …"), 5000);
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  clearInterval(tick);
  return `${output.trim()} (status ${status})`;
}

function failedUnits(room: Room): void {
  const { output } = berth(room, "lxc-attach", ["--clear-env", "--", "systemctl", "--no-pager", "--plain", "--no-legend", "list-units", "--failed"], { isCaptured: true, mayFail: true });
  if (output.trim() !== "") say(output.trimEnd());
}

/** Boots it. False where this session does not allow that: the reason has been said. */
async function boot(room: Room, guest: Guest, mayFail: boolean): Promise<boolean> {
  stage("boot it");
  const { status } = berth(room, "lxc-start", ["-d"], { mayFail });
  if (status !== 0) return false;
  stage(guest === "busybox" ? "see that it runs" : "wait until its systemd says it is up");
  const word = await waitUntilUp(room, guest);
  say(`   it says: ${word}`);
  if (word.startsWith("degraded")) failedUnits(room);
  if (/^(running|degraded)/.test(word)) return true;
  if (!mayFail) throw new Error(`systemd did not come up: ${word}`);
  return false;
}

function look(room: Room): void {
  stage("the same container from inside and from outside");
  showBothSides(DIST, room.lxcpath, NAME);
  stage("run a command in it");
  berth(room, "lxc-attach", ["--clear-env", "--", "sh", "-c", "echo hello from $(hostname), I am $(id -un) and pid 1 is $(cat /proc/1/comm)"]);
  berth(room, "lxc-info");
  stage("stop it with its halt signal");
  berth(room, "lxc-stop", ["-t", "60"]);
  berth(room, "lxc-info");
}

/** A container's whole life. False when it could not boot in this session. */
async function life(room: Room, guest: Guest, mayFail: boolean): Promise<boolean> {
  stage(guest === "busybox" ? "the image: busybox, already on this machine" : "the image: Debian, made from Debian's own packages");
  const template = guest === "busybox" ? "busybox" : await debianImage(say);
  const file = config(room, guest);
  try {
    stage("create the container");
    berth(room, "lxc-create", ["-f", file, "-t", template]);
    const isUp = await boot(room, guest, mayFail);
    if (isUp) look(room);
    return isUp;
  } finally {
    stage("destroy it");
    berth(room, "lxc-destroy", ["-f"], { mayFail: true });
    rmSync(file);
  }
}

/** Gives back what a demo that was killed left. */
function clean(room: Room): void {
  if (!existsSync(join(room.lxcpath, NAME))) return;
  say("an earlier demo was interrupted: removing what it left");
  berth(room, "lxc-destroy", ["-f"], { mayFail: true });
}

async function demo(): Promise<void> {
  const room = findRoom();
  const session = delegation();
  say(`Berth, as ${room.user}; container ${NAME} in ${room.lxcpath}; ids ${room.uids[0]} to ${room.uids[0] + room.uids[1] - 1} are its own`);
  for (const remark of [...room.remarks, session.text]) say(`   ${remark}`);
  stage("build Berth");
  await build((line) => say(`   ${line}`));
  makeRoom(room);
  clean(room);
  const watch = { mark: NAME, folders: [room.lxcpath] };
  const before = snapshot(watch);
  const isAllowed = room.isRoot || session.isComplete;
  const isUp = await life(room, isQuick ? "busybox" : "debian", !isQuick && !isAllowed);
  if (!isUp) {
    say(`\n   This is as far as a whole Debian gets in this session: ${session.text},`);
    say("   and systemd cannot work without a cgroup of its own. It boots to the end as root, or in a session that may make cgroups:");
    say("     systemd-run --user --scope -p Delegate=yes npm run demo");
    say("   A container without systemd needs none of that. The same stages with busybox:");
    await life(room, "busybox", false);
  }
  stage("is anything left?");
  const left = await leaksAtLast(before, watch);
  for (const thing of left) say(`   LEFT: ${thing}`);
  if (left.length > 0) throw new Error("the container left something behind");
  try { rmdirSync(room.lxcpath); } catch { /* other containers live there */ }
  say("   no mount, no cgroup, no process, no network link, no socket, no file. Nothing.");
}

try {
  await demo();
  say(`\nDone in ${((performance.now() - begin) / 1000).toFixed(1)} s. Your turn: ${join(ROOT, "dist/bin")} holds the commands; README.md shows the first steps.`);
} catch (error) {
  console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
