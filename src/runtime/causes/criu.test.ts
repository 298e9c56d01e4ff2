import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { criuFinding } from "./criu.ts";
import type { Failure } from "./failure.ts";

const folder = mkdtempSync("/tmp/berth-criu-");
afterAll(() => { rmSync(folder, { recursive: true }); });
const log = `${folder}/dump.log`;
const failure = (status: number | undefined, subject = "/usr/sbin/criu"): Failure => ({
  op: { op: "spawn", process: "launcher", sentence: "run criu", origin: "", subject, note: `its processes are written; its log: ${log}` },
  step: 2, process: "launcher", error: status === undefined ? 2 : 4096 + status, errno: status === undefined ? "ENOENT" : undefined, status, text: subject, notes: { verb: "checkpoint", name: "web", lxcpath: "/srv", ops: [] }, euid: 0, env: {},
});

test("CRIU's first error is the reason, what follows is told too; what its programs and limits say is noise", () => {
  writeFileSync(log, [
    "(00.000001) Error (criu/rlimit.c:16): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted", "(00.1) Warn  (criu/x.c:1): not this", "Error (criu/util.c:642): exited, status=1",
    "(03.152215)      1: Error (criu/tty.c:2399): tty: Unable to find a master for /4", "(03.766827) Error (criu/cr-dump.c:2111): Dumping FAILED.", "",
  ].join("\n"));
  expect(criuFinding(failure(1))).toMatchObject({ text: "CRIU could not do it: tty: Unable to find a master for /4", cause: `Dumping FAILED.; its log says more: ${log}` });
});

test("without times in the log, as below -v4; a firewall's programs that are not there are no reason", () => {
  writeFileSync(log, [
    'Error (criu/util.c:641): execvp("iptables-restore", ...) failed: No such file or directory', "     1: Error (criu/util.c:1722): ip6tables-legacy-restore -V failed", "Error: ipv4: Address already assigned.",
    "     1: Error (criu/image.c:630): Unable to open tty-info.img: Permission denied", "Error (criu/cr-restore.c:2320): Restoring FAILED.", "Error (criu/cgroup.c:1998): cg: cgroupd: recv req error: No such file or directory", "",
  ].join("\n"));
  expect(criuFinding(failure(1))).toMatchObject({ text: "CRIU could not do it: Unable to open tty-info.img: Permission denied", cause: `Restoring FAILED.; cg: cgroupd: recv req error: No such file or directory; its log says more: ${log}` });
});

test("without a word in its log, and when it cannot be run; no other program", () => {
  writeFileSync(log, "");
  expect(criuFinding(failure(1))?.text).toBe("CRIU could not do it: it ended with status 1");
  expect(criuFinding(failure(undefined))).toMatchObject({ text: "criu cannot be run", cause: "it is not installed" });
  expect(criuFinding(failure(1, "/usr/bin/newuidmap"))).toBeUndefined();
});
