// Writes the encoded plan of a daemonised start, as this user sees the machine: bun plan-file.ts LXCPATH NAME FILE DIST
// Prints the ops that a start or a stop runs, undo left out: [{ id, op, process }].
import { readFileSync, writeFileSync } from "node:fs";
import { fieldOf, numbered } from "../../src/isa/encode.ts";
import type { Op } from "../../src/isa/op.ts";
import { planBytes } from "../../src/isa/plan-bytes.ts";
import { start } from "../../src/runtime/start.ts";

const [lxcpath = "", name = "", file = "", prefix = ""] = process.argv.slice(2);
const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
const plan = await start({
  kind: "command", argv: ["lxc-start", "-n", name, "-d"], cwd: "/", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, pid: process.pid, uid, euid: uid, gid, egid: gid,
  isTty: [false, false, false], inheritedFds: [], cgroup: readFileSync("/proc/self/cgroup", "utf8"), prefix,
}, { name, lxcpath }, { isDaemon: true, command: [], closeAllFds: false, share: {}, define: [] });
if (!plan.ok) throw new Error(JSON.stringify(plan.problems));
writeFileSync(file, planBytes(plan.value));

const ids = new Map(numbered(plan.value).map((op, id) => [op, id]));
const isOps = (value: unknown): value is readonly Op[] => Array.isArray(value);
function walk(ops: readonly Op[], inProcess: string): { id: number | undefined; op: string; process: string }[] {
  return ops.flatMap((op) => {
    const body = op.op === "clone" ? fieldOf(op, "body") : undefined;
    const own = { id: ids.get(op), op: op.op, process: inProcess };
    return isOps(body) && op.op === "clone" ? [own, ...walk(body, String(op.name))] : [own];
  });
}
console.log(JSON.stringify(walk(plan.value.ops, "launcher")));
