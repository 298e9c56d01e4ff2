// Proves clone, barriers, descriptors passed on, undo and its order, tolerance, how a process ends.
import { appendFileSync, readFileSync } from "node:fs";
import { expect, test } from "bun:test";
import type { Op } from "../../src/isa/op.ts";
import { CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER, CLONE_NEWUTS } from "../../src/linux/clone.ts";
import { AT_REMOVEDIR, O_APPEND, O_CREAT, O_RDONLY } from "../../src/linux/fs.ts";
import { child, errno, op, runPlan, Scratch, shell } from "./engine-run.ts";

const FAIL = op("chdir", { path: "/nowhere" });
const note = (scratch: Scratch, data: string): Op => op("writeFile", { path: scratch.path("notes"), data, flags: O_CREAT | O_APPEND });
const notes = (scratch: Scratch): string => readFileSync(scratch.path("notes"), "utf8");

test("undo runs backwards, each op's own forwards, and only what was done", async () => {
  using scratch = new Scratch();
  const step = (name: string) => op("mkdir", { path: scratch.path(name), mode: 0o755 }, { undo: [note(scratch, `${name}1 `), note(scratch, `${name}2 `), op("unlink", { path: scratch.path(name), flags: AT_REMOVEDIR })] });
  const ran = await runPlan([step("a"), step("b"), op("chdir", { path: "/nowhere/either" }, { onError: "ignore", undo: [note(scratch, "never ")] }), step("c"), FAIL, step("d")]);
  expect([ran.status, notes(scratch)]).toEqual([125, "c1 c2 b1 b2 a1 a2 "]);
  expect(["a", "b", "c", "d"].filter((name) => scratch.has(name))).toEqual([]);
});

test("an undo that fails is told, and the others have their turn", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("getpid", { into: 0 }, { undo: [note(scratch, "first")] }),
    op("getpid", { into: 1 }, { undo: [op("unlink", { path: scratch.path("none") }), note(scratch, "second ")] }),
    FAIL,
  ]);
  expect(notes(scratch)).toBe("second first");
  expect(ran.events.map(({ kind, error, text }) => [kind, error, text])).toEqual([["failed", errno("ENOENT"), "/nowhere"], ["ignored", errno("ENOENT"), scratch.path("none")]]);
});

test("no undo at the end of a list that went well, none for another occasion", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("getpid", { into: 0 }, { undo: [note(scratch, "never")] }),
    op("chdir", { path: "/nowhere" }, { when: "stop" }),
    op("chdir", { path: "/nowhere" }, { when: "reboot" }),
    op("exitWith", { status: 7 }),
  ]);
  expect([ran.status, scratch.has("notes"), ran.events.map(({ kind }) => kind)]).toEqual([7, false, ["done"]]);
});

test("tolerance: a listed error goes on, another one fails", async () => {
  const listed = await runPlan([op("chdir", { path: "/nowhere" }, { onError: ["EPERM", "ENOENT"] }), shell("echo on")]);
  expect([listed.out, listed.ignored.map(({ op: id, error }) => [id, error])]).toEqual(["on\n", [[0, errno("ENOENT")]]]);
  const other = await runPlan([op("chdir", { path: "/nowhere" }, { onError: ["EPERM"] }), shell("echo on")]);
  expect([other.status, other.out]).toEqual([125, ""]);
});

test("a child's failure undoes in the child first, then the parent hears EPIPE and undoes", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("mkdir", { path: scratch.path("dir"), mode: 0o755 }, { undo: [op("unlink", { path: scratch.path("dir"), flags: AT_REMOVEDIR })] }),
    op("clone", { flags: 0, name: "setup", pid: 0, body: [
      op("mkdir", { path: scratch.path("dir/in"), mode: 0o755 }, { undo: [op("unlink", { path: scratch.path("dir/in"), flags: AT_REMOVEDIR })] }),
      op("await", { number: 1 }),
      FAIL,
    ] }),
    op("post", { number: 1, to: 0 }),
    op("await", { number: 2, child: 0 }),
  ]);
  expect([ran.status, scratch.has("dir")]).toEqual([125, false]);
  const failures = ran.events.filter(({ kind }) => kind === "failed").map(({ process: name, error, text }) => [name, error, text]);
  expect(failures).toEqual([["setup", errno("ENOENT"), "/nowhere"], ["engine", errno("EPIPE"), "the child has failed"]]);
});

