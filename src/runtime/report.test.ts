import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EVENT_HEAD } from "../isa/events.ts";
import { planBytes } from "../isa/plan-bytes.ts";
import type { Op } from "../isa/op.ts";
import { E_STATUS } from "../isa/schema.ts";
import type { Errno } from "../linux/errno.ts";
import { errnoNumber } from "../linux/errno.ts";
import type { Origin } from "../model/origin.ts";
import { byDefault } from "../model/origin.ts";
import type { Request } from "../model/request.ts";
import type { Report } from "./report.ts";
import { readRecord } from "./failure-record.ts";
import { report } from "./report.ts";

const lxcpath = mkdtempSync(join(tmpdir(), "berth-report-"));
afterAll(() => rmSync(lxcpath, { recursive: true }));
mkdirSync(join(lxcpath, "web/rootfs/sbin"), { recursive: true });
const rootfs = join(lxcpath, "web/rootfs");

interface Said { readonly op: number; readonly error: number | Errno; readonly text?: string; readonly process?: string }
function eventBytes(events: readonly Said[]): Uint8Array {
  return new Uint8Array(events.flatMap(({ op, error, text = "", process = "child" }) => {
    const [name, detail] = [Buffer.from(process), Buffer.from(text)];
    const head = Buffer.alloc(EVENT_HEAD);
    [EVENT_HEAD + name.length + detail.length, 1, op, typeof error === "number" ? error : errnoNumber(error), 5, name.length, detail.length].forEach((value, i) => head.writeUInt32LE(value, 4 * i));
    return [...head, ...name, ...detail];
  }));
}

const at = (key: string, line?: number): Origin => ({ kind: "config", key, ...(line === undefined ? {} : { line }) });
function reportOf(ops: readonly Op[], events: readonly Said[], changes: { readonly verb?: string; readonly name?: string; readonly euid?: number } = {}): Report {
  const { verb = "start", name = "web", euid = 0 } = changes;
  const request: Request = {
    kind: "report", argv: ["lxc-start", "web"], cwd: "/", env: { TMPDIR: lxcpath }, pid: 1, uid: euid, euid, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "0::/\n", prefix: "/p",
    plan: planBytes({ verb, name, lxcpath, ops }), events: eventBytes(events),
  };
  return report(request);
}

const awaitChild: Op = { op: "await", from: byDefault("monitor"), child: 0, number: 6 };
const clone = (body: readonly Op[]): Op => ({ op: "clone", from: byDefault("namespaces"), flags: 0, name: "child", pid: 0, body });

test("the first failure that is no consequence is told: step, process, wish, answer, remedy", () => {
  const source: Op = { op: "openTree", from: at("lxc.mount.entry", 14), path: "/srv/data", flags: 0, into: 1 };
  const said = reportOf([clone([source]), awaitChild], [{ op: 1, error: "EPIPE", process: "launcher" }, { op: 2, error: "ENOENT", text: "/srv/data" }]);
  expect(said.lines.slice(0, 2)).toEqual([
    "the source '/srv/data' of a mount does not exist: no such file or directory (step 2 of 3, process child, for config:14 lxc.mount.entry)",
    "remedy: make it on the host, or add the option `optional`",
  ]);
  expect(said.status).toBe(1);
});

test("a console log that cannot be opened is no failure of init", () => {
  const supervise: Op = { op: "supervise", from: byDefault("monitor"), pid: 0, pidfd: 1, listen: 2, ttys: [], record: "/r/.berth/exit", log: "/gone/log", options: [] };
  expect(reportOf([clone([supervise])], [{ op: 1, error: "ENOENT", text: "console log /gone/log" }]).lines.slice(0, 2)).toEqual([
    "cannot open the console's log '/gone/log': no such file or directory (step 1 of 2, process child, for default monitor)",
    "remedy: correct -L/--console-log or lxc.console.logfile, or make the directory it lies in",
  ]);
});

test("a command that is missing is not blamed on the config", () => {
  const exec: Op = { op: "exec", from: { kind: "option", key: "COMMAND" }, path: "/gone", argv: ["/gone"], env: [] };
  expect(reportOf([clone([exec])], [{ op: 1, error: "ENOENT", text: "/gone" }]).lines.join("\n")).not.toContain("lxc.init.cmd");
});

test("a signal that may not be sent: whose container it is", () => {
  const kill: Op = { op: "kill", from: byDefault("lxc.signal.stop"), pidfd: 0, signal: 9 };
  expect(reportOf([kill], [{ op: 0, error: "EPERM" }], { verb: "stop", euid: 1000 }).lines).toContain("cause: the container was started by another user");
});

test("only consequences: the first of them", () => {
  expect(reportOf([awaitChild], [{ op: 0, error: "EPIPE" }]).lines[0]).toContain("broken pipe");
});

test("no event at all is said as such", () => {
  expect(reportOf([awaitChild], []).lines[0]).toBe("the engine ended without saying why");
});

test("init that is missing, a dangling link, not executable, for another machine", () => {
  const root: Op = { op: "openTree", from: at("lxc.rootfs.path"), path: rootfs, flags: 0, into: 1 };
  const init = (path: string, error: Errno): readonly string[] => reportOf([root, { op: "exec", from: at("lxc.init.cmd"), path, argv: [path], env: [] }], [{ op: 1, error, text: path }]).lines;
  expect(init("/sbin/init", "ENOENT")[1]).toBe(`cause: there is no '/sbin/init' in '${rootfs}'`);
  symlinkSync("/lib/systemd/systemd", join(rootfs, "sbin/link"));
  expect(init("/sbin/link", "ENOENT")[1]).toContain("symbolic link to '/lib/systemd/systemd', which is not there");
  writeFileSync(join(rootfs, "sbin/script"), "#!/bin/nosuch\n");
  expect(init("/sbin/script", "ENOENT")[1]).toContain("interpreter '/bin/nosuch' is not");
  expect(init("/sbin/script", "EACCES")[1]).toContain("not executable (mode 0644)");
});

