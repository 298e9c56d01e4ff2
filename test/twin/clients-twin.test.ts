// Debian's own LXC commands, and python3-lxc, drive a container that Berth has started, of each kind. lxc-console is in test/kernel/console.test.ts.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { argvFor, create, ended, eventually, initPid, leavePlace, makePlace, start, state, works } from "../kernel/place.ts";
import type { Kind } from "../kernel/place.ts";

const PATIENCE_MS = 120_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned, delegated"];
const LIMIT = "memory.limit_in_bytes";

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  const { name, lxcpath } = place;
  interface Ran { readonly out: string; readonly err: string; readonly status: number | null }
  const run = (argv: readonly string[]): Ran => {
    const [program = "", ...rest] = argvFor(place, argv);
    const { stdout, stderr, status } = spawnSync(program, rest, { encoding: "utf8", input: "", timeout: PATIENCE_MS });
    return { out: stdout, err: stderr, status };
  };
  const debians = (command: string, ...words: readonly string[]): Ran => run([`/usr/bin/${command}`, "-P", lxcpath, "-n", name, ...words]);
  const said = (command: string, ...words: readonly string[]): string => {
    const { out, err, status } = debians(command, ...words);
    expect({ command, status, err }).toEqual({ command, status: 0, err: "" });
    return out;
  };
  beforeAll(() => { create(place); start(place); }, PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-f", "-n", name]); await leavePlace(place); }, PATIENCE_MS);

  test("lxc-info, lxc-ls, lxc-cgroup, lxc-attach", () => {
    expect(said("lxc-info", "-sp")).toBe(`State:          RUNNING\nPID:            ${initPid(place)}\n`);
    expect(said("lxc-ls", "--running", "-1").trim()).toBe(name);
    expect(said("lxc-cgroup", LIMIT).trim()).toBe(works(place, "lxc-cgroup", ["-n", name, LIMIT]).trim());
    expect(said("lxc-attach", "--", "hostname")).toBe(`${name}\n`);
    expect(debians("lxc-attach", "--", "sh", "-c", "exit 7").status).toBe(7);
    expect(said("lxc-attach", "--", "sh", "-c", "cat /proc/1/comm; id -u")).toBe("init\n0\n");
  }, PATIENCE_MS);

  test("lxc-freeze and lxc-unfreeze", () => {
    said("lxc-freeze");
    expect([state(place), said("lxc-info", "-sH").trim()]).toEqual(["FROZEN", "FROZEN"]);
    said("lxc-unfreeze");
    expect([state(place), said("lxc-info", "-sH").trim()]).toEqual(["RUNNING", "RUNNING"]);
  }, PATIENCE_MS);

  test("lxc-wait hears of its end, lxc-stop asks, reboots and kills", async () => {
    const first = initPid(place);
    said("lxc-stop", "-r");
    await eventually("it runs with another init", () => { const now = initPid(place); return now !== 0 && now !== first; });
    const [program = "", ...rest] = argvFor(place, ["/usr/bin/lxc-wait", "-P", lxcpath, "-n", name, "-s", "STOPPED", "-t", "60"]);
    const waiting = spawn(program, rest, { stdio: "ignore" });
    said("lxc-stop");
    expect([await ended(waiting), state(place)]).toEqual([0, "STOPPED"]);
    start(place);
    said("lxc-stop", "-k");
    expect(state(place)).toBe("STOPPED");
  }, PATIENCE_MS);

  test("python3-lxc", () => {
    start(place);
    const pid = initPid(place);
    const asked = run(["/usr/bin/python3", join(import.meta.dir, "python-client.py"), lxcpath, name, LIMIT, String(256 << 20)]);
    expect({ status: asked.status, err: asked.err }).toEqual({ status: 0, err: "" });
    const answer: unknown = JSON.parse(asked.out);
    expect(answer).toMatchObject({
      listed: true, active: true, defined: true, running: true, state: "RUNNING", pid, mayControl: true, uts: name, interfaces: ["lo"], ips: [],
      echo: [`${name}\n`, 0], set: true, limitNow: String(256 << 20), freeze: [true, "FROZEN"], unfreeze: [true, "RUNNING"], wait: true, stop: true, end: [true, "STOPPED"],
    });
    expect(readFileSync(join(lxcpath, name, "rootfs/written"), "utf8")).toBe("by python\n");
    expect(state(place)).toBe("STOPPED");
  }, PATIENCE_MS);
});
