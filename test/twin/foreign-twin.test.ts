// A container that Debian's LXC has started, driven by Berth's commands: what they say and do is what LXC's own do.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DIST, ended, eventually } from "../kernel/place.ts";
import { asUser, delegate, lendRoot, makeUser, removeUser } from "../kernel/users.ts";
import type { User } from "../kernel/users.ts";

const PATIENCE_MS = 90_000;
interface Ran { readonly out: string; readonly err: string; readonly status: number | null }
const mapped = (id: number): readonly string[] => [`lxc.idmap = u 0 ${id} 65536`, `lxc.idmap = g 0 ${id} 65536`];
const KINDS: readonly (readonly [string, readonly string[]])[] = [["privileged", []], ["root-owned", mapped(100000)], ["user-owned", mapped(300000)]];

describe.each(KINDS)("%s", (kind, lines) => {
  const lxcpath = mkdtempSync(join(tmpdir(), "foreign-twin-"));
  const name = `twinf${process.pid}${kind.charAt(0)}`;
  let [user, giveBack]: [User | undefined, () => void] = [undefined, () => undefined];
  const argvOf = (argv: readonly string[]): readonly string[] => (user === undefined ? argv : asUser(user, "delegated", argv));
  const call = (folder: string, [command = "", ...words]: readonly string[]): Ran => {
    const [program = "", ...rest] = argvOf([join(folder, command), "-P", lxcpath, "-n", name, ...words]);
    const { stdout, stderr, status } = spawnSync(program, rest, { encoding: "utf8", input: "", timeout: PATIENCE_MS });
    return { out: stdout, err: stderr, status };
  };
  const theirs = (...words: readonly string[]): Ran => call("/usr/bin", words);
  const ours = (...words: readonly string[]): Ran => call(join(DIST, "bin"), words);
  const berth = (verb: string, ...words: readonly string[]): Ran => {
    const [program = "", ...rest] = argvOf([join(DIST, "bin/berth"), verb, "-P", lxcpath, name, ...words]);
    const { stdout, stderr, status } = spawnSync(program, rest, { encoding: "utf8", input: "", timeout: PATIENCE_MS });
    return { out: stdout, err: stderr, status };
  };
  const works = (ran: Ran): string => {
    expect({ status: ran.status, err: ran.err }).toEqual({ status: 0, err: "" });
    return ran.out;
  };
  const waitFor = (wanted: string): ChildProcess => {
    const [program = "", ...rest] = argvOf([join(DIST, "bin/lxc-wait"), "-P", lxcpath, "-n", name, "-s", wanted, "-t", "60"]);
    return spawn(program, rest, { stdio: "ignore" });
  };
  const start = (): void => { works(theirs("lxc-start")); };
  const state = (): string => works(ours("lxc-info", "-sH")).trim();

  beforeAll(() => {
    chmodSync(lxcpath, 0o755);
    if (kind === "root-owned") giveBack = lendRoot("100000:65536");
    if (kind === "user-owned") {
      user = makeUser(`bt${process.pid.toString(36)}f`, { subuid: ["300000:65536"], subgid: ["300000:65536"] });
      delegate(user);
      chownSync(lxcpath, user.uid, user.gid);
    }
    const config = join(lxcpath, "some.conf");
    writeFileSync(config, `${["lxc.net.0.type = empty", "lxc.seccomp.profile = /usr/share/lxc/config/common.seccomp", "lxc.cap.drop = sys_time", ...lines].join("\n")}\n`);
    works(ours("lxc-create", "-t", "busybox", "-f", config));
    start();
  }, PATIENCE_MS);
  afterAll(() => {
    theirs("lxc-stop", "-k");
    ours("lxc-destroy");
    if (user !== undefined) removeUser(user);
    giveBack();
    rmSync(lxcpath, { recursive: true, force: true });
    rmSync(`/run/lxc/lock${lxcpath}`, { recursive: true, force: true });
  }, PATIENCE_MS);

  const SAME: readonly (readonly string[])[] = [
    ["lxc-info", "-sp"], ["lxc-info", "-i"], ["lxc-ls", "-f", "-F", "NAME,STATE,PID"], ["lxc-wait", "-s", "RUNNING"], ["lxc-cgroup", "memory.limit_in_bytes"],
    ["lxc-attach", "--", "sh", "-c", "exit 7"], ["lxc-attach", "--clear-env", "--", "env"], ["lxc-attach", "--", "id"], ["lxc-attach", "--", "hostname"], ["lxc-attach", "--", "/no/such"],
    ["lxc-attach", "--", "cat", "/proc/self/cgroup"], ["lxc-attach", "--", "grep", "-E", "^(Cap|NoNewPrivs|Seccomp)", "/proc/self/status"], ["lxc-attach", "-s", "NETWORK|UTSNAME", "--", "hostname"],
  ];
  test.each(SAME.map((line) => [line.join(" "), line] as const))("%s", (_, line) => {
    const [by, our] = [theirs(...line), ours(...line)];
    // LXC writes the filters that it has loaded in several, ours in one; and it puts a command one cgroup deeper on v2
    const shape = (text: string): string => text.replace(/^Seccomp_filters:.*$/m, "").replace(/^0::\/\.lxc$/m, "0::/").replace(/\n+$/, "\n");
    expect({ out: shape(our.out), status: our.status }).toEqual({ out: shape(by.out), status: by.status });
  }, PATIENCE_MS);

  test("numbers: lxc-info -S, berth stats, lxc-top, lxc-ps", () => {
    expect(works(ours("lxc-info", "-S")).replaceAll(/[\d.]+ (seconds|bytes|[KM]iB)/g, "N")).toBe(works(theirs("lxc-info", "-S")).replaceAll(/[\d.]+ (seconds|bytes|[KM]iB)/g, "N"));
    expect(JSON.parse(works(berth("stats", "--format", "json")))).toMatchObject([{ name, state: "RUNNING" }]);
    const ps = works(ours("lxc-ps", "--", "-e", "-o", "pid,comm")).split("\n");
    expect(ps.some((line) => line.startsWith(`${name} `) && line.endsWith(" init"))).toBe(true);
  }, PATIENCE_MS);

  test("freeze and unfreeze, seen by both; a wait for it hears of it", async () => {
    const waiting = waitFor("FROZEN");
    works(ours("lxc-freeze"));
    expect(await ended(waiting)).toBe(0);
    expect([state(), works(theirs("lxc-info", "-sH")).trim()]).toEqual(["FROZEN", "FROZEN"]);
    expect(ours("lxc-attach", "--", "true").err).toContain(`${name} is frozen`);
    works(ours("lxc-unfreeze"));
    expect([state(), works(theirs("lxc-info", "-sH")).trim()]).toEqual(["RUNNING", "RUNNING"]);
  }, PATIENCE_MS);

  test("a limit is set, and a device is added", () => {
    works(ours("lxc-cgroup", "memory.limit_in_bytes", String(256 << 20)));
    expect(works(theirs("lxc-cgroup", "memory.limit_in_bytes")).trim()).toBe(String(256 << 20));
    if (kind !== "privileged") return;
    works(ours("lxc-device", "--", "add", "/dev/zero", "/dev/twin-zero"));
    expect(works(theirs("lxc-attach", "--", "ls", "/dev/twin-zero"))).toBe("/dev/twin-zero\n");
  }, PATIENCE_MS);

  test("a mount into it, and away again", () => {
    mkdirSync(join(lxcpath, "given"));
    writeFileSync(join(lxcpath, "given/file"), "of the host\n");
    works(berth("mount", join(lxcpath, "given"), "/mnt"));
    expect(works(ours("lxc-attach", "--", "cat", "/mnt/file"))).toBe("of the host\n");
    works(berth("umount", "/mnt"));
    expect(ours("lxc-attach", "--", "cat", "/mnt/file").status).not.toBe(0);
  }, PATIENCE_MS);

  test("its monitor is kept waiting between its accept(2) and its wish for credentials: it is asked again, or told them", async () => {
    const init = Number(works(theirs("lxc-info", "-pH")).trim());
    const monitor = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${init}/status`, "utf8"))?.[1]);
    const log = join(lxcpath, "calls");
    const tracer = spawn("strace", ["-o", log, "-p", String(monitor), "-e", "trace=setsockopt,recvmsg", "-e", "inject=setsockopt:delay_enter=30000"], { stdio: "ignore" });
    await eventually("it is traced", () => !/^TracerPid:\s+0$/m.test(readFileSync(`/proc/${monitor}/status`, "utf8")));
    const seen = Array.from({ length: 6 }, () => works(ours("lxc-info", "-spH")).split("\n"));
    for (const command of ["lxc-freeze", "lxc-unfreeze"]) works(ours(command));
    tracer.kill("SIGTERM");
    await ended(tracer);
    expect(readFileSync(log, "utf8")).toMatch(/uid=65534/); // it was so
    expect(seen).toEqual(seen.map(() => ["State:          RUNNING", `PID:            ${init}`, ""]));
    rmSync(log);
  }, PATIENCE_MS);

  test("lxc-monitor and lxc-wait hear its end; lxc-stop ends it, asked and killed", async () => {
    const waiting = waitFor("STOPPED");
    works(ours("lxc-stop"));
    expect(await ended(waiting)).toBe(0);
    expect([state(), works(theirs("lxc-info", "-sH")).trim()]).toEqual(["STOPPED", "STOPPED"]);
    start();
    works(ours("lxc-stop", "-k"));
    expect(state()).toBe("STOPPED");
    start();
  }, PATIENCE_MS);

  test("lxc-stop -r starts it again", async () => {
    const pid = works(ours("lxc-info", "-pH")).trim();
    works(ours("lxc-stop", "-r"));
    await eventually("it runs with another init", () => { const now = theirs("lxc-info", "-pH").out.trim(); return now !== "" && now !== pid; });
    expect(state()).toBe("RUNNING");
  }, PATIENCE_MS);

  test("a snapshot or a copy of one that runs is refused; lxc-destroy -f ends and removes it", () => {
    expect([ours("lxc-snapshot").status, ours("lxc-copy", "-N", `${name}2`).status, ours("lxc-destroy").status]).toEqual([1, 1, 1]);
    works(ours("lxc-destroy", "-f"));
    expect([theirs("lxc-info", "-s").status, ours("lxc-info", "-s").status]).toEqual([1, 1]);
  }, PATIENCE_MS);
});
