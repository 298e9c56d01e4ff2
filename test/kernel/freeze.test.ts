// Freezing: the kernel, every command and every waiter agree; a frozen container can be stopped, and nothing of one stays.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { argvFor, berth, berthStarted, create, ended, eventually, initPid, leavePlace, makePlace, start, state, works } from "./place.ts";
import type { Kind, Place } from "./place.ts";

/** What the kernel says of init's cgroup: v1's freezer where it is mounted, else v2's. */
function kernelWord(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n").map((line) => line.split(":"));
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n").map((line) => line.split(" "));
  const mountOf = (isIt: (type: string, options: readonly string[]) => boolean): string | undefined => mounts.find((field) => isIt(field[field.indexOf("-") + 1] ?? "", (field.at(-1) ?? "").split(",")))?.[4];
  const old = lines.find(([, names = ""]) => names.split(",").includes("freezer"));
  if (old !== undefined) return readFileSync(`${mountOf((type, options) => type === "cgroup" && options.includes("freezer")) ?? ""}${old.slice(2).join(":")}/freezer.state`, "utf8").trim();
  const own = lines.find(([number]) => number === "0")?.slice(2).join(":") ?? "";
  return readFileSync(`${mountOf((type) => type === "cgroup2") ?? ""}${own}/cgroup.events`, "utf8").includes("frozen 1") ? "FROZEN" : "THAWED";
}
/** Debian's own command on the same container. */
function debian(place: Place, command: string, ...words: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [program = "", ...rest] = argvFor(place, [`/usr/bin/${command}`, "-P", place.lxcpath, "-n", place.name, ...words]);
  return spawnSync(program, rest, { encoding: "utf8", input: "", timeout: 60_000 });
}
const freeze = (place: Place): string => works(place, "lxc-freeze", ["-n", place.name]);
const unfreeze = (place: Place): string => works(place, "lxc-unfreeze", ["-n", place.name]);

describe.each<Kind>(["privileged", "root-owned", "user-owned, delegated"])("%s", (kind) => {
  let place: Place;
  beforeAll(() => { place = makePlace(kind); create(place); }, 60_000);
  afterAll(async () => { await leavePlace(place); }, 60_000);

  test("frozen and thawed, and everybody says so", () => {
    start(place);
    const pid = initPid(place);
    for (const _ of [1, 2]) expect(freeze(place)).toBe("");
    expect([kernelWord(pid), state(place), works(place, "lxc-ls", ["--frozen", "-1"]).trim(), works(place, "lxc-ls", ["--running"]).trim()]).toEqual(["FROZEN", "FROZEN", place.name, ""]);
    works(place, "lxc-wait", ["-n", place.name, "-s", "FROZEN", "-t", "0"]);
    const refused = berth(place, "lxc-attach", ["-n", place.name, "--", "true"]);
    expect([refused.status, refused.stderr.includes(`${place.name} is frozen`)]).toEqual([1, true]);
    works(place, "lxc-attach", ["-n", place.name, "-eCGROUP", "--", "true"]);
    for (const _ of [1, 2]) expect(unfreeze(place)).toBe("");
    expect([kernelWord(pid), state(place)]).toEqual(["THAWED", "RUNNING"]);
    works(place, "lxc-attach", ["-n", place.name, "--", "true"]);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 60_000);

  test("who waits is told", async () => {
    start(place);
    for (const [wanted, act] of [["FROZEN", freeze], ["RUNNING", unfreeze]] as const) {
      const waits = ended(berthStarted(place, "lxc-wait", ["-n", place.name, "-s", wanted]));
      act(place);
      expect(await waits).toBe(0);
    }
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 60_000);

  test("a frozen container stops, by a signal to its init and by a kill", () => {
    for (const words of [[], ["-k"]]) {
      start(place);
      freeze(place);
      works(place, "lxc-stop", ["-n", place.name, ...words]);
      expect(state(place)).toBe("STOPPED");
    }
  }, 60_000);

  test("a monitor that is killed leaves no frozen processes behind", async () => {
    start(place);
    freeze(place);
    const pid = initPid(place);
    process.kill(Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]), "SIGKILL");
    await eventually("the container is cleaned away", () => state(place) === "STOPPED");
    start(place);
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 60_000);

  test("Debian's own commands freeze it, know it, and stop it", async () => {
    start(place);
    const waits = debian(place, "lxc-wait", "-s", "RUNNING", "-t", "1");
    expect(waits.status).toBe(0);
    expect(debian(place, "lxc-freeze")).toMatchObject({ status: 0, stderr: "" });
    expect([state(place), debian(place, "lxc-info", "-sH").stdout.trim(), debian(place, "lxc-wait", "-s", "FROZEN", "-t", "1").status]).toEqual(["FROZEN", "FROZEN", 0]);
    expect(debian(place, "lxc-unfreeze")).toMatchObject({ status: 0, stderr: "" });
    expect(state(place)).toBe("RUNNING");
    freeze(place);
    expect(debian(place, "lxc-stop", "-k").status).toBe(0);
    await eventually("it has stopped", () => state(place) === "STOPPED");
  }, 60_000);
});

describe("where there is nothing to freeze", () => {
  let place: Place;
  beforeAll(() => { place = makePlace("user-owned"); create(place); }, 60_000);
  afterAll(async () => { await leavePlace(place); }, 60_000);

  test("a container without a cgroup says why; one that is stopped or missing, too", () => {
    const run = (command: string, name = place.name): string => { const { status, stderr } = berth(place, command, ["-n", name]); return `${status} ${stderr.replaceAll(place.lxcpath, "PATH").replaceAll(name, "NAME").split("\n").slice(0, 2).join("|")}`; };
    expect(run("lxc-freeze")).toBe("1 lxc-freeze: NAME: Failed to freeze PATH:NAME|    cause: it is not running");
    expect(run("lxc-unfreeze")).toBe("0 ");
    expect(run("lxc-freeze", "none-such")).toBe('1 lxc-freeze: NAME: Failed to freeze PATH:NAME|    cause: there is no container "NAME" in PATH');
    expect(run("lxc-unfreeze", "none-such")).toBe('1 lxc-unfreeze: NAME: Failed to unfreeze PATH:NAME|    cause: there is no container "NAME" in PATH');
    start(place);
    expect(run("lxc-freeze")).toBe("1 lxc-freeze: NAME: Failed to freeze PATH:NAME|    cause: it has no cgroup of its own: it was started where none may be made");
    works(place, "lxc-stop", ["-n", place.name, "-k"]);
  }, 60_000);
});
