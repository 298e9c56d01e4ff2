// The library's handles, as a program uses them: a sandbox from one call, commands with their streams, and nothing left behind.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BerthError, container, images, isBerthError, sandbox, type Sandbox } from "../../src/index.ts";
import { argvFor, DIST, eventually, leavePlace, makePlace, state } from "./place.ts";

const PATIENCE_MS = 60_000;
const place = makePlace("privileged");
const where = { lxcpath: place.lxcpath, prefix: DIST };
afterAll(async () => { await leavePlace(place); }, PATIENCE_MS);

describe("a sandbox", () => {
  const shared = join(place.lxcpath, "shared dir");
  let box: Sandbox;
  beforeAll(async () => {
    mkdirSync(shared);
    writeFileSync(join(shared, "from host"), "hello\n");
    chownSync(shared, 100000, 100000);
    box = await sandbox({ ...where, name: `${place.mark}box`, limits: { memory: "64M", pids: 40, cpus: 0.5 }, mounts: [{ source: shared, target: "/work" }] });
  }, PATIENCE_MS);

  test("runs, with the limits and mounts that were asked for; root inside is nobody outside", async () => {
    expect(await box.state()).toBe("RUNNING");
    expect(await (await box.exec(["cat", "/work/from host"])).output()).toMatchObject({ status: 0, stdout: "hello\n", stderr: "" });
    expect((await (await box.exec(["cat", "/proc/self/uid_map"])).output()).stdout.trim().split(/\s+/)).toEqual(["0", "100000", "65536"]);
    const { memoryLimitBytes, pidsLimit } = await box.stats() ?? {};
    expect([memoryLimitBytes, pidsLimit]).toEqual([64n << 20n, 40n]);
    expect((await (await box.exec(["ls", "/sys/class/net"])).output()).stdout).toBe("lo\n");
  }, PATIENCE_MS);

  test("a command: two streams, stdin, environment, directory, ids, status", async () => {
    const script = 'read line; echo "out $line $NAME $(pwd) $(id -u):$(id -g)"; echo err >&2; exit 7';
    const ran = await (await box.exec(["sh", "-c", script], { input: "in\n", env: { NAME: "web" }, cwd: "/work", uid: 5, gid: 6 })).output();
    expect(ran).toMatchObject({ status: 7, stdout: "out in web /work 5:6\n", stderr: "err\n", wasTimedOut: false, wasAborted: false });
    expect((await (await box.exec(["sh", "-c", "kill -TERM $$"])).output()).status).toBe(143);
    expect((await (await box.exec(["env"])).output()).stdout).not.toContain("HOME=");
  }, PATIENCE_MS);

  test("streams come as they are written; a megabyte each way is whole", async () => {
    const talk = await box.exec(["cat"], { stdin: "pipe" });
    const seen: string[] = [];
    const reading = (async (): Promise<void> => { for await (const chunk of talk.stdout) seen.push(new TextDecoder().decode(chunk)); })();
    talk.stdin?.write("one");
    await eventually("it comes back", () => seen.join("") === "one");
    talk.stdin?.end();
    await reading;
    expect((await talk.ended).status).toBe(0);
    const bytes = new Uint8Array(1 << 20).map((_, i) => i % 251);
    const back = await box.exec(["cat"], { input: bytes });
    const chunks: Uint8Array[] = [];
    for await (const chunk of back.stdout) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.from(bytes))).toBe(true);
  }, PATIENCE_MS);

  test("files in and out, also large ones and streams; what cannot be is thrown", async () => {
    const bytesOf = async (path: string): Promise<Buffer> => { const chunks: Uint8Array[] = []; for await (const chunk of box.read(path)) chunks.push(chunk); return Buffer.concat(chunks); };
    await box.write("/root/a 'file", "text\n", { mode: 0o600 });
    expect((await bytesOf("/root/a 'file")).toString()).toBe("text\n");
    expect((await (await box.exec(["stat", "-c", "%a %u", "/root/a 'file"])).output()).stdout).toBe("600 0\n");
    const block = new Uint8Array(1 << 16).map((_, i) => i % 251);
    await box.write("/tmp/large", (async function* () { for (let i = 0; i < 64; i++) yield await Promise.resolve(block); })(), { uid: 5, gid: 6 });
    const back = await bytesOf("/tmp/large");
    expect([back.length, back.subarray(63 << 16).equals(block)]).toEqual([64 << 16, true]);
    for (const failing of [(): Promise<unknown> => bytesOf("/no/such"), (): Promise<unknown> => box.write("/no/such", "x"), (): Promise<unknown> => box.write("/root/x", "x", { uid: 5 })]) {
      const error: unknown = await failing().then(() => undefined, (thrown: unknown) => thrown);
      expect([error instanceof BerthError && error.code, error instanceof BerthError && (error.reason ?? "").length > 5]).toEqual(["file.inside", true]);
    }
  }, PATIENCE_MS);

  test("a time limit and an abort kill the command itself", async () => {
    const late = await box.exec(["sh", "-c", "echo $$; exec sleep 1000"], { timeout: 300 });
    const { status, wasTimedOut, stdout } = await late.output();
    expect([status, wasTimedOut]).toEqual([137, true]);
    const isGone = (): boolean => !existsSync(`/proc/${hostPid(stdout.trim())}`);
    await eventually("it is gone", isGone);
    const abort = new AbortController();
    const aborted = await box.exec(["sleep", "1000"], { signal: abort.signal });
    abort.abort();
    expect(await aborted.ended).toMatchObject({ status: 137, wasAborted: true, wasTimedOut: false });
  }, PATIENCE_MS);
  /** Of a process of the box; 0: there is none. */
  const hostPid = (inside: string): number => Number(readdirSync("/proc").find((pid) => {
    try { return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(box.name) && new RegExp(`^NSpid:.*\\s${inside}$`, "m").test(readFileSync(`/proc/${pid}/status`, "utf8")); } catch { return false; }
  }) ?? 0);

  test("what fails is thrown, with code, cause and remedy", async () => {
    const missing = await box.exec(["/no/such/program"]);
    expect(await missing.ended.catch((error: unknown) => error)).toMatchObject({ name: "BerthError", code: expect.any(String), message: expect.stringContaining("/no/such/program") });
    const nobody = container("nobody", where);
    const error = await nobody.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BerthError);
    expect(error).toMatchObject({ code: "container.missing", remedy: expect.stringContaining("lxc-create") });
    const before = readdirSync(place.lxcpath);
    expect(await sandbox({ ...where, name: `${place.mark}bad`, network: { bridge: "nosuchbridge" } }).catch((thrown: unknown) => thrown)).toMatchObject({ message: expect.stringContaining("bridge 'nosuchbridge' does not exist") });
    expect(readdirSync(place.lxcpath)).toEqual(before);
  }, PATIENCE_MS);

  test("wrong words are refused before anything is done, and name what would be right", async () => {
    const before = readdirSync(place.lxcpath);
    const refused = async (what: () => unknown): Promise<string> => {
      const error: unknown = await Promise.resolve().then(what).then(() => undefined, (thrown: unknown) => thrown);
      return error instanceof BerthError ? `${error.code}: ${error.problems[0].text}${error.remedy === undefined ? " NO REMEDY" : ""}` : String(error);
    };
    // as a program in JavaScript would say it
    const made = (options: object): Promise<string> => refused(() => sandbox({ ...where, ...options }));
    expect(await Promise.all([{ limits: { memory: "lots" } }, { limits: { memory: -5 } }, { limits: { pids: 1.5 } }, { limits: { cpus: Number.NaN } }, { limits: { mem: "1G" } }, { memory: "1G" }].map(made))).toEqual([
      'option.value: limits.memory: "lots" is no amount of memory', "option.value: limits.memory: -5 is no amount of memory", "option.value: limits.pids: 1.5 is no number of processes", "option.value: limits.cpus: NaN is no number of processors", "option.unknown: limits has no 'mem'", "option.unknown: sandbox has no 'memory'",
    ]);
    expect(await Promise.all([[{ source: "/no/such", target: "/x" }], [{ source: shared, target: "/" }], [{ source: shared, target: "../x" }], [{ source: shared, target: "/x", readOnly: true }], ["/tmp"]].map((mounts) => made({ mounts })))).toEqual([
      "mount.failed: mounts: there is no '/no/such' on this host", 'option.value: mounts: target "/" is no path below the root of the sandbox', 'option.value: mounts: target "../x" is no path below the root of the sandbox', "option.unknown: a mount has no 'readOnly'", 'option.value: mounts: "/tmp" is no mount',
    ]);
    expect(await Promise.all([{ network: "host" }, { prefix: "/nowhere" }, { name: "a/b" }].map(made))).toEqual(['option.value: network: "host" is no network', "engine.missing: there is no '/nowhere/libexec/berth/berth-engine'", 'name.invalid: invalid container name "a/b": it contains a slash']);
    expect(readdirSync(place.lxcpath)).toEqual(before);
    const exec: (command: unknown, options?: object) => Promise<unknown> = box.exec.bind(box) as never;
    const ran: readonly (readonly [unknown, object?])[] = [["echo hi"], [[]], [["sleep", 1]], [["a\0b"]], [["id"], { uid: "ann" }], [["id"], { gid: -1 }], [["id"], { timeout: Number.NaN }], [["id"], { timeout: -1 }], [["cat"], { input: {} }], [["id"], { env: { "A=B": "c" } }], [["stty"], { tty: { rows: 0, columns: 80 } }], [["id"], { user: "ann" }]];
    expect(await Promise.all(ran.map(([command, options]) => refused(() => exec(command, options))))).toEqual(ran.map(([, options]) => expect.stringMatching(options !== undefined && "user" in options ? /^option.unknown: exec has no 'user'$/ : /^option.value: .*(?<!NO REMEDY)$/)));
    expect(await refused(() => box.wait("HAPPY" as never))).toBe('option.value: "HAPPY" is no state');
    expect(await refused(() => box.stop({ seconds: -5 }))).toBe("option.value: seconds: -5 is no time");
    expect(await refused(() => box.write("/tmp/half", (async function* () { yield await Promise.resolve(new Uint8Array(3)); throw new Error("mine"); })()))).toBe("Error: mine");
    expect((await box.output(["true"], { timeout: Infinity })).code).toBe(0);
    expect((await box.output(["sh", "-c", "cat /proc/[0-9]*/cmdline"])).stdout).not.toContain("/tmp/half"); // nobody waits for the rest
    expect(await refused(() => box.output(["/no/such"]))).toMatch(/^command.missing: Failed to exec "\/no\/such": no such file/);
    expect(await refused(() => container("nobody", where).exec(["true"]))).toMatch(/^container.missing: nobody is not running/);
  }, PATIENCE_MS);

  test("frozen, told of, configured, copied", async () => {
    const told: string[] = [];
    const end = new AbortController();
    const following = (async (): Promise<void> => { for await (const event of box.events(end.signal)) told.push(event.state); })();
    await eventually("it listens", () => { if (told.length === 0) Bun.spawnSync([join(DIST, "bin/lxc-freeze"), "-P", place.lxcpath, "-n", box.name]); Bun.spawnSync([join(DIST, "bin/lxc-unfreeze"), "-P", place.lxcpath, "-n", box.name]); return told.length > 0; });
    await box.freeze();
    expect(await box.state()).toBe("FROZEN");
    await box.unfreeze();
    expect(await box.wait("RUNNING", { seconds: 10 })).toBe(true);
    await eventually("both are told", () => told.join().includes("FROZEN"));
    end.abort();
    await following;
    await box.configure({ "lxc.start.delay": "3" });
    expect(await box.config("lxc.start.delay")).toEqual(["3"]);
    await box.stop({ seconds: 0 });
    expect(await box.stats()).toBeUndefined();
    const like = await box.copy(`${place.mark}like`);
    await like.start();
    expect(state(place, like.name)).toBe("RUNNING");
    await like.destroy({ force: true });
    await using layered = await sandbox({ ...where, name: `${place.mark}lay`, from: box.name, limits: { pids: 20 } });
    expect((await layered.stats())?.pidsLimit).toBe(20n);
  }, PATIENCE_MS);

  test("images as values: taken in, listed, told about, made a sandbox of, thrown away", async () => {
    const own = { ...where, env: { PATH: process.env["PATH"] ?? "", LXC_CACHE_PATH: join(place.lxcpath, ".cache") } };
    const archive = join(place.lxcpath, ".small.tar");
    expect(spawnSync("tar", ["-C", join(place.lxcpath, box.name, "rootfs"), "--owner=0", "--group=0", "-cf", archive, "."]).status).toBe(0);
    const { digest } = await images(own).import(archive, "small");
    expect(await images(own).list()).toMatchObject([{ image: "small", origin: "imported" }]);
    expect(await images(own).info("small")).toMatchObject({ image: "small", digest });
    expect(await images(own).info("none").catch((error: unknown) => isBerthError(error) && error.code)).toBe("image.missing");
    const made = await sandbox({ ...own, name: `${place.mark}img`, image: "small" });
    expect(await (await made.exec(["head", "-n1", "/etc/passwd"])).output()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^root:/) });
    await made.destroy({ force: true });
    expect((await images(own).prune({ all: true })).gone.length).toBeGreaterThan(0);
    expect(await images(own).list()).toEqual([]);
    const both = await sandbox({ ...own, image: "small", from: box.name }).catch((error: unknown) => error);
    expect(isBerthError(both) && both.code).toBe("option.conflict");
    for (const path of [archive, join(place.lxcpath, ".cache")]) rmSync(path, { recursive: true });
  }, PATIENCE_MS);

  test("goes with its scope", async () => {
    await box[Symbol.asyncDispose]();
    await box[Symbol.asyncDispose](); // by hand, and at the end of the scope
    expect(readdirSync(place.lxcpath).filter((name) => name.startsWith(place.mark))).toEqual([]);
  }, PATIENCE_MS);
});

describe("an ordinary user, under Node", () => {
  const his = makePlace("user-owned, delegated");
  afterAll(async () => { await leavePlace(his); }, PATIENCE_MS);
  test("a program of his own", () => {
    const program = `const { sandbox } = await import(${JSON.stringify(join(DIST, "lib/index.js"))});
      const box = await sandbox({ lxcpath: ${JSON.stringify(his.lxcpath)}, limits: { pids: 30 } });
      const { stdout, status } = await (await box.exec(["id", "-u"])).output();
      console.log(stdout.trim(), status, await box.state());
      await box.destroy({ force: true });`;
    const [command = "", ...rest] = argvFor(his, ["node", "--input-type=module", "-e", program]);
    const { status, stdout, stderr } = spawnSync(command, rest, { encoding: "utf8", cwd: "/" });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "0 0 RUNNING\n", stderr: "" });
    expect(readdirSync(his.lxcpath)).toEqual([]);
  }, PATIENCE_MS);
});
