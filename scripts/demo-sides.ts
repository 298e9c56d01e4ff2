// Owns the demo's view of one container from both sides: ids, processes, mounts.
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

interface Process { readonly pid: string; readonly uid: string; readonly name: string }
const status = (text: string, key: string): string[] => (new RegExp(`^${key}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "").split(/\s+/);

/** Processes of init's pid namespace as the host sees them, by their pid inside. */
function seenOutside(namespace: string): Map<string, Process> {
  const seen = new Map<string, Process>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${pid}/status`, "utf8");
      const inner = status(text, "NSpid").at(-1) ?? "";
      const isInside = status(text, "NSpid").length > 1 && readFileSync(`/proc/${pid}/cgroup`, "utf8") !== "" && sameNamespace(pid, namespace);
      if (isInside) seen.set(inner, { pid, uid: status(text, "Uid")[0] ?? "", name: status(text, "Name")[0] ?? "" });
    } catch { /* gone while we looked */ }
  }
  return seen;
}
function sameNamespace(pid: string, namespace: string): boolean {
  return spawnSync("readlink", [`/proc/${pid}/ns/pid`], { encoding: "utf8" }).stdout === namespace;
}

function table(title: string, rows: readonly (readonly [string, string])[]): void {
  const width = Math.max(...rows.map(([left]) => left.length), 34);
  console.log(`   ${title}`);
  console.log(`   ${"inside".padEnd(width)} | outside`);
  console.log(`   ${"-".repeat(width)}-+-${"-".repeat(34)}`);
  for (const [left, right] of rows) console.log(`   ${left.padEnd(width)} | ${right}`);
}

const PROCESSES = 'for p in /proc/[0-9]*; do while read k v r; do case $k in Name:) n=$v;; Pid:) i=$v;; Uid:) echo "$i $v $n"; break;; esac; done 2>/dev/null < $p/status; done';
interface Mounted { readonly device: string; readonly root: string; readonly point: string; readonly type: string; readonly source: string }
/** proc(5) mountinfo. */
function mountinfo(pid: string): Mounted[] {
  return readFileSync(`/proc/${pid}/mountinfo`, "utf8").trim().split("\n").map((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , device = "", root = "", point = ""] = left.split(" ");
    const [type = "", source = ""] = right.split(" ");
    return { device, root, point, type, source };
  });
}

/** Prints ids, processes and mounts of a running container side by side. */
export function showBothSides(dist: string, lxcpath: string, name: string): void {
  const inside = (script: string): string[] => {
    const { stdout } = spawnSync(join(dist, "bin/lxc-attach"), ["-P", lxcpath, "-n", name, "--clear-env", "--", "sh", "-c", script], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    return stdout.trim().split("\n");
  };
  const init = spawnSync(join(dist, "bin/lxc-info"), ["-P", lxcpath, "-n", name, "-p", "-H"], { encoding: "utf8" }).stdout.trim();
  const namespace = spawnSync("readlink", [`/proc/${init}/ns/pid`], { encoding: "utf8" }).stdout;
  const outside = seenOutside(namespace);
  const map = (file: string): string => readFileSync(`/proc/${init}/${file}`, "utf8").trim().split(/\s+/).join(" ");
  table("ids: first inside, first outside, how many", [[`uid 0 .. ${Number(map("uid_map").split(" ")[2]) - 1}`, `uid_map ${map("uid_map")}`], ["gid likewise", `gid_map ${map("gid_map")}`]]);
  const rows = inside(PROCESSES).map((line) => line.split(" ")).map(([pid = "", uid = "", comm = ""]): [string, string] => {
    const twin = outside.get(pid);
    return [`pid ${pid.padEnd(4)} uid ${uid.padEnd(5)} ${comm}`, twin === undefined ? "(the command that looked; gone)" : `pid ${twin.pid.padEnd(7)} uid ${twin.uid.padEnd(8)} ${twin.name}`];
  });
  table("processes", rows.filter(([left]) => !left.endsWith(" sh")));
  const host = new Map(mountinfo("self").map(({ device, point }) => [device, point]));
  table("mounts", mountinfo(init).map(({ device, point, root, type, source }): [string, string] => {
    const known = host.get(device);
    return [`${point} ${type}`, known === undefined ? "not to be seen there: its own" : `${root === "/" ? known : root}, of the host's ${source}`];
  }));
}
