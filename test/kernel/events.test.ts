// berth events and lxc-monitor: every state, of containers of every kind and of those that come later; beside Debian's lxc-monitor.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { existsSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { argvFor, berth, create, DIST, eventually, initPid, leavePlace, makePlace, start, works } from "./place.ts";
import { fits } from "./printed.ts";
import type { Kind, Place } from "./place.ts";

const PATIENCE_MS = 60_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned, delegated"];
interface Told { readonly name: string; readonly state: string; readonly time: string; readonly exit?: unknown }

/** A command that goes on telling, and what it has told; `known` says by a start that it listens. */
class Listener {
  readonly #child;
  #text = "";
  readonly #ended: Promise<number | string>;
  constructor(place: Place, argv: readonly string[]) {
    const [program = "", ...rest] = argvFor(place, argv);
    this.#child = spawn(program, rest, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout.on("data", (bytes: Buffer) => { this.#text += bytes.toString(); });
    this.#ended = new Promise((resolve) => this.#child.once("close", (code, signal: string) => resolve(code ?? signal)));
  }
  get everything(): readonly string[] { return this.#text.split("\n").filter((line) => line !== ""); }
  get lines(): readonly string[] { return this.everything.filter((line) => !line.includes(PROBE)); }
  get told(): readonly Told[] { return this.lines.map((line): Told => JSON.parse(line)); }
  shows(what: string, isThere: (lines: readonly string[]) => boolean): Promise<void> {
    return eventually(what, () => isThere(this.lines)).catch((error: unknown) => { throw new Error(`${String(error)}; told: ${this.lines.join(" | ")}`); });
  }
  /** Exit status, or the signal. */
  end(): Promise<number | string> {
    if (this.#child.exitCode === null) this.#child.kill("SIGTERM");
    return this.#ended;
  }
}
const ours = (place: Place, command: string, ...args: readonly string[]): Listener => new Listener(place, [join(DIST, "bin", command), ...args, "-P", place.lxcpath]);

/** Ends the name of a container that is there to be heard of; what is told of it counts for nothing else. */
const PROBE = "-probe";
/** It listens as soon as it tells of a container that comes and goes. */
async function listening(place: Place, listener: Listener): Promise<void> {
  for (let i = 0; listener.everything.length === 0 && i < 200; i++) {
    berth(place, "lxc-start", ["-n", `${place.name}${PROBE}`, "--", "/does/not/exist"]);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const lasts = (listener: Listener, ...states: readonly string[]): boolean => listener.told.map(({ state }) => state).join().endsWith(states.join());

/** Its lxc-monitord stays for 30 seconds, its cgroups for ever. */
async function removeWhatLxcLeft(place: Place): Promise<void> {
  Bun.spawnSync(["/usr/bin/lxc-monitor", "-P", place.lxcpath, "-Q"]);
  const paths = [...new Bun.Glob(`*/lxc.{pivot,monitor.${place.name}*}`).scanSync({ cwd: "/sys/fs/cgroup", onlyFiles: false })].map((path) => join("/sys/fs/cgroup", path));
  for (const path of paths.filter((one) => !place.before.cgroups.includes(one))) {
    await eventually(`${path} is empty`, () => { try { rmdirSync(path); } catch { /* its last process is on its way out */ } return !existsSync(path); });
  }
}

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  beforeAll(() => { create(place); create(place, [], `${place.name}${PROBE}`); }, PATIENCE_MS);
  afterAll(async () => {
    for (const name of [place.name, `${place.name}${PROBE}`]) works(place, "lxc-destroy", ["-n", name]);
    await leavePlace(place);
  }, PATIENCE_MS);

  test("start, freeze, unfreeze, reboot, shutdown, kill: each state with its time and how the run ended", async () => {
    const listener = ours(place, "berth", "events", "--format", "json");
    await listening(place, listener);
    const before = listener.lines.length;
    start(place);
    works(place, "lxc-freeze", ["-n", place.name]);
    works(place, "lxc-unfreeze", ["-n", place.name]);
    berth(place, "lxc-attach", ["-n", place.name, "--", "kill", "-TERM", "1"]); // busybox's init reboots; the command may be killed on the way
    await eventually("it runs again", () => lasts(listener, "STOPPED", "STARTING", "RUNNING"));
    works(place, "lxc-stop", ["-n", place.name]);
    await eventually("it has stopped", () => lasts(listener, "STOPPING", "STOPPED"));
    start(place);
    process.kill(initPid(place), "SIGKILL");
    await eventually("it has been killed", () => listener.told.at(-1)?.state === "STOPPED" && listener.told.length > before + 13);
    expect(await listener.end()).toBe("SIGTERM");
    const told = listener.told.slice(before);
    expect(told.map(({ state }) => state)).toEqual([
      "STARTING", "RUNNING", "FREEZING", "FROZEN", "THAWED", "RUNNING", "STOPPING", "STOPPED", "STARTING", "RUNNING", "STOPPING", "STOPPED", "STARTING", "RUNNING", "STOPPING", "STOPPED",
    ]);
    expect(told.filter(({ state }) => state === "STOPPED").map(({ exit }) => exit)).toEqual([
      { code: 0, wasOom: false, target: "reboot" }, { code: 0, wasOom: false, target: "stop" }, { signal: 9, wasOom: false, target: "stop" },
    ]);
    expect(told.filter((one) => !fits("berth events", one))).toEqual([]);
    expect(told.every(({ name, time }) => name === place.name && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time))).toBe(true);
    expect(told.map(({ time }) => time)).toEqual(told.map(({ time }) => time).toSorted());
  }, PATIENCE_MS);

  test("the monitor killed: the container has stopped", async () => {
    const listener = ours(place, "berth", "events", "--format", "json");
    await listening(place, listener);
    start(place);
    await eventually("it runs", () => lasts(listener, "RUNNING"));
    const monitor = Number(/^PPid:\s+(\d+)/m.exec(await Bun.file(`/proc/${initPid(place)}/status`).text())?.[1]);
    expect(monitor).toBeGreaterThan(1);
    process.kill(monitor, "SIGKILL");
    await eventually("it has stopped", () => listener.told.at(-1)?.state === "STOPPED");
    expect(await listener.end()).toBe("SIGTERM");
    expect(berth(place, "lxc-wait", ["-n", place.name, "-s", "STOPPED", "-t", "10"]).status).toBe(0);
    works(place, "lxc-info", ["-n", place.name]);
  }, PATIENCE_MS);
});

describe("privileged", () => {
  const place = makePlace("privileged");
  beforeAll(() => { create(place); create(place, [], `${place.name}${PROBE}`); }, PATIENCE_MS);
  afterAll(async () => {
    for (const name of [place.name, `${place.name}${PROBE}`]) works(place, "lxc-destroy", ["-n", name]);
    await leavePlace(place);
  }, PATIENCE_MS);
  const later = { ...place, name: `${place.name}2` };

  test("a container that is made later; only those that are named; -c ends by itself", async () => {
    const [all, named, counted] = [ours(place, "berth", "events", "--format", "json"), ours(place, "berth", "events", later.name, "--format", "json"), ours(place, "berth", "events", later.name, "-c", "2")];
    await listening(place, all);
    create(later);
    start(later);
    await eventually("both tell", () => all.told.some(({ name }) => name === later.name) && named.told.at(-1)?.state === "RUNNING" && counted.lines.length === 2);
    works(later, "lxc-stop", ["-n", later.name, "-k"]);
    works(later, "lxc-destroy", ["-n", later.name]);
    await eventually("both tell the end", () => [all, named].every((listener) => listener.told.at(-1)?.state === "STOPPED"));
    expect(named.told.every(({ name }) => name === later.name)).toBe(true);
    expect(counted.lines.map((line) => line.replace(/^\S+/, "TIME"))).toEqual([`TIME  STARTING  ${later.name}`, `TIME  RUNNING   ${later.name}`]);
    expect([await all.end(), await named.end(), await counted.end()]).toEqual(["SIGTERM", "SIGTERM", 0]);
  }, PATIENCE_MS);

  test("lxc-monitor says what Debian's says of its own containers", async () => {
    const sides = { ours: join(DIST, "bin"), theirs: "/usr/bin" } as const;
    const says = async (side: keyof typeof sides): Promise<readonly string[]> => {
      const listener = new Listener(place, [join(sides[side], "lxc-monitor"), "-P", place.lxcpath, "-n", `${place.mark}.*`]);
      const run = (command: string, ...args: readonly string[]): number => Bun.spawnSync([join(sides[side], command), "-P", place.lxcpath, "-n", place.name, ...args], { stdout: "ignore", stderr: "ignore" }).exitCode;
      await new Promise((resolve) => setTimeout(resolve, 300)); // Debian's spawns lxc-monitord first
      for (let i = 0; listener.lines.length === 0 && i < 20; i++) {
        run("lxc-start", "--", "/does/not/exist");
        await new Promise((resolve) => setTimeout(resolve, 50)); // what it has said is read meanwhile
      }
      await listener.shows("the failed start is over", (lines) => lines.at(-1)?.endsWith("[STOPPED]") === true);
      const from = listener.lines.length;
      expect(run("lxc-start")).toBe(0);
      await listener.shows("it runs", (lines) => lines.at(-1)?.endsWith("[RUNNING]") === true);
      expect(run("lxc-stop", "-k")).toBe(0);
      await listener.shows("it has stopped", (lines) => lines.length > from && lines.at(-1)?.endsWith("[STOPPED]") === true);
      await listener.end();
      return listener.lines.slice(from);
    };
    const [ourLines, theirLines] = [await says("ours"), await says("theirs")];
    await removeWhatLxcLeft(place);
    // each may say the status just before or just after the state that follows from it
    const inOrder = (lines: readonly string[]): readonly string[] => [...lines.filter((line) => !line.includes("exited with")), ...lines.filter((line) => line.includes("exited with"))];
    expect(inOrder(ourLines)).toEqual(inOrder(theirLines));
  }, PATIENCE_MS);

  test("wrong input", () => {
    expect(berth(place, "lxc-monitor", ["-n", "("])).toMatchObject({ status: 1, stderr: expect.stringContaining("is not a regular expression") });
    expect(berth(place, "berth", ["events", "-P", place.lxcpath, "--format", "xml"])).toMatchObject({ status: 1, stderr: expect.stringContaining("--format: 'xml' is not known") });
    expect(berth(place, "lxc-monitor", ["-Q"])).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