test("a helper's refusal of the id map names what is granted", () => {
  const helper: Op = { op: "spawn", from: at("lxc.idmap"), argv: ["/usr/bin/newuidmap", "1", "0", "5", "1"] };
  const said = reportOf([helper], [{ op: 0, error: E_STATUS + 1, text: "/usr/bin/newuidmap: newuidmap: uid range [0-1) -> [5-6) not allowed" }], { euid: 4242 });
  expect(said.problem.code).toBe("idmap.range");
  expect(said.lines[1]).toBe("  | newuidmap: uid range [0-1) -> [5-6) not allowed");
  expect(said.lines[2]).toBe("cause: /etc/subuid grants 4242 nothing");
});

test("an init that dies at once: status and console; a hook: its status and words", () => {
  const supervise: Op = { op: "supervise", from: byDefault("monitor"), pid: 0, pidfd: 1, record: "/x/.berth/exit" };
  const died = reportOf([supervise], [{ op: 0, error: E_STATUS + 139, text: "booting\r\noops\r\n" }]);
  expect(died.lines.slice(0, 3)).toEqual(["init was killed by signal 11 as soon as it was started (step 0 of 1, process child, for default monitor)", "  | booting", "  | oops"]);
  const hook: Op = { op: "spawn", from: at("lxc.hook.pre-start", 3), argv: ["/bin/sh", "-c", "x"] };
  const refused = reportOf([hook], [{ op: 0, error: E_STATUS + 4, text: "/bin/sh: no disk" }]);
  expect([refused.problem.code, refused.lines[0], refused.lines[1]]).toEqual(["hook.failed", "lxc.hook.pre-start ended with status 4 (step 0 of 1, process child, for config:3 lxc.hook.pre-start)", "  | no disk"]);
});

test("a systemd without a cgroup: the cause, a status that is no signal, and no escape of its console", () => {
  const supervise: Op = { op: "supervise", from: byDefault("monitor"), pid: 0, pidfd: 1, record: "/x/.berth/exit" };
  const died = reportOf([supervise], [{ op: 0, error: E_STATUS + 255, text: "Failed to create /init.scope control group: Permission denied\r\n\u001b[31m!!!!\u001b[0m\u0007\r\n" }]);
  expect([died.problem.code, died.lines[0]?.split(" as ")[0], died.lines[2]]).toEqual(["cgroup.undelegated", "init ended with status 255", "  | !!!!"]);
});

test("statuses: a shell's for attach, 255 for execute, 2 for a container that has just stopped", () => {
  const exec: Op = { op: "exec", from: byDefault("x"), path: "nosuch", argv: ["nosuch"], env: [] };
  const of = (verb: string, error: Errno): number => reportOf([exec], [{ op: 0, error, text: "nosuch" }], { verb }).status;
  expect([of("attach", "ENOENT"), of("unshare", "EACCES"), of("execute", "ENOENT"), of("start", "ENOENT")]).toEqual([127, 126, 255, 1]);
  expect(reportOf([exec], [{ op: 0, error: "ENOENT", text: "nosuch" }], { verb: "attach" }).lines).toEqual(['Failed to exec "nosuch": no such file or directory']);
  const open: Op = { op: "pidfdOpen", from: byDefault("x"), pid: 1, into: 0 };
  expect(reportOf([open], [{ op: 0, error: "ESRCH" }], { verb: "stop" }).status).toBe(2);
});

test("the record lies beside the container, replaces the last one, follows no link, and is elsewhere when there is no container", () => {
  const mkdir: Op = { op: "mkdir", from: at("lxc.cgroup.dir"), path: "/sys/fs/cgroup/x", mode: 0o755 };
  const once = (name: string): string => reportOf([mkdir], [{ op: 0, error: "EACCES", text: "/sys/fs/cgroup/x" }], { name }).lines.at(-1) ?? "";
  const file = join(lxcpath, "web/.berth/failure");
  expect([once("web"), once("web")]).toEqual([`record: ${file}`, `record: ${file}`]);
  expect(readFileSync(file, "utf8")).toContain("<-- failed in child: EACCES (permission denied)");
  const { text, problems: [problem] } = readRecord(readFileSync(file, "utf8"));
  expect([text.includes(`\ncode: ${problem?.code ?? ""} (docs/reference/problems/`), problem?.step?.errno, text.includes("Problems [")]).toEqual([true, "EACCES", false]);
  const victim = join(lxcpath, "victim");
  mkdirSync(victim);
  mkdirSync(join(lxcpath, "evil"));
  symlinkSync(victim, join(lxcpath, "evil/.berth"));
  expect(once("evil")).toStartWith(`record: ${lxcpath}/berth-evil-`);
  expect(existsSync(join(victim, "failure"))).toBe(false);
  expect(once("none")).toStartWith(`record: ${lxcpath}/berth-none-`);
});

test("a plan that cannot be read back is said as such", () => {
  const bare: Request = { kind: "report", argv: [], cwd: "/", env: {}, pid: 1, uid: 0, euid: 0, gid: 0, egid: 0, isTty: [false, false, false], inheritedFds: [], cgroup: "", prefix: "/p", plan: new Uint8Array(50) };
  expect(report(bare)).toMatchObject({ lines: ["a plan failed, and it cannot be read back"], status: 1 });
});
