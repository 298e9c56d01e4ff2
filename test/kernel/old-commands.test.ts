// Commands of LXC 2 and older, as old scripts call them, on containers of today: each kind of container.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { berth, create, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind } from "./place.ts";

const PATIENCE_MS = 90_000;
const KINDS: readonly Kind[] = ["privileged", "root-owned", "user-owned"];

describe.each(KINDS)("%s", (kind) => {
  const place = makePlace(kind);
  const { lxcpath, name } = place;
  const other = `${name}2`;
  beforeAll(() => create(place), PATIENCE_MS);
  afterAll(async () => { works(place, "lxc-destroy", ["-f", "-n", name]); await leavePlace(place); }, PATIENCE_MS);

  test("lxc-clone: both orders of its words, a copy and a snapshot", () => {
    expect(works(place, "lxc-clone", ["-p", lxcpath, "-P", lxcpath, "-o", name, "-n", other])).toBe(`Created container ${other} as copy of ${name}\n`);
    expect(existsSync(join(lxcpath, other, "rootfs/bin"))).toBe(true);
    works(place, "lxc-destroy", ["-n", other]);
    expect(works(place, "lxc-clone", ["-p", lxcpath, "-P", lxcpath, "-s", name, other])).toBe(`Created container ${other} as snapshot of ${name}\n`);
    works(place, "lxc-destroy", ["-n", other]);
    expect(berth(place, "lxc-clone", ["-p", lxcpath, "-P", lxcpath, "nothing", other]).status).toBe(1);
  }, PATIENCE_MS);

  test("lxc-start-ephemeral: for a command with its status, and in the background", () => {
    const ran = berth(place, "lxc-start-ephemeral", ["-o", name, "-n", other, "-b", "/srv", "--", "sh", "-c", "hostname; ls -d /srv; exit 7"]);
    expect([ran.status, ran.stdout.split("\n").slice(-3)]).toEqual([7, [other, "/srv", ""]]);
    const out = works(place, "lxc-start-ephemeral", ["-d", "-o", name, "-n", other]);
    expect(out).toContain(`The ephemeral container is now started.\n\nYou can enter it from the command line with: lxc-console -n ${other}\n`);
    expect(state(place, other)).toBe("RUNNING");
    works(place, "lxc-stop", ["-k", "-n", other]);
    expect(readdirSync(lxcpath).filter((entry) => entry === other)).toEqual([]);
  }, PATIENCE_MS);

  test("lxc-list, lxc-ps, lxc-netstat and lxc of one that runs", () => {
    start(place);
    const pid = initPid(place);
    expect(works(place, "lxc-list")).toBe(`RUNNING\n  ${name}\n\nFROZEN\n\nSTOPPED\n`);
    const [header = "", ...lines] = works(place, "lxc-ps", ["-n", name, "--", "-e", "-o", "pid,comm"]).trimEnd().split("\n");
    expect(header).toMatch(/^CONTAINER +PID COMMAND$/);
    expect(lines.map((line) => line.split(/\s+/)).find(([, id]) => Number(id) === pid)).toEqual([name, String(pid), "init"]);
    expect(lines.every((line) => line.startsWith(`${name} `))).toBe(true);
    expect(works(place, "lxc-ps", ["-e", "-o", "pid,comm"]).split("\n").some((line) => line.startsWith("  "))).toBe(true);
    expect(works(place, "lxc-ps", ["--lxc", "-ef"])).toContain(` ${pid} `);
    expect(berth(place, "lxc-ps", ["--lxc", "-e", "-o", "comm"])).toMatchObject({ status: 1, stderr: expect.stringContaining("remedy: add it: -o pid,...") });
    expect(works(place, "lxc", ["info", "-P", lxcpath, "-n", name, "-pH"])).toBe(`${pid}\n`);
    // net-tools need not be there: then the shell's word for that
    const netstat = berth(place, "lxc-netstat", ["-n", name, "-rn"]);
    expect([netstat.status === 127 || netstat.stdout.startsWith("Kernel IP routing table")]).toEqual([true]);
  }, PATIENCE_MS);

  test("lxc-kill: another signal, then SIGKILL", async () => {
    expect(berth(place, "lxc-kill", ["-n", name, "CONT"])).toMatchObject({ status: 0, stderr: "" });
    expect(state(place)).toBe("RUNNING");
    works(place, "lxc-kill", ["-n", name]);
    await eventually("it has ended", () => state(place) === "STOPPED");
  }, PATIENCE_MS);

  test("lxc-shutdown: asks; waits if told; stops it by force after a time", async () => {
    start(place);
    expect(works(place, "lxc-shutdown", ["-n", name, "-w"])).toBe(`Container ${name} has shut down\n`);
    expect(state(place)).toBe("STOPPED");
    start(place);
    works(place, "lxc-shutdown", ["-n", name]);
    await eventually("it has ended", () => state(place) === "STOPPED");
    start(place, ["--", "sh", "-c", "trap '' PWR; while :; do sleep 1; done"]);
    expect(works(place, "lxc-shutdown", ["-n", name, "-t", "1"])).toBe(`Container ${name} has shut down\n`);
    expect(state(place)).toBe("STOPPED");
  }, PATIENCE_MS);
});