test("barriers: the parent's death is EPIPE to the child, a wrong number EPROTO", async () => {
  using scratch = new Scratch();
  const orphan = await runPlan([
    op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: [op("await", { number: 1 }, { onError: ["EPIPE"] }), note(scratch, "alone")] }),
    op("close", { slot: 0 }),
    op("waitExit", { pidfd: 1, timeout: 5000 }),
  ]);
  expect([orphan.status, notes(scratch), orphan.ignored.map(({ text }) => text)]).toEqual([0, "alone", ["the parent is gone"]]);
  const wrong = await runPlan([op("clone", { flags: 0, name: "child", pid: 0, body: [op("post", { number: 5 })] }), op("await", { number: 6, child: 0 })]);
  expect(wrong.failed).toMatchObject({ error: errno("EPROTO"), text: "heard #5" });
  const kind = await runPlan([op("open", { path: "/", flags: 0, into: 1 }), op("clone", { flags: 0, name: "child", pid: 0, body: [op("sendFd", { slot: 1 })] }), op("await", { number: 6, child: 0 })]);
  expect(kind.failed?.error).toBe(errno("EPROTO"));
  const nobody = await runPlan([op("post", { number: 1 })]);
  expect(nobody.failed).toMatchObject({ error: errno("EBADF"), text: "there is no parent" });
});

test("descriptors go both ways, and to a grandchild by its own parent only", async () => {
  using scratch = new Scratch();
  appendFileSync(scratch.path("down"), "from above");
  const ran = await runPlan([
    op("open", { path: scratch.path("down"), flags: O_RDONLY, into: 0 }),
    op("clone", { flags: 0, name: "child", pid: 1, body: [
      op("recvFd", { into: 3 }),
      op("open", { path: scratch.path("up"), flags: O_CREAT | O_APPEND | 1, into: 4 }),
      op("sendFd", { slot: 4 }),
      op("clone", { flags: 0, name: "grandchild", pid: 5, body: [op("recvFd", { into: 6 }), op("dup", { slot: 6, fd: 0 }), shell("cat")] }),
      op("sendFd", { slot: 3, to: 5 }),
      op("exitWith", { child: 5 }),
    ] }),
    op("sendFd", { slot: 0, to: 1 }),
    op("recvFd", { child: 1, into: 2 }),
    op("writeFile", { path: ["/proc/self/fd/", { slot: 2 }], data: "from below", flags: O_APPEND }),
    op("exitWith", { child: 1 }),
  ]);
  expect([ran.status, ran.out, scratch.read("up")]).toEqual([0, "from above", "from below"]);
  const none = await runPlan([op("clone", { flags: 0, name: "child", pid: 0, body: [op("post", { number: 1 })] }), op("recvFd", { child: 0, into: 1 })]);
  expect(none.failed?.error).toBe(errno("EPROTO"));
  const gone = await runPlan([op("clone", { flags: 0, name: "child", pid: 0, body: [] }), op("recvFd", { child: 0, into: 1 })]);
  expect(gone.failed?.error).toBe(errno("EPIPE"));
});

test("waitExec: executed, ended at once after, failed to execute, killed before", async () => {
  const body = (last: readonly Op[]): readonly Op[] => [op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: last }), op("waitExec", { child: 0 })];
  expect((await runPlan([...body([shell("exit 4")]), op("exitWith", { child: 0 })])).status).toBe(4);
  expect((await runPlan([...body([shell("kill -9 $$")]), op("exitWith", { child: 0 })])).status).toBe(137);
  const missing = await runPlan(body([op("exec", { path: "/no/program", argv: ["x"], env: [] })]));
  expect(missing.events.filter(({ kind }) => kind === "failed").map(({ process: name, error, text }) => [name, error, text]))
    .toEqual([["child", errno("ENOENT"), "/no/program"], ["engine", errno("EPIPE"), "the child has failed"]]);
  const killed = await runPlan([
    op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: [op("await", { number: 1 }), shell("true")] }),
    op("kill", { pidfd: 1, signal: 9 }),
    op("waitExec", { child: 0 }),
  ]);
  expect(killed.failed).toMatchObject({ error: errno("EPIPE"), text: "the child is gone" });
});

test("await that gives up after its milliseconds; the word that comes later is heard", async () => {
  const slow = op("clone", { flags: 0, name: "child", pid: 0, body: [op("await", { number: 1 }), op("post", { number: 2 })] });
  const late = await runPlan([slow, op("await", { number: 2, child: 0, timeout: 20 }, { onError: ["ETIMEDOUT"] }), op("post", { number: 1, to: 0 }), op("await", { number: 2, child: 0, timeout: 60_000 })]);
  expect([late.status, late.events.filter(({ kind }) => kind === "ignored").map(({ op: at, error }) => [at, error])]).toEqual([0, [[1, errno("ETIMEDOUT")]]]);
});

test("kill and waitExit; a process that does not end is ETIMEDOUT", async () => {
  const sleeping = op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: [shell("exec sleep 60")] }, { undo: [op("kill", { pidfd: 1, signal: 9 }), op("waitExit", { pidfd: 1 })] });
  const late = await runPlan([sleeping, op("waitExit", { pidfd: 1, timeout: 20 })]);
  expect(late.failed?.error).toBe(errno("ETIMEDOUT"));
  const killed = await runPlan([sleeping, op("kill", { pidfd: 1, signal: 15 }), op("waitExit", { pidfd: 1, timeout: 5000 }), op("exitWith", { child: 0 })]);
  expect(killed.status).toBe(143);
  expect((await runPlan([op("getpid", { into: 0 }), op("exitWith", { child: 0 })])).failed?.error).toBe(errno("ECHILD"));
});

test("pidfdOpen takes only the process that the record names", async () => {
  const pid = process.pid;
  const since = Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19]);
  expect((await runPlan([op("pidfdOpen", { pid, startTime: since, into: 0 }), op("kill", { pidfd: 0, signal: 0 })])).status).toBe(0);
  expect((await runPlan([op("pidfdOpen", { pid, into: 0 })])).status).toBe(0);
  const other = await runPlan([op("pidfdOpen", { pid, startTime: since + 1, into: 0 })]);
  expect(other.failed).toMatchObject({ error: errno("ESRCH"), text: `process ${pid} is not the one that was recorded` });
});

test("clone makes namespaces, unshare and setns enter them", async () => {
  const ran = await runPlan([
    op("clone", { flags: CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWNS, name: "child", pid: 0, pidfd: 1, body: [op("hostname", { name: "inside" }), op("post", { number: 2 }), op("await", { number: 1 })] }),
    op("await", { number: 2, child: 0 }),
    op("clone", { flags: 0, name: "other", pid: 2, body: [op("setns", { slot: 1, flags: CLONE_NEWUTS }), shell("hostname")] }),
    op("waitExec", { child: 2 }),
    op("exitWith", { child: 2 }),
  ]);
  expect(ran.out).toBe("inside\n");
  const apart = await runPlan(child([op("unshare", { flags: CLONE_NEWUTS }), op("hostname", { name: "apart" }), shell("hostname; hostname outside")]));
  expect([apart.out, Bun.spawnSync(["hostname"]).stdout.toString().trim() === "outside"]).toEqual(["apart\n", false]);
  expect((await runPlan([op("clone", { flags: 0x100, name: "threads", pid: 0, body: [] })])).failed?.error).toBe(errno("EINVAL"));
  expect((await runPlan([op("unshare", { flags: CLONE_NEWUSER | 1 })])).failed?.error).toBe(errno("EINVAL"));
  expect((await runPlan([op("open", { path: "/", flags: 0, into: 0 }), op("setns", { slot: 0, flags: CLONE_NEWUTS })])).failed?.error).toBe(errno("EINVAL"));
});

test("joinParent: dies with its parent, and notices one already gone", async () => {
  using scratch = new Scratch();
  const ran = await runPlan([
    op("clone", { flags: 0, name: "parent", pid: 0, pidfd: 1, body: [
      op("clone", { flags: 0, name: "child", pid: 2, pidfd: 3, body: [op("joinParent", { signal: 9 }), op("post", { number: 1 }), shell("exec sleep 60")] }),
      op("await", { number: 1, child: 2 }),
      op("sendFd", { slot: 3 }),
    ] }),
    op("recvFd", { child: 0, into: 4 }),
    op("waitExit", { pidfd: 4, timeout: 5000 }),
  ]);
  expect(ran.status).toBe(0);
  const late = await runPlan([
    op("clone", { flags: 0, name: "child", pid: 0, pidfd: 1, body: [op("await", { number: 1 }, { onError: "ignore" }), op("joinParent", { signal: 9 }, { onError: "ignore" }), note(scratch, "noticed")] }),
    op("close", { slot: 0 }),
    op("waitExit", { pidfd: 1, timeout: 5000 }),
  ]);
  expect([late.ignored.map(({ error }) => error), notes(scratch)]).toEqual([[errno("EPIPE"), errno("ESRCH")], "noticed"]);
});

test("setsid once; process names are seen in comm and in events", async () => {
  const ran = await runPlan([op("clone", { flags: 0, name: "named", pid: 0, body: [op("setsid", {}), op("setsid", {})] }), op("await", { number: 1, child: 0 })]);
  expect(ran.failed).toMatchObject({ op: 3, process: "named", error: errno("EPERM") });
  const comm = await runPlan([op("clone", { flags: 0, name: "named", pid: 0, body: [op("post", { number: 1 }), op("await", { number: 2 })] }), op("await", { number: 1, child: 0 }), op("spawn", { argv: ["sh", "-c", ["cat /proc/", { slot: 0 }, "/comm"]] })]);
  expect(comm.events.find(({ kind }) => kind === "output")?.text).toBe("named\n");
});
